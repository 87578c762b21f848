/// The random numbers of one sample. Each combination of seed, epoch, and sample has its own sequence.
///
/// So neither the number of workers nor the order in which they work affects the numbers, and a resumed run draws the
/// same numbers as an uninterrupted one.
///
/// The sequence is SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014). Its start is
/// mixed from the three values by the same function.
public struct SampleRandom: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// Creates the sequence for a seed, an epoch, and a sample.
    public init(seed: UInt64, epoch: Int, index: Int) {
        state = seed
        // One step of the sequence between each, so that (1, 2) and (2, 1) differ.
        state = next() ^ UInt64(truncatingIfNeeded: epoch)
        state = next() ^ UInt64(truncatingIfNeeded: index)
    }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// The place in the sequence that `stateDict()` described.
    ///
    /// - Throws: `StateDictError` for a state that describes none.
    package init(_ state: StateDict) throws {
        self.state = UInt64(bitPattern: Int64(try state.int("state")))
    }

    /// The place in the sequence, for a checkpoint.
    package func stateDict() -> StateDict {
        ["state": .int(Int(Int64(bitPattern: state)))]
    }

    /// Returns a generator for tensor operations, seeded from this sequence.
    public mutating func generator() throws -> Generator {
        try Generator(seed: next())
    }
}

/// The random numbers of the samples in a batch. Each sample has its own sequence.
public struct BatchRandom: Sendable {
    private let seed: UInt64
    private let epoch: Int

    /// Creates the random numbers for the samples in an epoch.
    ///
    /// - Parameters:
    ///   - seed: the seed of the random numbers, together with the epoch.
    ///   - epoch: the epoch. The first epoch is 0.
    public init(seed: UInt64, epoch: Int) {
        self.seed = seed
        self.epoch = epoch
    }

    /// Returns the sequence of the sample with an index.
    public func sample(_ index: Int) -> SampleRandom {
        SampleRandom(seed: seed, epoch: epoch, index: index)
    }
}
