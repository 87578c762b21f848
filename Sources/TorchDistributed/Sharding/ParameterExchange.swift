import CTorch
import Torch

/// Copies each parameter from the rank that steps it to the others.
///
/// Large parameters travel from their own memory, small ones of a rank together.
final class ParameterExchange {
    /// The size in bytes from which a parameter travels alone, and up to which small ones travel together.
    private static let (largeByteCount, bucketByteCount) = (1 << 20, 4 << 20)

    /// What travels in one piece.
    private struct Piece {
        let owner: Int
        let parameters: [Tensor]
        /// `nil` for one large parameter.
        let memory: Memory?

        /// The bytes of small parameters, one after the other, and the parts as the parameters' types and shapes.
        struct Memory {
            let bytes: Tensor
            let views: [Tensor]
        }
    }

    private let group: ProcessGroup
    private let parameters: [Tensor]
    private let dtypes: [DType]
    private let pieces: [Piece]
    /// What the ranks compare: which parameters travel from where.
    private let announcement: Announcement

    init(_ parameters: [Tensor], owners: [Int], group: ProcessGroup) throws {
        var pieces: [Piece] = []
        var small = [[Tensor]](repeating: [], count: group.size)
        func close(_ owner: Int) throws {
            if !small[owner].isEmpty { pieces.append(try Self.piece(of: small[owner], owner: owner)) }
            small[owner] = []
        }
        for (parameter, owner) in zip(parameters, owners) where parameter.count > 0 {
            if try Self.byteCount(parameter, group) >= Self.largeByteCount {
                pieces.append(Piece(owner: owner, parameters: [parameter], memory: nil))
                continue
            }
            let size = try small[owner].reduce(0) { try $0 + Self.byteCount($1, group) }
            if try size + Self.byteCount(parameter, group) > Self.bucketByteCount { try close(owner) }
            small[owner].append(parameter)
        }
        for owner in 0..<group.size { try close(owner) }
        self.group = group
        self.parameters = parameters
        dtypes = parameters.map(\.dtype)
        self.pieces = pieces
        let layout = zip(parameters, owners).map { "\($0.dtype)\($0.shape) \($1)" }.joined(separator: "\n")
        announcement = Announcement(
            .parameters, parameter: Int64(bitPattern: FNV1a.hash(layout.utf8)), shape: [parameters.count])
    }

    private static func byteCount(_ parameter: Tensor, _ group: ProcessGroup) throws -> Int {
        guard parameter.device == .cpu, let size = parameter.dtype.byteCount else {
            throw group.error(
                .invalidArgument, "broadcast_parameters",
                "a parameter is \(parameter.dtype)\(parameter.shape) on \(parameter.device): it must be on the CPU")
        }
        return parameter.count * size
    }

    private static func piece(of parameters: [Tensor], owner: Int) throws -> Piece {
        // A multiple of every element's size.
        let alignment = 16
        var starts: [Int] = []
        var end = 0
        for parameter in parameters {
            starts.append(end)
            end += parameter.count * (parameter.dtype.byteCount ?? 1)
            end += (alignment - end % alignment) % alignment
        }
        let bytes = try Tensor.zeros([end], dtype: .uint8)
        let views = try zip(parameters, starts).map { parameter, start in
            try bytes.narrow(dim: 0, start: start, length: parameter.count * (parameter.dtype.byteCount ?? 1))
                .view(dtype: parameter.dtype).view(parameter.shape)
        }
        return Piece(owner: owner, parameters: parameters, memory: .init(bytes: bytes, views: views))
    }

    /// Whether the parameters have the types that they had. A network may be converted at any time.
    var isCurrent: Bool { zip(parameters, dtypes).allSatisfy { $0.dtype == $1 } }

    /// Copies the parameters. All ranks call it.
    ///
    /// - Throws: ``DistributedError`` if a rank does not come, or has other parameters.
    func run() throws {
        if group.verifiesCalls { try group.announce(announcement, timeout: group.timeout) }
        try noGrad {
            let works = try pieces.map(start)
            for work in works { try work.wait() }
        }
    }

    private func start(_ piece: Piece) throws -> Work<Void> {
        let isOwner = piece.owner == group.rank
        guard let memory = piece.memory else {
            let payload = try Payload(piece.parameters[0], "broadcast_parameters", of: group)
            return try start(payload.bytes, piece.owner) { if !isOwner { try payload.finishWriting() } }
        }
        if isOwner { try Tensor.foreachCopy_(memory.views, piece.parameters) }
        return try start(memory.bytes, piece.owner) {
            if !isOwner { try noGrad { try Tensor.foreachCopy_(piece.parameters, memory.views) } }
        }
    }

    private func start(
        _ bytes: Tensor, _ owner: Int, finish: @escaping @Sendable () throws -> Void
    ) throws -> Work<Void> {
        try group.start(.parameters, nil, [bytes]) {
            ct_group_broadcast($0, bytes.pointer, Int32(owner), $1)
        } finish: {
            try finish()
        }
    }
}
