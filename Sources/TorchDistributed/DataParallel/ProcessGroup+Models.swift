import CTorch
import Torch
import TorchNN

extension ProcessGroup {
    /// Gives all ranks the parameters and buffers that a network has on one rank.
    ///
    /// - Throws: ``DistributedError`` of kind `mismatch` on all ranks if their networks differ.
    package func shareModel(_ module: Module, source: Int) throws {
        try verifySameModel(module, .init())
        try shareTensors(module.namedParameters().map(\.parameter) + module.buffers(), source: source)
    }

    /// Copies tensors of one rank into those of the others: as many, of the same shapes and dtypes.
    package func shareTensors(_ tensors: [Tensor], source: Int) throws {
        if !tensors.isEmpty { try broadcastCoalesced(tensors, source: source, Announcement.Operation.broadcast.name) }
    }

    /// The size of what is sent at a time when a model is copied, as in PyTorch.
    private static let broadcastByteCount: Int64 = 250 << 20

    /// Copies tensors of one rank into those of the others.
    func broadcastCoalesced(_ tensors: [Tensor], source: Int, _ operation: String) throws {
        defer { withExtendedLifetime(tensors) {} }
        let start = ContinuousClock.now
        let handle = try begin(operation)
        // Parameters are leaves, into which nothing is copied while operations are recorded.
        let succeeded = noGrad {
            ct_group_broadcast_coalesced(
                handle.pointer, tensors.map(\.pointer), Int64(tensors.count), ProcessGroup.broadcastByteCount,
                Int32(source))
        }
        withExtendedLifetime(handle) {}
        guard succeeded else { throw failure(.last(), in: operation, after: timeout, since: start) }
    }

    /// Compares the networks that the ranks have: names, shapes, and dtypes of parameters and buffers, and the options
    /// of their exchange.
    ///
    /// - Throws: ``DistributedError`` of kind `mismatch` on all ranks, which names a rank and a difference.
    func verifySameModel(_ module: Module, _ options: DistributedDataParallelOptions) throws {
        var lines = try module.namedParameters().map { name, tensor in
            "'\(name)' \(tensor.dtype)\(tensor.shape) \(tensor.requiresGrad ? "trained" : "frozen")"
        }
        lines += try module.namedBuffers().map { "'\($0)' \($1.dtype)\($1.shape)" }
        lines.append("\(options)")
        try verifySame(
            lines, subject: "network", advice: "All ranks build the same network with the same options",
            "DistributedDataParallel")
    }

    /// Compares descriptions of what all ranks must have alike.
    ///
    /// - Parameters:
    ///   - lines: what this rank has, a line for each part.
    ///   - subject: what the lines describe, for errors.
    ///   - advice: what to do if they differ.
    /// - Throws: ``DistributedError`` of kind `mismatch` on all ranks, which names a rank and a difference.
    func verifySame(_ lines: [String], subject: String, advice: String, _ operation: String) throws {
        let own = Int64(bitPattern: FNV1a.hash(lines.joined(separator: "\n").utf8))
        let hashes = try allGather(Tensor([own])).map { try $0.item(Int64.self) }
        guard let other = hashes.firstIndex(where: { $0 != hashes[0] }) else { return }
        // All ranks come here, since all see the same hashes.
        let expected = try broadcastObject(["lines": .list(lines.map(StateValue.string))], source: 0)
        guard hashes[rank] != hashes[0], case .list(let values)? = expected["lines"] else {
            throw error(
                .mismatch, operation,
                "rank \(other) has another \(subject) than rank 0; its own error says what differs")
        }
        let theirs = values.map { if case .string(let line) = $0 { line } else { "" } }
        let position = zip(lines, theirs).enumerated().first { $1.0 != $1.1 }?.offset ?? min(lines.count, theirs.count)
        let (mine, rank0) = (lines.dropFirst(position).first, theirs.dropFirst(position).first)
        throw error(
            .mismatch, operation,
            "rank 0 has another \(subject): \(mine ?? "nothing more") here, \(rank0 ?? "nothing more") "
                + "there. \(advice)")
    }

    /// Runs something that exchanges tensors inside libtorch, and says of its failure which rank did not come.
    func explainingFailures<Result>(_ operation: String, _ body: () throws -> Result) throws -> Result {
        let start = ContinuousClock.now
        do {
            return try body()
        } catch let error as TorchError where DistributedError.kind(of: error) != .other {
            throw failure(error, in: operation, after: timeout, since: start)
        }
    }
}
