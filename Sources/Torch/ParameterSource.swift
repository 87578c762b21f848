/// Anything that an optimizer can take its parameters from: a network, or an array of tensors.
///
/// `AdamW(network)` and `AdamW(network.parameters())` are the same.
public protocol ParameterSource {
    /// The parameters, each once and in an order that stays: an optimizer's state counts by it.
    func optimizedParameters() throws -> [Tensor]
}

extension Array: ParameterSource where Element == Tensor {
    public func optimizedParameters() -> [Tensor] { self }
}
