/// Gradients that were accumulated and that no step of the optimizer has used yet: a checkpoint between two batches of
/// one step needs them.
enum PendingGradients {
    /// The gradients of the model's networks, by the network's name and the parameter's.
    static func stateDict<Batch>(of model: Model<Batch>) throws -> StateDict {
        var state = StateDict()
        for (name, network) in model.namedNetworks() {
            var gradients = StateDict()
            for (key, parameter) in try network.namedParameters() {
                if let gradient = parameter.grad { gradients[.string(key)] = .tensor(gradient) }
            }
            state[.string(name)] = .dictionary(gradients)
        }
        return state
    }

    /// Gives the parameters their gradients back; those that had none lose theirs.
    static func load<Batch>(_ state: StateDict, into model: Model<Batch>) throws {
        for (name, network) in model.namedNetworks() {
            let gradients = try state.dictionary(.string(name))
            for (key, parameter) in try network.namedParameters() {
                let key = StateDict.Key.string(key)
                guard gradients[key] != nil else {
                    try parameter.setGrad(nil)
                    continue
                }
                let gradient = try gradients.tensor(key)
                guard gradient.shape == parameter.shape else {
                    throw StateDictError(
                        "the gradient of '\(name).\(key)' is \(gradient.shape), and the parameter \(parameter.shape)")
                }
                try parameter.setGrad(gradient.to(parameter.device).to(parameter.dtype))
            }
        }
    }
}
