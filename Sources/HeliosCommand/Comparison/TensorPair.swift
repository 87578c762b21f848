import Helios

/// Two tensors of the same type and shape to compare, each of which is described or in memory.
///
/// The time depends on the number of bytes in the files, not on the shape: a tensor of a few bytes can be expanded to
/// more elements than can be counted.
struct TensorPair {
    private let first, second: Tensor
    /// How many times each of the remaining elements occurs in the tensors.
    private let repetitions: Int

    /// Returns the elements of a tensor, or of a view of one.
    typealias Reader = (Tensor) throws -> TensorElements

    init(_ first: Tensor, _ second: Tensor) throws {
        var (first, second, repetitions) = (first, second, 1)
        if TensorPair.areDense(first, second) {
            for (dim, size) in first.shape.enumerated()
            where size > 1 && first.strides[dim] == 0 && second.strides[dim] == 0 {
                first = try first.narrow(dim: dim, start: 0, length: 1)
                second = try second.narrow(dim: dim, start: 0, length: 1)
                repetitions = repetitions.multipliedClamping(by: size)
            }
        }
        (self.first, self.second, self.repetitions) = (first, second, repetitions)
    }

    func difference(_ readers: (first: Reader, second: Reader), tolerance: Double) throws -> TensorDifference {
        if let (first, second) = try sparseValues() {
            return try TensorDifference(
                TensorElements(first), TensorElements(second), of: self.first.elementCount, tolerance: tolerance)
        }
        if isEndless {
            // If both have the same layout, it is enough that their memory is equal.
            if TensorPair.areDense(first, second), first.strides == second.strides {
                let spans = (try first.span(), try second.span())
                let difference = try TensorDifference(
                    readers.first(spans.0), readers.second(spans.1), tolerance: tolerance)
                if difference.count == 0 { return difference }
            }
            throw CommandError(
                "tensors of the shape \(first.shape) cannot be compared: their elements overlap in so few bytes that it would "
                    + "not end; --ignore leaves them out")
        }
        return try TensorDifference(
            readers.first(first), readers.second(second), repetitions: repetitions, tolerance: tolerance)
    }

    // MARK: Overlapping elements

    /// Whether there are disproportionately more elements than bytes.
    private var isEndless: Bool {
        let size = first.elementCount.multipliedClamping(by: first.dtype.byteCount ?? 1)
        let memory = max(TensorMemory(of: first)?.byteCount ?? 0, TensorMemory(of: second)?.byteCount ?? 0)
        return size > max(TensorPair.freeSize, memory.multipliedClamping(by: 16))
    }

    /// The number of bytes of elements that is always acceptable.
    private static let freeSize = 256 << 20

    private static func areDense(_ first: Tensor, _ second: Tensor) -> Bool {
        TensorMemory(of: first) != nil && TensorMemory(of: second) != nil
    }

    // MARK: Sparse tensors

    /// The values of two sparse tensors at the places where either has one; `nil` unless both are sparse.
    private func sparseValues() throws -> (Tensor, Tensor)? {
        guard TensorMemory(of: first) == nil, TensorMemory(of: second) == nil else { return nil }
        let tensors = try [first, second].map { tensor in
            // The compressed layouts store places differently.
            try (tensor.hasCoordinates ? tensor : tensor.toSparse()).coalesce()
        }
        let (a, b) = (tensors[0], tensors[1])
        let (left, right) = (try a.values(), try b.values())
        guard left.shape.dropFirst() == right.shape.dropFirst() else { return nil }
        if try a.indices().equal(b.indices()) { return (left, right) }
        let indices = try Tensor.cat([a.indices(), b.indices()], dim: 1)
        func filled(_ values: [Tensor]) throws -> Tensor {
            try Tensor.sparseCooTensor(indices, values: Tensor.cat(values, dim: 0), size: a.shape).coalesce().values()
        }
        return (
            try filled([left, Tensor.zerosLike(right)]), try filled([Tensor.zerosLike(left), right])
        )
    }
}

extension Tensor {
    /// The number of elements, or the greatest number.
    fileprivate var elementCount: Int { shape.reduce(1) { $0.multipliedClamping(by: $1) } }
}
