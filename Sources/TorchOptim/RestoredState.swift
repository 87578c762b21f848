import Torch

/// Returns a copy of a tensor in a parameter's state, in the shape, type, device and memory order of the parameter.
func restored(_ state: StateDict, _ key: String, like parameter: Tensor, _ index: Int) throws -> Tensor {
    let tensor = try state.tensor(.string(key))
    guard tensor.isDefined, tensor.shape == parameter.shape else {
        throw OptimizerError(
            "'\(key)' of parameter \(index) has the shape \(tensor.shape) in the state, and the parameter "
                + "\(parameter.shape)")
    }
    guard tensor.dtype.isFloatingPoint || tensor.dtype.isComplex, parameter.dtype.isComplex || !tensor.dtype.isComplex
    else {
        throw OptimizerError(
            "'\(key)' of parameter \(index) is \(tensor.dtype) in the state, and the parameter \(parameter.dtype)")
    }
    return try noGrad {
        // PyTorch keeps the momentum of sparse gradients as a sparse tensor.
        let dense = try tensor.sparseDim() > 0 ? tensor.toDense() : tensor
        return try Tensor.emptyLike(parameter.detach()).copy_(dense)
    }
}

/// Reads a number in a parameter's state, which is a tensor of one element, or a plain number in old versions of
/// PyTorch.
func restoredNumber(_ state: StateDict, _ key: String, _ index: Int) throws -> Double {
    guard case .tensor(let tensor) = try state.value(.string(key)) else { return try state.double(.string(key)) }
    guard tensor.isDefined, tensor.count == 1 else {
        throw OptimizerError("'\(key)' of parameter \(index) must be one number, and is \(tensor.dtype)\(tensor.shape)")
    }
    return try tensor.item(Double.self)
}

/// Reads the number of steps that a parameter has made.
func restoredStep(_ state: StateDict, _ index: Int) throws -> Int {
    let step = try restoredNumber(state, "step", index)
    guard step >= 0, let count = Int(exactly: step.rounded()) else {
        throw OptimizerError("'step' of parameter \(index) is \(step)")
    }
    return count
}
