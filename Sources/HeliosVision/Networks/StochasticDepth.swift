import Torch
import TorchNN

/// Leaves out the input of some samples in training: what a block with a connection around it ends with.
///
/// In training each sample of `[N, …]` becomes 0 with probability `p`, and is divided by 1 - p otherwise. In evaluation
/// the input stays as it is. Huang and others 2016, "Deep networks with stochastic depth".
public final class StochasticDepth: Module, Layer {
    /// The probability that a sample becomes 0.
    public let p: Double

    /// Creates a layer that leaves out samples.
    ///
    /// - Parameter p: the probability that a sample becomes 0, 0…1.
    public init(p: Double) {
        self.p = p
        super.init()
        deferErrors {
            guard (0...1).contains(p) else {
                throw TorchError(
                    kind: .other, operation: "StochasticDepth", message: "p must be from 0 to 1, not \(p)")
            }
        }
    }

    public override var extraDescription: String { "p=\(p)" }

    public func forward(_ input: Tensor) throws -> Tensor {
        guard isTraining, p > 0 else { return input }
        guard let count = input.shape.first else {
            throw TorchError(kind: .shape, operation: "StochasticDepth", inputs: "[]", message: "it takes [N, …]")
        }
        let shape = [count] + Array(repeating: 1, count: input.dimensionCount - 1)
        let factors = try Tensor.empty(shape, dtype: input.dtype, device: input.device).bernoulli_(p: 1 - p)
        return try input * (p < 1 ? factors.div_(1 - p) : factors)
    }
}
