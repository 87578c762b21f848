import Torch

/// A base class for your own losses that are multiplied by a weight, as in a sum of several losses.
///
/// ```swift
/// final class CharbonnierLoss: WeightedLoss {
///     override func evaluate(_ input: Tensor, _ target: Tensor) throws -> Tensor {
///         try ((input - target).square() + 1e-12).sqrt().mean()
///     }
/// }
///
/// let loss = CharbonnierLoss(lossWeight: 0.1)
/// let value = try loss(output, target)
/// ```
/// A loss with other arguments does not override `evaluate`. It declares its own `callAsFunction` and ends it with
/// `weighted`:
/// ```swift
/// func callAsFunction(_ output: Tensor, mask: Tensor) throws -> Tensor {
///     try call((output, mask)) { try weighted((output * mask).abs().sum()) }
/// }
/// ```
open class WeightedLoss: Module, BinaryCallable {
    /// The factor for the loss.
    public final var lossWeight: Double

    public init(lossWeight: Double = 1) {
        self.lossWeight = lossWeight
    }

    /// Returns the loss without its weight; a subclass overrides this method.
    open func evaluate(_ input: Tensor, _ target: Tensor) throws -> Tensor {
        throw TorchError(
            kind: .other, operation: String(describing: type(of: self)),
            message: "a subclass of WeightedLoss must override evaluate(_:_:)")
    }

    /// The loss times its weight.
    public final func forward(_ input: Tensor, _ target: Tensor) throws -> Tensor {
        try weighted(evaluate(input, target))
    }

    /// A loss times the weight.
    public final func weighted(_ loss: Tensor) throws -> Tensor {
        try lossWeight * loss
    }
}
