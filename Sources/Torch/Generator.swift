import CTorch

/// A source of random numbers with a state that can be saved: `torch.Generator`.
///
/// It may be used from several threads, one operation at a time.
public final class Generator: @unchecked Sendable {
    package let pointer: OpaquePointer

    /// Creates a generator for `device`, at the start of the sequence that belongs to `seed`.
    public init(seed: UInt64 = Generator.defaultSeed, device: Device = .cpu) throws {
        guard let pointer = ct_generator_new(device.c, seed) else { throw TorchError.last() }
        self.pointer = pointer
    }

    private init(owning pointer: OpaquePointer?) throws {
        guard let pointer else { throw TorchError.last() }
        self.pointer = pointer
    }

    deinit {
        ct_generator_release(pointer)
    }

    /// The seed of PyTorch's generators unless another is set.
    public static let defaultSeed: UInt64 = 67_280_421_310_721

    /// The generator that operations use unless one is given. There is one for each device, and a change to it shows
    /// everywhere.
    public static func standard(for device: Device = .cpu) throws -> Generator {
        try Generator(owning: ct_generator_default(device.c))
    }

    /// Moves to the start of the sequence that belongs to `seed`.
    public func seed(_ seed: UInt64) throws {
        defer { keepAlive(self) }
        try check(ct_generator_set_seed(pointer, seed))
    }

    /// The seed of the sequence.
    public func initialSeed() throws -> UInt64 {
        defer { keepAlive(self) }
        var seed: UInt64 = 0
        try check(ct_generator_initial_seed(pointer, &seed))
        return seed
    }

    /// The place in the sequence, as a tensor of bytes in PyTorch's form.
    public func state() throws -> Tensor {
        defer { keepAlive(self) }
        return try Tensor(owning: ct_generator_state(pointer))
    }

    /// Moves to a place that `state()` returned, here or in PyTorch.
    public func setState(_ state: Tensor) throws {
        defer { keepAlive((self, state)) }
        try check(ct_generator_set_state(pointer, state.pointer))
    }
}

/// Seeds the standard generators of all devices: `torch.manual_seed`.
public func manualSeed(_ seed: UInt64) throws {
    try check(ct_manual_seed(seed))
}
