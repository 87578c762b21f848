import CTorch
import Torch

extension ProcessGroup {
    /// Sends a tensor to one rank, and returns when that rank has received it.
    ///
    /// Two ranks that first send to each other and then receive wait for each other until the timeout: let one of them
    /// receive first, or use `startSend`.
    /// - Parameters:
    ///   - tag: a number from 0 to below 2³⁰, by which the receiver tells messages apart.
    ///   - timeout: how long to wait for the receiver; `nil` is the timeout of the group.
    /// - Throws: ``DistributedError``.
    public func send(_ tensor: Tensor, destination: Int, tag: Int = 0, timeout: Duration? = nil) throws {
        try startSend(tensor, destination: destination, tag: tag, timeout: timeout).wait()
    }

    /// Begins to send a tensor, which must not change until the work was waited for.
    public func startSend(
        _ tensor: Tensor, destination: Int, tag: Int = 0, timeout: Duration? = nil
    ) throws -> Work<Void> {
        let operation = "send"
        let tags = try tags(tag, with: destination, operation)
        let limit = timeout ?? self.timeout
        let bytes = try Payload(tensor, operation, of: self).bytes
        let contents = try message(operation, limit, bytes) {
            ct_group_send($0, bytes.pointer, Int32(destination), tags.contents)
        } finish: {
        }
        guard verifiesCalls else { return contents }
        let announcement = Announcement(
            .message, shape: tensor.shape, dtype: tensor.dtype, byteCount: bytes.count)
        let kind = try Tensor(announcement.numbers)
        return try message(operation, limit, kind) {
            ct_group_send($0, kind.pointer, Int32(destination), tags.kind)
        } finish: {
            try contents.wait(timeout: limit)
        }
    }

    /// Receives a tensor from one rank.
    ///
    /// - Parameters:
    ///   - tensor: receives the elements; it must have the shape and the dtype of what is sent.
    ///   - tag: the number that the sender gave.
    ///   - timeout: how long to wait for the sender; `nil` is the timeout of the group.
    /// - Throws: ``DistributedError``, of kind `mismatch` if something else was sent; the tensor is unchanged then.
    public func receive(_ tensor: Tensor, source: Int, tag: Int = 0, timeout: Duration? = nil) throws {
        try startReceive(tensor, source: source, tag: tag, timeout: timeout).wait()
    }

    /// Begins to receive a tensor, which has its value when the work was waited for.
    public func startReceive(
        _ tensor: Tensor, source: Int, tag: Int = 0, timeout: Duration? = nil
    ) throws -> Work<Void> {
        let operation = "recv"
        let tags = try tags(tag, with: source, operation)
        let limit = timeout ?? self.timeout
        let payload = try Payload(tensor, operation, of: self)
        guard verifiesCalls else { return try receiveContents(into: payload, source, tags.contents, limit) }
        let kind = try Tensor.zeros([Announcement.count], dtype: .int64)
        let expected = Announcement(
            .message, shape: tensor.shape, dtype: tensor.dtype, byteCount: try payload.bytes.count)
        return try message(operation, limit, kind) {
            ct_group_receive($0, kind.pointer, Int32(source), tags.kind)
        } finish: { [self] in
            let sent = Announcement(numbers: try kind.array(Int64.self))
            if sent == expected {
                return try receiveContents(into: payload, source, tags.contents, limit).wait(timeout: limit)
            }
            // The sender waits for someone who takes what it has sent.
            if (0...(1 << 40)).contains(sent.byteCount) {
                let unwanted = try Payload(.empty([Int(sent.byteCount)], dtype: .uint8), operation, of: self)
                try receiveContents(into: unwanted, source, tags.contents, limit).wait(timeout: limit)
            }
            throw error(
                .mismatch, operation,
                "rank \(source) sent \(sent.tensor), and the tensor to receive into is \(expected.tensor)")
        }
    }

    private func receiveContents(
        into payload: Payload, _ source: Int, _ tag: Int32, _ limit: Duration
    ) throws -> Work<Void> {
        let bytes = try payload.bytes
        return try message("recv", limit, bytes) {
            ct_group_receive($0, bytes.pointer, Int32(source), tag)
        } finish: {
            try payload.finishWriting()
        }
    }

    /// One tag for what is sent before, and one for the tensor itself.
    private func tags(_ tag: Int, with other: Int, _ operation: String) throws -> (kind: Int32, contents: Int32) {
        try requireRank(other, operation)
        guard other != rank else {
            throw error(.invalidArgument, operation, "a rank cannot exchange messages with itself")
        }
        guard (0..<1 << 30).contains(tag) else {
            throw error(.invalidArgument, operation, "a tag is a number from 0 to below 2^30, not \(tag)")
        }
        return (Int32(tag) * 2, Int32(tag) * 2 + 1)
    }

    /// Begins to send or to receive.
    ///
    /// - Parameter tensor: what is sent or written, kept until it was waited for.
    private func message(
        _ operation: String, _ limit: Duration, _ tensor: Tensor, _ call: (OpaquePointer) -> OpaquePointer?,
        finish: @escaping @Sendable () throws -> Void
    ) throws -> Work<Void> {
        let start = ContinuousClock.now
        let handle = try begin(operation)
        guard let pointer = call(handle.pointer) else {
            throw failure(.last(), in: operation, after: limit, since: start)
        }
        return Work(WorkHandle(pointer, of: handle), operation, of: self, limit: limit) {
            try withExtendedLifetime(tensor) { try finish() }
        }
    }
}
