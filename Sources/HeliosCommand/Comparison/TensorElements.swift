import Helios

/// The elements of a tensor, which come a piece at a time: the tensor may be larger than the memory.
struct TensorElements {
    let shape: [Int]
    private let read: (TensorPiece) throws -> Tensor

    /// The elements of a tensor that is described, which `read` gets in the order of the indices.
    init(_ description: Tensor, read: @escaping (TensorPiece) throws -> Tensor) {
        shape = description.shape
        self.read = read
    }

    /// The elements of a tensor that is at hand.
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
