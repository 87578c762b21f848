import Torch

/// An error of kind `shape` that names the operation and the types and shapes of its tensors.
func shapeError(_ operation: String, _ tensors: [Tensor], _ message: String) -> TorchError {
    TorchError(
        kind: .shape, operation: operation,
        inputs: tensors.map { "\($0.dtype)\($0.shape)" }.joined(separator: ", "), message: message)
}
