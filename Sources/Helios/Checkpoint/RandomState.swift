/// The states of the standard random generators: of the CPU, and of the CUDA device that is trained on.
struct RandomState {
    let cpu: Tensor
    let cuda: Tensor?

    static func current(device: Device) throws -> RandomState {
        RandomState(
            cpu: try Generator.standard().state(),
            cuda: device.kind == .cuda ? try Generator.standard(for: device).state() : nil)
    }

    func restore(device: Device) throws {
        try Generator.standard().setState(cpu)
        if device.kind == .cuda, let cuda {
            try Generator.standard(for: device).setState(cuda)
        }
    }
}

extension RandomState {
    func stateDict() -> StateDict {
        var state: StateDict = ["torch": .tensor(cpu)]
        if let cuda { state["cuda"] = .tensor(cuda) }
        return state
    }

    init(_ state: StateDict) throws {
        cpu = try state.tensor("torch")
        cuda = state["cuda"] == nil ? nil : try state.tensor("cuda")
    }
}
