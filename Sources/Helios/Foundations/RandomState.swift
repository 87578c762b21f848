/// The states of the standard random generators, of the CPU and of the device that is trained on, and the seed that
/// orders of samples and their random numbers are made from.
public struct RandomState {
    let seed: UInt64
    let cpu: Tensor
    /// Of a device that is not the CPU: the name of its kind, and its generator's state.
    let device: (kind: String, state: Tensor)?

    /// Returns the states of the generators now.
    ///
    /// - Parameter device: the device whose generator is included along with that of the CPU.
    public static func current(device: Device = .cpu) throws -> RandomState { try current(seed: 0, device: device) }

    static func current(seed: UInt64, device: Device) throws -> RandomState {
        RandomState(
            seed: seed, cpu: try Generator.standard().state(),
            device: [.cpu, .meta].contains(device.kind)
                ? nil : (device.kind.description, try Generator.standard(for: device).state()))
    }

    /// Gives the generators these states: the CPU's, and that of `device` if the state is one of its kind.
    public func restore(device: Device = .cpu) throws {
        try Generator.standard().setState(cpu)
        if let saved = self.device, saved.kind == device.kind.description {
            try Generator.standard(for: device).setState(saved.state)
        }
    }

    /// The name of the kind of device that was trained on.
    var kind: String { device?.kind ?? Device.cpu.kind.description }
}

extension RandomState {
    /// Runs `body`, and leaves the generators as they were, also if `body` throws.
    public static func restoring<Result>(device: Device = .cpu, _ body: () throws -> Result) throws -> Result {
        // The seed is for what is saved; restoring takes the states alone.
        let before = try current(seed: 0, device: device)
        let result = Swift.Result { try body() }
        try before.restore(device: device)
        return try result.get()
    }

    private enum Key {
        static let seed: StateDict.Key = "seed"
        static let cpu: StateDict.Key = "torch"
    }

    /// Returns the states as a state dictionary, which `init(_:)` reads.
    public func stateDict() -> StateDict {
        // Python has no unsigned integers: a seed beyond its signed ones is kept by its bits.
        var state: StateDict = [Key.seed: .int(Int(bitPattern: UInt(seed))), Key.cpu: .tensor(cpu)]
        if let device { state[StateDict.Key(stringLiteral: device.kind)] = .tensor(device.state) }
        return state
    }

    /// Reads the states from a state dictionary.
    ///
    /// - Throws: `StateDictError` if an entry is missing or is of another kind.
    public init(_ state: StateDict) throws {
        seed = UInt64(UInt(bitPattern: try state.int("seed")))
        cpu = try state.tensor("torch")
        var generator: (kind: String, state: Tensor)?
        for (key, value) in state where key != Key.seed && key != Key.cpu {
            if case .tensor(let state) = value { generator = (key.description, state) }
        }
        device = generator
    }
}
