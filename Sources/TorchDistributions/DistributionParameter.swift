import Torch

/// What a parameter of a distribution can be: a tensor, or a number for all elements.
///
/// Parameters are broadcast with each other. Numbers take the type and the device of the first tensor among them;
/// numbers alone make a distribution of `float32` without a batch.
public protocol DistributionParameter {
    /// The tensor; `nil` for a number.
    var parameterTensor: Tensor? { get }
    /// The number; 0 for a tensor.
    var parameterNumber: Double { get }
}

extension Tensor: DistributionParameter {
    public var parameterTensor: Tensor? { self }
    public var parameterNumber: Double { 0 }
}

extension Double: DistributionParameter {
    public var parameterTensor: Tensor? { nil }
    public var parameterNumber: Double { self }
}

extension Float: DistributionParameter {
    public var parameterTensor: Tensor? { nil }
    public var parameterNumber: Double { Double(self) }
}

extension Int: DistributionParameter {
    public var parameterTensor: Tensor? { nil }
    public var parameterNumber: Double { Double(self) }
}

/// The parameters as tensors of one shape.
func broadcast(_ parameters: any DistributionParameter...) throws -> [Tensor] {
    let first = parameters.lazy.compactMap(\.parameterTensor).first
    let tensors = try parameters.map { parameter in
        try parameter.parameterTensor
            ?? Tensor.full([], parameter.parameterNumber, dtype: first?.dtype ?? .float32, device: first?.device)
    }
    return try Tensor.broadcastTensors(tensors)
}
