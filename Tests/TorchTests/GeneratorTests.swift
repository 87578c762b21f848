import TestSupport
import Testing
import Torch

struct GeneratorTests {
    struct Fixture: Decodable {
        struct Sequence: Decodable {
            let seed: String
            let draws: [String: FixtureTensor]
            /// Of the bytes of the twister's integers, and of all.
            let integerSum: Int
            let stateSum: Int
            let stateCount: Int
        }

        let sequences: [Sequence]
        let own: FixtureTensor
        let ownPermutation: FixtureTensor
    }

    /// What every processor draws alike. The others are rounded: see `Tolerance.draw`.
    private static let exact: Set<String> = [
        "rand", "rand of 20", "rand_like", "randperm", "randint", "randint with low", "random_", "bernoulli",
        "bernoulli_",
        "dropout", "multinomial", "multinomial without replacement",
    ]

    private func expect(
        _ draws: [(name: String, tensor: Tensor)], _ sequence: Fixture.Sequence, within tolerance: Tolerance
    ) throws {
        for (name, tensor) in draws {
            let expected = try #require(sequence.draws[name]).tensor
            try expectClose(
                tensor, expected, within: GeneratorTests.exact.contains(name) ? .bits : tolerance,
                "\(sequence.seed) \(name)")
        }
    }

    @Test("a seed gives the numbers that it gives in PyTorch on another machine")
    func recordedNumbers() throws {
        try expectSameNumbers(fixture("random-numbers"), within: .draw)
    }

    @Test("a seed gives the bits of the PyTorch beside", .needsPyTorch)
    func sameNumbers() async throws {
        let expected: Fixture = try await Python.fixture("random-numbers")
        try expectSameNumbers(expected, within: .bits)
    }

    private func expectSameNumbers(_ expected: Fixture, within tolerance: Tolerance) throws {
        for sequence in expected.sequences {
            let generator = try Generator(seed: try #require(UInt64(sequence.seed)))
            let weights = try Tensor([0.1, 0.2, 0.3, 0.4])
            let draws: [(String, Tensor)] = [
                ("rand", try .rand(5, generator: generator)), ("rand of 20", try .rand(20, generator: generator)),
                ("randn", try .randn(5, generator: generator)), ("randn of 20", try .randn(20, generator: generator)),
                ("randn float64", try .randn(3, generator: generator, dtype: .float64)),
                ("randperm", try .randperm(10, generator: generator)),
                ("randint", try .randint(high: 100, size: [6], generator: generator)),
                ("bernoulli", try Tensor.full([10], 0.3).bernoulli(generator: generator)),
                ("bernoulli_", try Tensor.empty(10).bernoulli_(p: 0.5, generator: generator)),
                ("multinomial", try weights.multinomial(numSamples: 8, replacement: true, generator: generator)),
                (
                    "multinomial without replacement",
                    try weights.multinomial(numSamples: 3, generator: generator)
                ),
                ("uniform_", try Tensor.empty(4).uniform_(from: -2, to: 3, generator: generator)),
                ("normal_", try Tensor.empty(4).normal_(mean: 1, std: 0.1, generator: generator)),
                (
                    "normal",
                    try .normal(Tensor([1.0, 2.0]), Tensor([0.5, 1.0]), generator: generator)
                ),
                ("exponential_", try Tensor.empty(4).exponential_(generator: generator)),
                ("random_", try Tensor.empty(4, dtype: .int32).random_(generator: generator)),
            ]
            try expect(draws, sequence, within: tolerance)
        }
        let own = try Generator(seed: 7)
        try expectClose(.randn(20, generator: own), expected.own.tensor, within: tolerance)
        try expectSameBits(.randperm(50, generator: own), expected.ownPermutation.tensor)
    }

    @Test(
        "the standard generator gives the numbers of PyTorch on another machine, and ends in the same state",
        .standardGenerator)
    func recordedStandardGenerator() throws {
        try expectStandardNumbers(fixture("random-numbers"), within: .draw) { state, sequence in
            // The integers. Behind them, a normal number may wait.
            try state[..<5016].to(.int64).sum().item(Int.self) == sequence.integerSum
        }
    }

    @Test("the standard generator gives the bits of the PyTorch beside, and ends in the same state", .needsPyTorch)
    func standardGenerator() async throws {
        let expected: Fixture = try await Python.fixture("random-numbers")
        try await withStandardGenerator {
            try expectStandardNumbers(expected, within: .bits) { state, sequence in
                try state.to(.int64).sum().item(Int.self) == sequence.stateSum
            }
        }
    }

    private func expectStandardNumbers(
        _ expected: Fixture, within tolerance: Tolerance,
        isSameState: (_ state: Tensor, _ sequence: Fixture.Sequence) throws -> Bool
    ) throws {
        for sequence in expected.sequences {
            try manualSeed(#require(UInt64(sequence.seed)))
            try expect(standardDraws(), sequence, within: tolerance)
            let state = try Generator.standard().state()
            #expect(state.count == sequence.stateCount)
            #expect(try isSameState(state, sequence), "the state after the seed \(sequence.seed)")
        }
    }

    /// In the order of random-numbers.py.
    private func standardDraws() throws -> [(name: String, tensor: Tensor)] {
        let weights = try Tensor([0.1, 0.2, 0.3, 0.4])
        return [
            ("rand", try .rand(5)), ("rand of 20", try .rand(20)), ("randn", try .randn(5)),
            ("randn of 20", try .randn(20)), ("randn float64", try .randn(3, dtype: .float64)),
            ("randperm", try .randperm(10)), ("randint", try .randint(high: 100, size: [6])),
            ("bernoulli", try Tensor.full([10], 0.3).bernoulli()),
            ("bernoulli_", try Tensor.empty(10).bernoulli_(p: 0.5)),
            ("multinomial", try weights.multinomial(numSamples: 8, replacement: true)),
            ("multinomial without replacement", try weights.multinomial(numSamples: 3)),
            ("uniform_", try Tensor.empty(4).uniform_(from: -2, to: 3)),
            ("normal_", try Tensor.empty(4).normal_(mean: 1, std: 0.1)),
            ("normal", try .normal(Tensor([1.0, 2.0]), Tensor([0.5, 1.0]))),
            ("exponential_", try Tensor.empty(4).exponential_()),
            ("random_", try Tensor.empty(4, dtype: .int32).random_()),
            ("dropout", try Tensor.dropout(Tensor.ones(12), p: 0.4, train: true)),
            ("randint with low", try .randint(low: -5, high: 5, size: [4])),
            ("rand_like", try .randLike(weights)),
        ]
    }

    @Test("a generator of one's own leaves the standard one alone", .standardGenerator)
    func ownGenerator() throws {
        let generator = try Generator(seed: 7)
        let before = try Generator.standard().state()
        _ = try Tensor.randn(20, generator: generator)
        _ = try Tensor.randperm(50, generator: generator)
        try expectSameBits(try Generator.standard().state(), before)
    }

    @Test("a state that was saved brings the same numbers back")
    func roundTrip() throws {
        let generator = try Generator(seed: 3)
        _ = try Tensor.randn(7, generator: generator)
        let state = try generator.state()
        let first = try Tensor.randn(9, generator: generator)
        try generator.setState(state)
        try expectSameBits(try .randn(9, generator: generator), first)
        let other = try Generator()
        try other.setState(state)
        try expectSameBits(try .randn(9, generator: other), first)
    }

    @Test("a generator tells its seed, and goes back to its start")
    func seeds() throws {
        let generator = try Generator(seed: .max)
        #expect(try generator.initialSeed() == .max)
        let first = try Tensor.rand(3, generator: generator)
        try generator.seed(.max)
        try expectSameBits(try .rand(3, generator: generator), first)
        #expect(try Generator().initialSeed() == Generator.defaultSeed)
    }

    @Test("a state of another type, length or content is an error")
    func badStates() throws {
        let generator = try Generator()
        let state = try generator.state()
        for bad in [
            try Tensor.zeros(4), try Tensor.zeros(4, dtype: .uint8), .undefined,
            try Tensor.zeros(state.shape, dtype: .uint8), try state[..<100],
        ] {
            #expect(throws: TorchError.self) { try generator.setState(bad) }
        }
        try expectSameBits(try generator.state(), state)
    }

    @Test("a range of random integers at the end of what an integer holds is an error, not an endless search")
    func extremeRanges() throws {
        let generator = try Generator()
        #expect(throws: TorchError.self) { try Tensor.zeros(2).random_(from: .max, to: nil, generator: generator) }
        #expect(throws: TorchError.self) { try Tensor.zeros(2).random_(from: .min, to: .min + 1, generator: generator) }
        #expect(throws: TorchError.self) {
            try Tensor.randint(low: .min, high: .min + 1, size: [2], generator: generator, dtype: .float32)
        }
        #expect(throws: TorchError.self) { try Tensor.randint(high: 0, size: [2], generator: generator) }
    }

    @Test("a generator on a device that is not there is an error that says so")
    func missingDevice() {
        guard !CUDA.isAvailable else { return }
        let error = #expect(throws: TorchError.self) { try Generator(device: .cuda) }
        #expect(error?.message == "CUDA is not available: this libtorch finds no CUDA device")
        #expect(throws: TorchError.self) { try Generator.standard(for: .cuda(3)) }
    }
}
