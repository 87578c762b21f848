import CTorch
import Torch

// Each operation comes twice: one that waits, and one that begins and gives a `Work`. They take dense tensors on the
// CPU, with any strides, and record nothing for gradients.

extension ProcessGroup {
    // MARK: One to all, all to one

    /// Copies the tensor of one rank into the tensors of all others, which have its shape and dtype.
    ///
    /// - Parameters:
    ///   - tensor: what is sent on the rank `source`, and written on others.
    ///   - timeout: how long to wait for other ranks; `nil` is the timeout of the group.
    /// - Throws: ``DistributedError``.
    public func broadcast(_ tensor: Tensor, source: Int, timeout: Duration? = nil) throws {
        try startBroadcast(tensor, source: source, timeout: timeout).wait()
    }

    /// Begins what `broadcast` does.
    public func startBroadcast(_ tensor: Tensor, source: Int, timeout: Duration? = nil) throws -> Work<Void> {
        try requireRank(source, "broadcast")
        let payload = try Payload(tensor, "broadcast", of: self)
        try verify(.broadcast, tensor, parameter: Int64(source), timeout: timeout)
        let bytes = try payload.bytes
        return try start(.broadcast, timeout, [bytes]) {
            ct_group_broadcast($0, bytes.pointer, Int32(source), $1)
        } finish: { [rank] in
            if rank != source { try payload.finishWriting() }
        }
    }

    /// Gives each rank the tensor at its place in the list of one rank.
    ///
    /// - Parameters:
    ///   - tensors: on the rank `source`, as many as there are ranks, all of the shape and dtype of `output`; `nil`
    ///     elsewhere.
    ///   - output: where the rank's tensor is written.
    /// - Throws: ``DistributedError``.
    public func scatter(_ tensors: [Tensor]?, into output: Tensor, source: Int, timeout: Duration? = nil) throws {
        try startScatter(tensors, into: output, source: source, timeout: timeout).wait()
    }

    /// Begins what `scatter` does.
    public func startScatter(
        _ tensors: [Tensor]?, into output: Tensor, source: Int, timeout: Duration? = nil
    ) throws -> Work<Void> {
        try requireRank(source, "scatter")
        guard (tensors != nil) == (rank == source) else {
            throw error(
                .invalidArgument, "scatter",
                rank == source ? "the source needs the tensors to scatter" : "only rank \(source) gives tensors")
        }
        let inputs = try tensors.map { try rows($0, like: output, "scatter") } ?? []
        let payload = try Payload(output, "scatter", of: self)
        try verify(.scatter, output, parameter: Int64(source), timeout: timeout)
        let bytes = try payload.bytes
        return try start(.scatter, timeout, inputs + [bytes]) {
            ct_group_scatter(
                $0, bytes.pointer, inputs.map(\.pointer), Int64(inputs.count), Int32(source), $1)
        } finish: {
            try payload.finishWriting()
        }
    }

    /// Brings the tensors of all ranks to one.
    ///
    /// - Parameter tensor: of the same shape and dtype on all ranks.
    /// - Returns: on the rank `destination` the tensors in the order of the ranks, an empty list elsewhere.
    /// - Throws: ``DistributedError``.
    public func gather(_ tensor: Tensor, destination: Int, timeout: Duration? = nil) throws -> [Tensor] {
        try startGather(tensor, destination: destination, timeout: timeout).wait()
    }

    /// Begins what `gather` does.
    public func startGather(
        _ tensor: Tensor, destination: Int, timeout: Duration? = nil
    ) throws -> Work<[Tensor]> {
        try requireRank(destination, "gather")
        let bytes = try Payload(tensor, "gather", of: self).bytes
        try verify(.gather, tensor, parameter: Int64(destination), timeout: timeout)
        let outputs = try rank == destination ? (0..<size).map { _ in try Tensor.emptyLike(bytes) } : []
        let (shape, dtype) = (tensor.shape, tensor.dtype)
        return try start(.gather, timeout, outputs + [bytes]) {
            ct_group_gather(
                $0, outputs.map(\.pointer), Int64(outputs.count), bytes.pointer, Int32(destination), $1)
        } finish: {
            try outputs.map { try $0.view(dtype: dtype).reshape(shape) }
        }
    }

    /// Combines the tensors of all ranks, and writes the result into the tensor of one rank. Those of others may be
    /// written, too, and are of no use then.
    ///
    /// - Throws: ``DistributedError``.
    public func reduce(
        _ tensor: Tensor, _ operation: ReduceOperation = .sum, destination: Int, timeout: Duration? = nil
    ) throws {
        try startReduce(tensor, operation, destination: destination, timeout: timeout).wait()
    }

    /// Begins what `reduce` does.
    public func startReduce(
        _ tensor: Tensor, _ operation: ReduceOperation = .sum, destination: Int, timeout: Duration? = nil
    ) throws -> Work<Void> {
        try requireRank(destination, "reduce")
        try require(operation, tensor, "reduce")
        let payload = try Payload(tensor, "reduce", of: self)
        try verify(.reduce, tensor, parameter: Int64(destination), second: operation.number, timeout: timeout)
        let numbers = try payload.numbers
        return try start(.reduce, timeout, [numbers]) {
            ct_group_reduce($0, numbers.pointer, operation.c, Int32(destination), $1)
        } finish: { [rank, size] in
            if operation == .mean, rank == destination { try numbers.div_(size) }
            try payload.finishWriting()
        }
    }

    // MARK: All to all

    /// Combines the tensors of all ranks element by element, and writes the result into the tensors of all.
    ///
    /// - Parameters:
    ///   - tensor: of the same shape and dtype on all ranks. Sums, products, minima and maxima: `float16`, `bfloat16`,
    ///     `float32`, `float64`, `uint8`, `int8`, `int32`, `int64`. Means: the floating-point ones. Sums and means:
    ///     `complex64`, `complex128`. Minima (all) and maxima (any): `bool`.
    ///   - timeout: how long to wait for other ranks; `nil` is the timeout of the group.
    /// - Throws: ``DistributedError``.
    public func allReduce(_ tensor: Tensor, _ operation: ReduceOperation = .sum, timeout: Duration? = nil) throws {
        try startAllReduce(tensor, operation, timeout: timeout).wait()
    }

    /// Begins what `allReduce` does.
    public func startAllReduce(
        _ tensor: Tensor, _ operation: ReduceOperation = .sum, timeout: Duration? = nil
    ) throws -> Work<Void> {
        try require(operation, tensor, "all_reduce")
        let payload = try Payload(tensor, "all_reduce", of: self)
        try verify(.allReduce, tensor, parameter: operation.number, timeout: timeout)
        let numbers = try payload.numbers
        return try start(.allReduce, timeout, [numbers]) {
            ct_group_all_reduce($0, numbers.pointer, operation.c, $1)
        } finish: { [size] in
            if operation == .mean { try numbers.div_(size) }
            try payload.finishWriting()
        }
    }

    /// Returns the tensors of all ranks, in the order of the ranks.
    ///
    /// - Parameter tensor: of the same shape and dtype on all ranks.
    /// - Throws: ``DistributedError``.
    public func allGather(_ tensor: Tensor, timeout: Duration? = nil) throws -> [Tensor] {
        try startAllGather(tensor, timeout: timeout).wait()
    }

    /// Begins what `allGather` does.
    public func startAllGather(_ tensor: Tensor, timeout: Duration? = nil) throws -> Work<[Tensor]> {
        let bytes = try Payload(tensor, "all_gather", of: self).bytes
        try verify(.allGather, tensor, timeout: timeout)
        let output = try Tensor.empty([size * bytes.count], dtype: .uint8)
        let (shape, dtype, size) = (tensor.shape, tensor.dtype, size)
        return try start(.allGather, timeout, [bytes, output]) {
            ct_group_all_gather($0, output.pointer, bytes.pointer, $1)
        } finish: {
            // Separate memory for each, so that one can be kept without the others.
            try output.reshape([size, bytes.count]).unbind().map { try $0.clone().view(dtype: dtype).reshape(shape) }
        }
    }

    /// Combines, place by place, the lists that the ranks give, and returns what is at this rank's place.
    ///
    /// - Parameter tensors: one for each rank, all of the same shape and dtype, as `allReduce` takes them.
    /// - Throws: ``DistributedError``.
    public func reduceScatter(
        _ tensors: [Tensor], _ operation: ReduceOperation = .sum, timeout: Duration? = nil
    ) throws -> Tensor {
        try startReduceScatter(tensors, operation, timeout: timeout).wait()
    }

    /// Begins what `reduceScatter` does.
    public func startReduceScatter(
        _ tensors: [Tensor], _ operation: ReduceOperation = .sum, timeout: Duration? = nil
    ) throws -> Work<Tensor> {
        guard let first = tensors.first else {
            throw error(.invalidArgument, "reduce_scatter", "it takes \(size) tensors, one for each rank, not none")
        }
        try require(operation, first, "reduce_scatter")
        _ = try rows(tensors, like: first, "reduce_scatter")
        try verify(.reduceScatter, first, parameter: operation.number, timeout: timeout)
        let input = try Tensor.cat(tensors.map { try Payload($0, "reduce_scatter", of: self).numbers })
        let output = try Tensor.empty([input.count / size], dtype: input.dtype)
        let (shape, dtype, size) = (first.shape, first.dtype, size)
        return try start(.reduceScatter, timeout, [input, output]) {
            ct_group_reduce_scatter($0, output.pointer, input.pointer, operation.c, $1)
        } finish: {
            if operation == .mean { try output.div_(size) }
            return try dtype == output.dtype ? output.reshape(shape) : output.view(dtype: dtype).reshape(shape)
        }
    }

    /// Sends each rank the tensor at its place, and returns what the ranks sent to this one, in the order of the ranks.
    ///
    /// - Parameter tensors: one for each rank, with at least one dimension. The sizes of the first dimension may be
    ///   different (0 too); everything else is the same for all tensors on all ranks.
    /// - Throws: ``DistributedError``.
    public func allToAll(_ tensors: [Tensor], timeout: Duration? = nil) throws -> [Tensor] {
        try startAllToAll(tensors, timeout: timeout).wait()
    }

    /// Begins what `allToAll` does.
    public func startAllToAll(_ tensors: [Tensor], timeout: Duration? = nil) throws -> Work<[Tensor]> {
        guard tensors.count == size, let first = tensors.first,
            let width = first.isDefined ? first.shape.dropFirst() : nil,
            tensors.allSatisfy({
                $0.isDefined && $0.dtype == first.dtype && $0.dimensionCount >= 1 && $0.shape.dropFirst() == width
            })
        else {
            let given = tensors.map { $0.isDefined ? "\($0.dtype)\($0.shape)" : "undefined" }
            throw error(
                .invalidArgument, "all_to_all",
                "it takes \(size) tensors of one dtype that differ in the first dimension at most, not "
                    + "[\(given.joined(separator: ", "))]")
        }
        guard let elementSize = first.dtype.byteCount else {
            throw error(.invalidArgument, "all_to_all", "the elements of \(first.dtype) have no known size")
        }
        let parts = try tensors.map { try Payload($0, "all_to_all", of: self).bytes }
        let (tail, dtype) = (Array(width), first.dtype)
        try verify(Announcement(.allToAll, shape: tail, dtype: dtype), timeout: timeout)
        let sent = tensors.map { Int64($0.shape[0]) }
        let received = try exchange(sent, timeout: timeout)
        let input = try Tensor.cat(parts)
        let rowSize = try product(tail.map(Int64.init) + [Int64(elementSize)])
        let output = try Tensor.empty([Int(product([received.reduce(0, +), rowSize]))], dtype: .uint8)
        let (inputSizes, outputSizes) = (parts.map { Int64($0.count) }, received.map { $0 * rowSize })
        return try start(.allToAll, timeout, [input, output]) {
            ct_group_all_to_all(
                $0, output.pointer, input.pointer, outputSizes, Int64(outputSizes.count), inputSizes,
                Int64(inputSizes.count), $1)
        } finish: {
            try zip(output.splitWithSizes(splitSizes: outputSizes.map { Int($0) }), received).map { bytes, count in
                try bytes.clone().view(dtype: dtype).reshape([Int(count)] + tail)
            }
        }
    }

    /// Waits until all ranks have come here.
    ///
    /// - Parameter timeout: how long to wait; `nil` is the timeout of the group.
    /// - Throws: ``DistributedError`` which names the ranks that did not come.
    public func barrier(timeout: Duration? = nil) throws {
        if verifiesCalls { return try announce(Announcement(.barrier), timeout: timeout ?? self.timeout) }
        try start(.barrier, timeout, []) {
            ct_group_barrier($0, $1)
        } finish: {
        }.wait()
    }

    // MARK: What they share

    /// Begins an operation of c10d.
    ///
    /// - Parameter tensors: what it reads and writes, kept until it was waited for.
    func start<Output>(
        _ operation: Announcement.Operation, _ timeout: Duration?, _ tensors: [Tensor],
        _ call: (_ group: OpaquePointer, _ timeout: Int64) -> OpaquePointer?,
        finish: @escaping @Sendable () throws -> Output
    ) throws -> Work<Output> {
        let limit = timeout ?? self.timeout
        let start = ContinuousClock.now
        let handle = try begin(operation.name)
        guard let pointer = call(handle.pointer, limit.milliseconds) else {
            throw failure(.last(), in: operation.name, after: limit, since: start)
        }
        return Work(WorkHandle(pointer, of: handle), operation.name, of: self, limit: limit) {
            try withExtendedLifetime(tensors) { try finish() }
        }
    }

    private func verify(
        _ operation: Announcement.Operation, _ tensor: Tensor, parameter: Int64 = 0, second: Int64 = 0,
        timeout: Duration?
    ) throws {
        try verify(
            Announcement(
                operation, parameter: parameter, second: second, shape: tensor.shape, dtype: tensor.dtype),
            timeout: timeout)
    }

    private func verify(_ announcement: Announcement, timeout: Duration?) throws {
        if verifiesCalls { try announce(announcement, timeout: timeout ?? self.timeout) }
    }

    private func require(_ operation: ReduceOperation, _ tensor: Tensor, _ name: String) throws {
        guard tensor.isDefined, !operation.accepts(tensor.dtype) else { return }
        throw error(
            .invalidArgument, name,
            "there is no \(operation.rawValue) of \(tensor.dtype) over Gloo: convert the tensor, for example to float32"
        )
    }

    /// The bytes of tensors that must be one for each rank, and of one kind.
    private func rows(_ tensors: [Tensor], like tensor: Tensor, _ operation: String) throws -> [Tensor] {
        let fits = tensors.allSatisfy { $0.isDefined && $0.shape == tensor.shape && $0.dtype == tensor.dtype }
        guard tensors.count == size, tensor.isDefined, fits else {
            let given = tensors.prefix(8).map { $0.isDefined ? "\($0.dtype)\($0.shape)" : "undefined" }
            throw error(
                .invalidArgument, operation,
                "it takes \(size) tensors of one shape and dtype, one for each rank, not "
                    + "[\(given.joined(separator: ", "))]"
            )
        }
        return try tensors.map { try Payload($0, operation, of: self).bytes }
    }

    /// The product of sizes, of which some are other ranks'.
    private func product(_ sizes: [Int64]) throws -> Int64 {
        try sizes.reduce(1) { product, size in
            let (result, overflow) = product.multipliedReportingOverflow(by: size)
            guard !overflow else {
                throw error(.invalidData, "all_to_all", "the ranks send more than any memory can hold")
            }
            return result
        }
    }

    /// Sends each rank one number, and returns those that the ranks sent to this one.
    private func exchange(_ numbers: [Int64], timeout: Duration?) throws -> [Int64] {
        let (input, output) = (try Tensor(numbers), try Tensor.zeros([numbers.count], dtype: .int64))
        let ones = [Int64](repeating: 1, count: numbers.count)
        try start(.allToAll, timeout, [input, output]) {
            ct_group_all_to_all($0, output.pointer, input.pointer, ones, Int64(size), ones, Int64(size), $1)
        } finish: {
        }.wait()
        let received = try output.array(Int64.self)
        guard received.allSatisfy({ (0...(1 << 40)).contains($0) }) else {
            throw error(.invalidData, "all_to_all", "a rank announced a tensor with a negative or impossible size")
        }
        return received
    }
}
