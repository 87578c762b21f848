/// The states of the standard random generators, of the CPU and of the CUDA device that is trained on, and the seed that
/// orders of samples and their random numbers are made from.
struct RandomState {
    let seed: UInt64
    let cpu: Tensor
    let cuda: Tensor?

    static func current(seed: UInt64, device: Device) throws -> RandomState {
        RandomState(
            seed: seed, cpu: try Generator.standard().state(),
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
    /// Runs `body`, and leaves the generators as they were, also if `body` throws.
    static func restoring<Result>(device: Device, _ body: () throws -> Result) throws -> Result {
        // The seed is for what is saved; restoring takes the states alone.
        let before = try current(seed: 0, device: device)
        let result = Swift.Result { try body() }
        try before.restore(device: device)
        return try result.get()
    }

    func stateDict() -> StateDict {
        // Python has no unsigned integers: a seed beyond its signed ones is kept by its bits.
        var state: StateDict = ["seed": .int(Int(bitPattern: UInt(seed))), "torch": .tensor(cpu)]
        if let cuda { state["cuda"] = .tensor(cuda) }
        return state
    }

    init(_ state: StateDict) throws {
        seed = UInt64(UInt(bitPattern: try state.int("seed")))
        cpu = try state.tensor("torch")
        cuda = state["cuda"] == nil ? nil : try state.tensor("cuda")
    }
}
