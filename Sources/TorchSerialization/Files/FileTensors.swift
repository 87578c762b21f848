import CTorch
import Torch

// Tensors over the bytes of files of any format, for those that read one.

extension Tensor {
    /// Creates a contiguous tensor on the CPU whose bytes `fill` writes: all of them, since they are not set before.
    ///
    /// - Throws: what `fill` throws; `TorchError` if there is too little memory.
    package static func filled(
        shape: [Int], dtype: DType, _ fill: (UnsafeMutableRawBufferPointer) throws -> Void
    ) throws -> Tensor {
        let geometry = try TensorGeometry(contiguous: shape)
        return try TensorStorage(byteCount: geometry.byteCount(of: dtype), fill: fill).tensor(geometry, dtype: dtype)
    }

    /// Returns a tensor that lies in the bytes of a mapped file.
    ///
    /// - Parameter strides: in elements; `nil` for elements in the order of their indices.
    /// - Throws: if it would reach outside.
    package static func over(_ memory: MappedFile, shape: [Int], strides: [Int]? = nil, dtype: DType) throws -> Tensor {
        var geometry = try TensorGeometry(contiguous: shape)
        if let strides { geometry.strides = strides }
        return try TensorStorage(memory).tensor(geometry, dtype: dtype)
    }

    /// The number of bytes that a contiguous tensor takes.
    ///
    /// - Throws: if that cannot be counted.
    package static func byteCount(shape: [Int], dtype: DType) throws -> Int {
        guard shape.count <= TensorGeometry.greatestDimensionCount else {
            throw FormatError("it is damaged: it has a tensor of \(shape.count) dimensions")
        }
        return try TensorGeometry(contiguous: shape).byteCount(of: dtype)
    }

    /// Calls `body` with the elements of a contiguous copy on the CPU, in the order of their indices.
    package func withContiguousBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) throws -> Result {
        // A conjugation or negation that libtorch has postponed is not in the memory yet.
        var source = try detach().to(.cpu).contiguous()
        if ct_tensor_is_conjugate(source.pointer) { source = try source.resolveConj() }
        if ct_tensor_is_negative(source.pointer) { source = try source.resolveNeg() }
        defer { withExtendedLifetime(source) {} }
        let byteCount = source.count * (source.dtype.byteCount ?? 0)
        return try body(UnsafeRawBufferPointer(start: ct_tensor_data(source.pointer), count: byteCount))
    }
}
