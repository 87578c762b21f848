import Torch

/// A base class for losses of your own that are multiplied by a weight, as in a sum of several losses.
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
/// A loss with other arguments overrides nothing. It declares a `callAsFunction` of its own, and ends it with
/// `weighted`:
/// ```swift
/// func callAsFunction(_ output: Tensor, mask: Tensor) throws -> Tensor {
///     try call((output, mask)) { try weighted((output * mask).abs().sum()) }
/// }
/// ```
open class WeightedLoss: Module, BinaryCallable {
    /// What the loss is multiplied by.
    public final var lossWeight: Double

    public init(lossWeight: Double = 1) {
        self.lossWeight = lossWeight
    }

    /// The loss without its weight; a subclass overrides it.
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
