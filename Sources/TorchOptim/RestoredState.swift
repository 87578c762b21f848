import Torch

/// A copy of a tensor in a parameter's state, in the shape, type, device and order in memory of the parameter.
func restored(_ state: StateDict, _ key: String, like parameter: Tensor, _ index: Int) throws -> Tensor {
    let tensor = try state.tensor(.string(key))
    guard tensor.isDefined, tensor.shape == parameter.shape else {
        throw OptimizerError(
            "'\(key)' of parameter \(index) has the shape \(tensor.shape) in the state, and the parameter "
                + "\(parameter.shape)")
    }
    return try noGrad { try Tensor.emptyLike(parameter.detach()).copy_(tensor) }
}
