import Torch

/// Splits a parameter into its length and its direction: w = g · v / ‖v‖. PyTorch's `parametrizations.weight_norm`.
///
/// ```swift
/// let conv = weightNorm(Conv1d(80, 256, kernelSize: 3, padding: 1))
/// ```
/// The lengths are at `parametrizations.weight.original0` and the directions at `parametrizations.weight.original1`.
/// Files of PyTorch's older hook, with `weight_g` and `weight_v`, can be loaded too. Salimans and Kingma 2016, "Weight
/// normalization".
/// - Parameters:
///   - name: the parameter's key in the state dictionary.
///   - dim: the dimension whose slices each have a length; with `nil`, the whole tensor has one length.
/// - Returns: the module itself. If there is no such parameter or dimension, the module's first use throws the error.
@discardableResult
public func weightNorm<M: Module>(_ module: M, name: String = "weight", dim: Int? = 0) -> M {
    module.deferErrors {
        if let dim {
            // PyTorch's -1 is the whole tensor, which is nil here; so a negative dimension would be ambiguous.
            let dimensions = try module.registeredTensor(name, "weightNorm").dimensionCount
            try require(
                (0..<dimensions).contains(dim), "weightNorm",
                "'\(name)' has the dimensions 0..<\(dimensions), not \(dim); nil stands for the whole tensor")
        }
        try module.registerParametrization(name, WeightNorm(dim: dim ?? -1), unsafe: true)
    }
    return module
}

/// Computes g · v / ‖v‖.
final class WeightNorm: Module, Parametrization, ReplacingOldKeys {
    /// PyTorch's -1 is the whole tensor.
    private let dim: Int

    init(dim: Int) {
        self.dim = dim
    }

    override var className: String { "_WeightNorm" }

    func parametrized(_ originals: [Tensor]) throws -> Tensor {
        try require(originals.count == 2, "weightNorm", "it must be the first parametrization of its tensor")
        return try Tensor.weightNorm(originals[1], g: originals[0], dim: dim)
    }

    func rightInverse(_ value: Tensor) throws -> [Tensor]? {
        [try Tensor.normExceptDim(value, pow: 2, dim: dim), value]
    }

    var oldKeys: [(ending: String, path: String)] { [("_g", "original0"), ("_v", "original1")] }
}
