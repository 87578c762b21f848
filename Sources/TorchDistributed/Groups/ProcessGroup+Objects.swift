import Torch
import TorchSerialization

// States of any structure travel as the bytes of a file of PyTorch, and are read as one from outside: as data, checked,
// and no larger than the reader allows.

extension ProcessGroup {
    /// The size up to which a state is taken from another rank unless a call says otherwise: 1 GiB.
    public static let defaultObjectByteCount = 1 << 30

    /// Returns the state that one rank gives, on all ranks: PyTorch's `broadcast_object_list`.
    ///
    /// - Parameters:
    ///   - state: what is sent on the rank `source`; not looked at elsewhere.
    ///   - maximumByteCount: how large the state may be as a file; the same on all ranks.
    /// - Throws: ``DistributedError`` on all ranks if the state cannot be written on `source` or is too large.
    public func broadcastObject(
        _ state: StateDict?, source: Int, maximumByteCount: Int = defaultObjectByteCount, timeout: Duration? = nil
    ) throws -> StateDict {
        let operation = "broadcast_object"
        try requireRank(source, operation)
        let encoded = rank == source ? encode(state, operation) : .success([])
        let count = try Tensor([Int64((try? encoded.get())?.count ?? -1)])
        try broadcast(count, source: source, timeout: timeout)
        // A failure on the source comes out there as it is, and elsewhere as a missing state.
        let bytes = try encoded.get()
        let byteCount = try requireCount(try count.item(Int.self), of: source, maximumByteCount, operation)
        let contents =
            try rank == source ? Tensor(bytes) : Tensor.empty([byteCount], dtype: .uint8)
        try broadcast(contents, source: source, timeout: timeout)
        return try decode(rank == source ? bytes : contents.array(UInt8.self), from: source, operation)
    }

    /// Returns the states of all ranks in the order of the ranks: PyTorch's `all_gather_object`.
    ///
    /// - Parameter maximumByteCount: how large each may be as a file; the same on all ranks.
    /// - Throws: ``DistributedError`` on all ranks if a state cannot be written or is too large.
    public func allGatherObject(
        _ state: StateDict, maximumByteCount: Int = defaultObjectByteCount, timeout: Duration? = nil
    ) throws -> [StateDict] {
        let operation = "all_gather_object"
        let (rows, counts) = try exchange(state, maximumByteCount, operation, timeout) {
            try allGather($0, timeout: timeout)
        }
        return try decode(rows, counts, operation)
    }

    /// Returns the states of all ranks on one rank, and an empty list elsewhere: PyTorch's `gather_object`.
    ///
    /// - Parameter maximumByteCount: how large each may be as a file; the same on all ranks.
    /// - Throws: ``DistributedError`` on all ranks if a state cannot be written or is too large.
    public func gatherObject(
        _ state: StateDict, destination: Int, maximumByteCount: Int = defaultObjectByteCount, timeout: Duration? = nil
    ) throws -> [StateDict] {
        let operation = "gather_object"
        try requireRank(destination, operation)
        let (rows, counts) = try exchange(state, maximumByteCount, operation, timeout) {
            try gather($0, destination: destination, timeout: timeout)
        }
        return try decode(rows, counts, operation)
    }

    // MARK: Bytes

    /// Sends states of different sizes as rows of one size.
    private func exchange(
        _ state: StateDict, _ maximumByteCount: Int, _ operation: String, _ timeout: Duration?,
        _ send: (Tensor) throws -> [Tensor]
    ) throws -> (rows: [Tensor], counts: [Int]) {
        let encoded = encode(state, operation)
        let own = try Tensor([Int64((try? encoded.get())?.count ?? -1)])
        let announced = try allGather(own, timeout: timeout).map { try $0.item(Int.self) }
        var bytes = try encoded.get()
        let counts = try announced.enumerated().map { rank, count in
            try requireCount(count, of: rank, maximumByteCount, operation)
        }
        let width = counts.max() ?? 0
        bytes += [UInt8](repeating: 0, count: width - bytes.count)
        return (try send(try Tensor(bytes)), counts)
    }

    private func encode(_ state: StateDict?, _ operation: String) -> Result<[UInt8], any Error> {
        Result {
            guard let state else { throw error(.invalidArgument, operation, "the source gives no state") }
            do throws(TorchFileError) {
                return try TorchFile.bytes(of: .dictionary(state))
            } catch {
                throw self.error(.invalidArgument, operation, "the state cannot be written: \(error.reason)")
            }
        }
    }

    /// - Parameter count: what a rank said of its state.
    private func requireCount(_ count: Int, of other: Int, _ maximum: Int, _ operation: String) throws -> Int {
        guard count >= 0 else {
            throw error(.invalidData, operation, "rank \(other) could not write its state: its own error says why")
        }
        guard count <= maximum else {
            throw error(
                .invalidData, operation,
                "the state of rank \(other) has \(count) bytes, more than the \(maximum) that `maximumByteCount` allows"
            )
        }
        return count
    }

    private func decode(_ rows: [Tensor], _ counts: [Int], _ operation: String) throws -> [StateDict] {
        try rows.enumerated().map { rank, row in
            try decode(Array(row.array(UInt8.self).prefix(counts[rank])), from: rank, operation)
        }
    }

    private func decode(_ bytes: [UInt8], from other: Int, _ operation: String) throws -> StateDict {
        let value: StateValue
        do throws(TorchFileError) {
            value = try TorchFile.load(bytes: bytes)
        } catch {
            throw self.error(.invalidData, operation, "what rank \(other) sent is no state: \(error.reason)")
        }
        guard case .dictionary(let state) = value else {
            throw error(.invalidData, operation, "what rank \(other) sent is not a dictionary")
        }
        return state
    }
}
