import Torch

// What the losses share.

/// Throws an error of kind `shape` that names both shapes, unless they are the same.
///
/// PyTorch broadcasts here, some losses with a warning: `[4]` and `[4, 1]` become sixteen differences, which is rarely
/// what was meant.
func requireOneShape(_ operation: String, _ input: Tensor, _ target: Tensor) throws {
    guard input.shape == target.shape else {
        throw shapeError(operation, [input, target], "input and target must have the same shape")
    }
}

/// Like `requireOneShape`, for the weights of single elements.
func requireWeightOfEachElement(_ operation: String, _ input: Tensor, _ weight: Tensor) throws {
    guard input.shape == weight.shape else {
        throw shapeError(operation, [input, weight], "input and weight must have the same shape")
    }
}

/// Like `requireOneShape`, if broadcasting is meant and only the numbers of dimensions must be the same.
func requireOneDimensionCount(_ operation: String, _ tensors: [Tensor]) throws {
    guard Set(tensors.map(\.dimensionCount)).count <= 1 else {
        throw shapeError(operation, tensors, "all must have the same number of dimensions")
    }
}

/// Throws an error that names the loss and the option, unless the margin is positive.
func requirePositiveMargin(_ operation: String, _ margin: Double) throws {
    try require(margin > 0, operation, "margin must be positive, not \(margin)")
}

extension Tensor {
    /// The elements' losses as `reduction` wants them.
    func reduced(by reduction: Reduction) throws -> Tensor {
        switch reduction {
        case .none: self
        case .mean: try mean()
        case .sum: try sum()
        }
    }

    /// The elements' losses times their weights as `reduction` wants them; the mean divides by the sum of the weights.
    func weighted(by weight: Tensor, reduction: Reduction) throws -> Tensor {
        let weighted = try self * weight
        return switch reduction {
        case .none: weighted
        case .mean: try weighted.sum() / weight.sum()
        case .sum: try weighted.sum()
        }
    }
}
