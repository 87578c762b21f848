/// What a captured step may take and return: tensors, alone or in a collection.
///
/// Let a structure of your own conform so that a step can take it as its batch. Whatever a returned structure has
/// besides tensors is in every replay as it was when the step was recorded.
public protocol CapturedValue {
    /// The tensors, in an order that depends on nothing but the value's structure.
    var capturedTensors: [Tensor] { get }

    /// Returns a copy with other tensors, as many as `capturedTensors` has and in that order.
    func replacingCapturedTensors(_ tensors: [Tensor]) -> Self
}

extension Tensor: CapturedValue {
    public var capturedTensors: [Tensor] { [self] }

    public func replacingCapturedTensors(_ tensors: [Tensor]) -> Tensor { tensors.first ?? self }
}

extension Array: CapturedValue where Element == Tensor {
    public var capturedTensors: [Tensor] { self }

    public func replacingCapturedTensors(_ tensors: [Tensor]) -> [Tensor] { tensors }
}

extension Dictionary: CapturedValue where Key == String, Value == Tensor {
    public var capturedTensors: [Tensor] { keys.sorted().compactMap { self[$0] } }

    public func replacingCapturedTensors(_ tensors: [Tensor]) -> [String: Tensor] {
        Dictionary(zip(keys.sorted(), tensors)) { first, _ in first }
    }
}
