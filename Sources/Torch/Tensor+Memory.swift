import CTorch

// The memory of a tensor, for code that computes with it outside of libtorch: decoders and kernels in C.

extension Tensor {
    /// Calls `body` with the memory from the tensor's first element to its last; if the tensor is not contiguous,
    /// `strides` says where the elements are in it.
    ///
    /// The memory may be written to as a tensor in place may: no one else may use it meanwhile.
    /// - Throws: `TorchError` if the elements do not lie in the CPU's memory, and what `body` throws.
    package func withMutableMemory<Result>(
        _ body: (UnsafeMutableRawBufferPointer) throws -> Result
    ) throws -> Result {
        defer { keepAlive(self) }
        let byteCount = try spannedByteCount()
        guard byteCount > 0 else { return try body(UnsafeMutableRawBufferPointer(start: nil, count: 0)) }
        guard let start = ct_tensor_mutable_data(pointer) else { throw lastError() }
        return try body(UnsafeMutableRawBufferPointer(start: start, count: byteCount))
    }

    /// Calls `body` with the memory from the tensor's first element to its last, to read from.
    ///
    /// - Throws: as `withMutableMemory`.
    package func withMemory<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) throws -> Result {
        defer { keepAlive(self) }
        let byteCount = try spannedByteCount()
        guard byteCount > 0 else { return try body(UnsafeRawBufferPointer(start: nil, count: 0)) }
        guard let start = ct_tensor_data(pointer) else { throw lastError() }
        return try body(UnsafeRawBufferPointer(start: start, count: byteCount))
    }

    /// Calls `body` with the address of the first element in the CPU's memory; `strides` says where the others are.
    ///
    /// - Throws: as `withMutableMemory`, and `TorchError` if there are no elements.
    package func withElements<Result>(_ body: (UnsafeMutableRawPointer) throws -> Result) throws -> Result {
        try withMutableMemory { memory in
            guard let start = memory.baseAddress else {
                throw TorchError(
                    kind: .shape, operation: "memory", inputs: "\(dtype)\(shape)", message: "there are no elements")
            }
            return try body(start)
        }
    }

    /// The number of bytes from the first element to the last, both included.
    private func spannedByteCount() throws -> Int {
        // A conjugation or negation that libtorch has postponed is not in the memory yet.
        guard isDefined, device == .cpu, let size = dtype.byteCount, !ct_tensor_is_conjugate(pointer),
            !ct_tensor_is_negative(pointer)
        else {
            throw TorchError(
                kind: .type, operation: "memory", inputs: isDefined ? "\(dtype)\(shape)" : "",
                message: "the elements do not lie in the CPU's memory as they are: move the tensor to the CPU and "
                    + "make it contiguous first")
        }
        let shape = shape
        guard !shape.contains(0) else { return 0 }
        return (zip(shape, strides).reduce(0) { $0 + ($1.0 - 1) * $1.1 } + 1) * size
    }
}
