import Torch

/// Why a network cannot be exported.
public struct ONNXExportError: Error, Sendable, Equatable {
    /// What went wrong, and what to do.
    public let message: String
    /// PyTorch's name of the operation that has no counterpart, as in `aten::linalg_inv_ex`; empty if it is not one
    /// operation.
    public let operation: String
    /// The path of the layer that called it, as in `blocks.0.attention`; empty for the network itself.
    public let layer: String

    /// Creates an error about one operation, or about the whole export.
    public init(_ message: String, operation: String = "", layer: String = "") {
        self.message = message
        self.operation = operation
        self.layer = layer
    }
}

extension ONNXExportError: CustomStringConvertible {
    /// The layer, the operation, and what went wrong.
    public var description: String {
        guard !operation.isEmpty else { return message }
        return "\(layer.isEmpty ? "the network" : "the layer \(layer)"): \(operation): \(message)"
    }
}
