import Torch

/// The memory that a tensor lies in: the same for tensors that share it.
package struct TensorMemory: Hashable {
    private let identity: TensorStorage.Identity
    /// The size of the whole memory, which may be more than the tensor looks at.
    package let byteCount: Int

    /// nil for a tensor without elements in memory, as a sparse one.
    package init?(of tensor: Tensor) {
        guard let identity = TensorStorage.identity(of: tensor) else { return nil }
        self.identity = identity
        byteCount = TensorStorage(of: tensor).byteCount
    }

    /// The place in its memory that a tensor begins at, in elements.
    package static func offset(of tensor: Tensor) -> Int {
        TensorGeometry(of: tensor).offset
    }
}
