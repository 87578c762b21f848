import Helios
import TestSupport
import Testing

@Suite(.standardGenerator) struct AccumulationScheduleTests {
    /// Notes of each batch how many batches its step has, and whether the optimizer steps with it.
    private final class Noting: StoppingModel {
        private(set) var batches: [String] = []
        private(set) var ends: [Tensor] = []

        override func setup(fastInit: Bool) throws {
            try super.setup(fastInit: fastInit)
            network = Sequential(Flatten(), Linear(9, 3))
            optimizer = try SGD(network.parameters(), learningRate: 0.1)
        }

        override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws {
            batches.append("\(state.globalEpoch): \(isStepDue ? "step of " : "")\(batchesPerStep)")
            try minimize(optimizer) { try crossEntropy(network(batch.inputs), batch.targets) }
        }

        override func onTrainingEpochEnd(currentEpoch: Int) throws {
            ends.append(try network.parameters()[0].detach().clone())
        }
    }

    private func train(
        _ schedule: [Int: Int], _ remainder: AccumulationRemainder = .step, epochs: Int = 3, count: Int = 24
    ) throws -> Noting {
        let (model, data) = (Noting(), SmallData())
        data.count = count
        data.options = LoaderOptions(batchSize: 4)
        let trainer = try Trainer(
            .epochs(epochs), accumulation: .schedule(schedule, remainder: remainder), device: .cpu, display: .nothing)
        try trainer.fit(model, data)
        return model
    }

    @Test("the number of batches in a step changes with the epoch")
    func changes() throws {
        let model = try train([2: 3, 3: 2], count: 16)
        #expect(
            model.batches == [
                "1: step of 1", "1: step of 1", "1: step of 1", "1: step of 1",
                "2: 3", "2: 3", "2: step of 3", "2: step of 1",
                "3: 2", "3: step of 2", "3: 2", "3: step of 2",
            ])
    }

    @Test("with the remainder left out, each epoch has the batches of whole steps")
    func drop() throws {
        let model = try train([1: 3, 2: 2, 3: 4], .drop, epochs: 4, count: 20)
        let counts = (1...4).map { epoch in model.batches.count { $0.hasPrefix("\(epoch):") } }
        #expect(counts == [3, 4, 4, 4])
        #expect(model.batches.allSatisfy { !$0.hasPrefix("4") || $0.hasSuffix("4") })
    }

    @Test("each epoch trains what batches of the size of a step would")
    func largeBatches() throws {
        let model = try train([1: 3, 2: 2, 3: 1])
        // The same by hand, with large batches.
        try manualSeed(TrainerOptions.defaultSeed)
        let network = Sequential(Flatten(), Linear(9, 3))
        try network.loadStateDict(firstState())
        let optimizer = try SGD(network.parameters(), learningRate: 0.1)
        let random = try Generator(seed: 1)
        let inputs = try Tensor.randn([24, 1, 3, 3], generator: random)
        let targets = try Tensor.randint(high: 3, size: [24], generator: random, dtype: .int64)
        for (epoch, size) in [12, 8, 4].enumerated() {
            for start in stride(from: 0, to: 24, by: size) {
                try optimizer.zeroGrad()
                try crossEntropy(
                    network(inputs.narrow(dim: 0, start: start, length: size)),
                    targets.narrow(dim: 0, start: start, length: size)
                ).backward()
                try optimizer.step()
            }
            try expectClose(model.ends[epoch], network.parameters()[0], relative: 1e-5, absolute: 1e-6)
        }
    }

    /// The weights that a training begins with.
    private func firstState() throws -> StateDict {
        final class First: Noting2 {}
        let model = First()
        try Trainer.quiet(.iterations(1)).fit(model, SmallData())
        return model.first
    }

    private class Noting2: SmallModel {
        private(set) var first = StateDict()

        override func setup(fastInit: Bool) throws {
            try super.setup(fastInit: fastInit)
            network = Sequential(Flatten(), Linear(9, 3))
            optimizer = try SGD(network.parameters(), learningRate: 0.1)
            for (key, value) in try network.stateDict() {
                if case .tensor(let tensor) = value { first[key] = .tensor(try tensor.detach().clone()) }
            }
        }
    }

    @Test("stopped after any batch it ends the same", arguments: [AccumulationRemainder.step, .drop])
    func resume(remainder: AccumulationRemainder) throws {
        try expectExactResume { folder in
            let trainer = try Trainer(
                .epochs(3), checkpoints: .in(folder, every: 1),
                accumulation: .schedule([1: 4, 2: 3, 3: 1], remainder: remainder), device: .cpu, display: .nothing)
            return (Minimizing(), trainer)
        }
    }

    private final class Minimizing: StoppingModel {
        override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws {
            try minimize(optimizer) { try crossEntropy(network(batch.inputs), batch.targets) }
        }
    }

    @Test("a schedule of one number is that number, to the bit")
    func constant() throws {
        func losses(_ accumulation: TrainerOptions.Accumulation) throws -> [Double] {
            let model = Minimizing()
            try Trainer.quiet(.epochs(2), accumulation: accumulation).fit(model, SmallData())
            return model.losses
        }
        #expect(try losses(.schedule([1: 2])) == losses(.batches(2)))
        #expect(try losses(.schedule([1: 1])) == losses(.batches(1)))
    }

    @Test("what makes no sense is an error that says what to do")
    func mistakes() throws {
        let wrong: [(TrainerOptions.Accumulation, TrainerOptions.Length, String)] = [
            (.schedule([0: 8]), .epochs(2), "the first epoch is 1"), (.schedule([1: 0]), .epochs(2), "at least 1"),
            (.schedule([1: 8]), .iterations(9), "train by epoch"),
        ]
        for (accumulation, length, text) in wrong {
            let error = #expect(throws: ConfigurationError.self) {
                try Trainer(length, accumulation: accumulation, device: .cpu)
            }
            #expect(error?.description.contains(text) == true, "\(error?.description ?? "no error")")
        }
        let error = #expect(throws: DataError.self) { try train([1: 2, 3: 7], .drop) }
        #expect(error?.description.contains("accumulation is .schedule([1: 2, 3: 7], remainder: .drop)") == true)
    }
}
