import Torch

/// Combines the elements of several tensors into one vector, through which gradients pass. PyTorch's
/// `parameters_to_vector`.
///
/// - Throws: `TorchError` if there are no tensors, or if they are on different devices.
public func parametersToVector(_ parameters: [Tensor]) throws -> Tensor {
    let devices = Set(parameters.map(\.device))
    try require(
        devices.count == 1, "parametersToVector",
        parameters.isEmpty ? "there are no parameters" : "the parameters lie on \(devices.count) devices")
    return try Tensor.cat(parameters.map { try $0.reshape([-1]) })
}

/// Copies the elements of a vector into several tensors, one after another. PyTorch's `vector_to_parameters`.
///
/// The parameters keep their memory. (In PyTorch, they become parts of the vector.)
/// - Throws: `TorchError` unless the vector has as many elements as all parameters together. In this case, nothing has
///   changed.
public func vectorToParameters(_ vector: Tensor, _ parameters: [Tensor]) throws {
    let count = parameters.reduce(0) { $0 + $1.count }
    try require(
        vector.dimensionCount == 1 && vector.count == count, "vectorToParameters",
        "the parameters have \(count) elements, and the vector has the shape \(vector.shape)")
    try noGrad {
        let parts = try vector.detach().splitWithSizes(splitSizes: parameters.map(\.count))
        for (parameter, part) in zip(parameters, parts) { try parameter.copy_(part.view(parameter.shape)) }
    }
}
