import Helios

/// The elements of a tensor, which come a piece at a time: the tensor may be larger than the memory.
struct TensorElements {
    let shape: [Int]
    private let read: (TensorPiece) throws -> Tensor

    /// The elements of a contiguous tensor that is only described.
    ///
    /// - Parameter read: returns some of the elements, counted in the order of the indices.
    init(contiguous description: Tensor, read: @escaping (Range<Int>) throws -> Tensor) {
        shape = description.shape
        self.read = { try read($0.elements) }
    }

    /// The elements of a tensor that is only described, and does not lie in its memory in the order of its indices.
    ///
    /// - Parameters:
    ///   - limit: how many bytes of the memory are read at a time.
    ///   - read: returns the elements of a contiguous part of the memory, which it gets described.
    init(strided description: Tensor, limit: Int = 64 << 20, read: @escaping (Tensor) throws -> Tensor) {
        shape = description.shape
        let reader = StridedReader(limit: limit, read: read)
        self.read = { try reader.elements(of: description.piece($0)).reshape([-1]) }
    }

    /// The elements of a tensor in memory.
    init(_ tensor: Tensor) {
        shape = tensor.shape
        // A sparse tensor is compared with a dense one by its elements, zeros and all.
        let isSparse = TensorMemory(of: tensor) == nil
        read = { piece in try (isSparse ? tensor.toDense() : tensor).piece(piece).reshape([-1]) }
    }

    /// The elements of a piece, in a tensor of one dimension.
    func piece(_ piece: TensorPiece) throws -> Tensor {
        try read(piece)
    }
}

/// Reads tensors whose elements lie apart, with little memory besides their own.
private struct StridedReader {
    let limit: Int
    let read: (Tensor) throws -> Tensor

    /// What one more read costs, in bytes that could be read in the same time.
    private static let costOfRead = 16_384

    /// Returns the elements of a view, which is only described, in its shape.
    func elements(of view: Tensor) throws -> Tensor {
        let span = view.spanCount.multipliedClamping(by: view.dtype.byteCount ?? 1)
        guard span > limit,
            let dim = view.strides.indices.filter({ view.shape[$0] > 1 }).max(by: {
                view.strides[$0] < view.strides[$1]
            })
        else {
            let memory = try read(view.span())
            return try memory.asStrided(
                view.shape, stride: view.strides, storageOffset: TensorMemory.offset(of: memory))
        }
        // The memory between the elements is left out, unless that takes longer than reading it.
        let size = view.shape[dim]
        let isSparse = span / StridedReader.costOfRead > size
        let step = isSparse ? 1 : max(size / (span / limit + 1), 1)
        let parts = try stride(from: 0, to: size, by: step).map { start in
            try elements(of: view.narrow(dim: dim, start: start, length: min(step, size - start)))
        }
        return try Tensor.cat(parts, dim: dim)
    }
}

extension Tensor {
    /// How many elements the memory has from the first element of this tensor to its last.
    var spanCount: Int {
        // There is no overflow, since the last element lies in the memory.
        zip(shape, strides).reduce(1) { $0 + Swift.max($1.0 - 1, 0) * $1.1 }
    }

    /// The memory from the first element of this tensor to its last, as a tensor of one dimension.
    func span() throws -> Tensor {
        try asStrided([spanCount], stride: [1], storageOffset: TensorMemory.offset(of: self))
    }
}
