import CTorch

/// An array of numbers in any number of dimensions, with a gradient if it requires one: PyTorch's `torch.Tensor`.
///
/// A tensor is a reference: a copy of the Swift value is the same tensor, and its memory is freed with the last copy.
/// It may cross threads as a pointer may: reading from several threads at a time is safe, and writing in place (`add_`,
/// `zero_`) while others read is an error of the caller.
///
/// Every operation throws `TorchError` instead of trapping: a wrong shape, a wrong type, no memory.
///
/// ```swift
/// let x = try Tensor([[1, 2], [3, 4]], dtype: .float32)
/// let y = try (x * 2 + 1).sum(dim: 1)         // tensor([ 8., 16.])
/// ```
public struct Tensor: @unchecked Sendable {
    package let handle: TensorHandle

    /// Takes over one reference from C, or throws this thread's error if there is none.
    package init(owning pointer: OpaquePointer?) throws {
        guard let pointer else { throw TorchError.last() }
        handle = TensorHandle(pointer)
    }

    package init(handle: TensorHandle) {
        self.handle = handle
    }

    /// No tensor: the value of a parameter that is declared but not assigned yet. Operations on it throw.
    package static let undefined = Tensor(handle: TensorHandle(ct_tensor_undefined()))

    package var pointer: OpaquePointer {
        handle.pointer
    }
}

/// Owns one reference to a libtorch tensor.
package final class TensorHandle {
    package let pointer: OpaquePointer

    fileprivate init(_ pointer: OpaquePointer) {
        self.pointer = pointer
    }

    deinit {
        ct_tensor_release(pointer)
    }
}

// MARK: Properties

extension Tensor {
    /// The size of each dimension; empty for a single number.
    public var shape: [Int] {
        defer { keepAlive(self) }
        guard let sizes = ct_tensor_sizes(pointer) else { return [] }
        return (0..<dimensionCount).map { Int(sizes[$0]) }
    }

    /// The number of dimensions; 0 for a single number.
    public var dimensionCount: Int {
        defer { keepAlive(self) }
        return Int(ct_tensor_dimension_count(pointer))
    }

    /// The number of elements to move by in memory for one step in each dimension.
    public var strides: [Int] {
        defer { keepAlive(self) }
        var strides = [Int64](repeating: 0, count: dimensionCount)
        return ct_tensor_strides(pointer, &strides) ? strides.map { Int($0) } : []
    }

    /// The number of elements.
    public var count: Int {
        defer { keepAlive(self) }
        return Int(ct_tensor_element_count(pointer))
    }

    /// The size of one dimension; negative numbers count from the end.
    ///
    /// - Throws: `TorchError` of kind `index` if there is no such dimension.
    public func size(_ dim: Int) throws -> Int {
        let shape = shape
        let position = dim < 0 ? dim + shape.count : dim
        guard shape.indices.contains(position) else {
            throw TorchError(
                kind: .index, operation: "size", inputs: "\(dtype)\(shape)",
                message: "there is no dimension \(dim) in a tensor of \(shape.count) dimensions")
        }
        return shape[position]
    }

    /// The type of the elements.
    public var dtype: DType {
        defer { keepAlive(self) }
        return DType(rawValue: ct_tensor_dtype(pointer))
    }

    /// The device that the elements lie on.
    public var device: Device {
        defer { keepAlive(self) }
        return Device(ct_tensor_device(pointer)) ?? .cpu
    }

    /// Whether the elements lie in memory in the order of their indices, without gaps.
    public var isContiguous: Bool {
        defer { keepAlive(self) }
        return ct_tensor_is_contiguous(pointer)
    }

    /// Whether both are the same tensor, not merely equal ones.
    public func isSame(as other: Tensor) -> Bool {
        defer { keepAlive((self, other)) }
        return ct_tensor_is_same(pointer, other.pointer)
    }

    package var isDefined: Bool {
        defer { keepAlive(self) }
        return ct_tensor_is_defined(pointer)
    }

    /// The number of references to tensors that this process holds, which a test for leaks counts.
    package static var liveCount: Int {
        Int(ct_tensor_live_count())
    }
}
