import CTorch
import Torch

/// A tensor that is to be written, with its name and type there.
struct SafetensorsTensor {
    let name: String
    let tensor: Tensor
    let byteCount: Int
    fileprivate let type: (rank: Int, name: String)

    /// - Throws: if the tensor cannot be written.
    init(name: String, tensor: Tensor) throws {
        guard name != SafetensorsHeader.metadataKey else {
            throw FormatError("cannot be written: a tensor cannot be named '\(name)'")
        }
        guard tensor.isDefined else {
            throw FormatError("cannot be written: the tensor '\(name.shortened)' was never assigned")
        }
        guard let type = tensor.dtype.safetensors, TensorStorage.identity(of: tensor) != nil, tensor.device != .meta
        else {
            throw FormatError(
                "cannot be written: safetensors has no type for the tensor '\(name.shortened)' of type \(tensor.dtype), "
                    + "or it is sparse, quantized or without memory")
        }
        try tensor.requireWritableShape(name)
        self.name = name
        self.tensor = tensor
        self.type = type
        byteCount = try TensorGeometry(contiguous: tensor.shape).byteCount(of: tensor.dtype)
    }

    /// Returns the tensors of a flat dictionary.
    static func all(of state: StateDict) throws -> [SafetensorsTensor] {
        try state.map { key, value in
            guard case .string(let name) = key else {
                throw FormatError(
                    "cannot be written: safetensors has names, and the state has the number \(key) as a key")
            }
            guard case .tensor(let tensor) = value else {
                throw FormatError(
                    "cannot be written: safetensors holds only tensors, and '\(name.shortened)' is a \(value.typeName)")
            }
            return try SafetensorsTensor(name: name, tensor: tensor)
        }
    }

    /// Whether the reference implementation writes this one before the other.
    func precedes(_ other: SafetensorsTensor) -> Bool {
        guard type.rank == other.type.rank else { return type.rank < other.type.rank }
        return name.utf8.lexicographicallyPrecedes(other.name.utf8)
    }

    /// Calls `body` with the elements' bytes in the order of their indices, on the CPU, part after part: a tensor that
    /// is not contiguous there may have many more elements than the memory behind it.
    fileprivate func withBytes(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        guard byteCount > 0, let elementSize = tensor.dtype.byteCount else { return }
        let source = try tensor.detach()
        let isPlain = try source.device == .cpu && source.isContiguous && !source.isConj() && !source.isNeg()
        let limit = isPlain ? byteCount : SafetensorsTensor.copiedSize
        try TensorPiece.forEach(of: source.shape, limit: limit / elementSize) { piece in
            let plain = try source.piece(piece).resolveConj().resolveNeg().to(.cpu).contiguous()
            defer { withExtendedLifetime(plain) {} }
            guard let bytes = ct_tensor_data(plain.pointer) else { throw TorchError.last() }
            try body(UnsafeRawBufferPointer(start: bytes, count: piece.elements.count * elementSize))
        }
    }

    /// The number of bytes that are copied at a time.
    private static let copiedSize = 64 << 20
}

/// A safetensors file that is to be written.
struct SafetensorsContents {
    private let header: [UInt8]
    private let tensors: [SafetensorsTensor]
    /// The bytes of all tensors.
    private let byteCount: Int

    init(_ tensors: [SafetensorsTensor], metadata: [String: String]) throws {
        self.tensors = tensors.sorted { $0.precedes($1) }
        var members: [JSONValue.Member] = []
        if !metadata.isEmpty {
            let texts = metadata.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
            let pairs = texts.map { JSONValue.Member($0.key, .string($0.value)) }
            members.append(JSONValue.Member(SafetensorsHeader.metadataKey, .object(pairs)))
        }
        var end = 0
        for tensor in self.tensors {
            let start = end
            let (sum, overflow) = end.addingReportingOverflow(tensor.byteCount)
            guard !overflow else { throw FormatError("cannot be written: its tensors are too large") }
            end = sum
            members.append(
                JSONValue.Member(
                    tensor.name,
                    [
                        "dtype": .string(tensor.type.name),
                        "shape": .array(tensor.tensor.shape.map { .int($0) }),
                        "data_offsets": .array([.int(start), .int(end)]),
                    ]))
        }
        var header = JSONWriter.write(.object(members))
        // The padding makes the data begin at a multiple of eight bytes.
        header += Array(repeating: UInt8(ascii: " "), count: (8 - header.count % 8) % 8)
        guard header.count <= SafetensorsHeader.greatestSize else {
            throw FormatError(
                "cannot be written: its header would have \(header.count) bytes, and safetensors allows "
                    + "\(SafetensorsHeader.greatestSize)")
        }
        self.header = header
        byteCount = end
    }

    func write(to file: FileSink) throws {
        // An expanded tensor of a few bytes can stand for more bytes than any disk has, and would fill it first.
        try file.requireSpace(byteCount)
        let size = UInt64(header.count)
        let start = (0..<8).map { UInt8(truncatingIfNeeded: size >> ($0 * 8)) } + header
        try start.withUnsafeBytes { try file.add($0) }
        for tensor in tensors {
            try tensor.withBytes { try file.add($0) }
        }
    }
}
