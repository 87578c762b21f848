import Foundation
import Helios
import TestSupport
import Testing

struct EMATests {
    // MARK: PyTorch's numbers

    /// Tests/Fixtures/ema.py.
    private struct Recorded: Decodable {
        let states: [[String: FixtureTensor]]
        let cases: [String: [[String: FixtureTensor]]]
    }

    /// A model whose steps load recorded weights: with every batch, or with the last of those that accumulate.
    private final class Replaying: SmallModel {
        let states: [StateDict]
        let accumulation: Int
        /// What is done after each step, with its number.
        var afterStep: ((Int) throws -> Void)?

        init(_ states: [StateDict], accumulation: Int = 1) {
            self.states = states
            self.accumulation = accumulation
            super.init()
        }

        override func setup(fastInit: Bool) throws {
            network = Sequential(Linear(3, 2), BatchNorm1d(2))
        }

        override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws {
            guard state.globalIteration % accumulation == 0 else { return }
            try network.loadStateDict(states[state.globalIteration / accumulation - 1])
        }

        override func onTrainingBatchEnd(state: TrainingState, shouldLog: Bool) throws {
            if state.globalIteration % accumulation == 0 { try afterStep?(state.globalIteration / accumulation) }
        }

        override func validStep(_ batch: LabeledBatch, step: Int) {}
    }

    static let recordedCases = ["plain", "warm-up", "every third", "every second with buffers"]

    @Test(
        "the averages are those of PyTorch on another machine, with warm-up, with an interval of steps, and with accumulation",
        .standardGenerator, arguments: EMATests.recordedCases, [1, 2])
    func averagesAreAsRecorded(name: String, accumulation: Int) throws {
        try expectAverages(fixture("ema"), name, accumulation) { .optimizerSteps($0) }
    }

    @Test(
        "the averages have the bits of PyTorch's on this machine, with warm-up, with an interval, and with accumulation",
        .needsPyTorch, arguments: EMATests.recordedCases, [1, 2])
    func averagesArePyTorchs(name: String, accumulation: Int) async throws {
        let expected: Recorded = try await Python.fixture("ema")
        try await withStandardGenerator { try expectAverages(expected, name, accumulation) { _ in .bits } }
    }

    private func expectAverages(
        _ recorded: Recorded, _ name: String, _ accumulation: Int,
        within tolerance: @escaping (_ updates: Int) -> Tolerance
    ) throws {
        let expected = try #require(recorded.cases[name])
        let states = try recorded.states.map { recorded in
            var state = StateDict()
            for (key, tensor) in recorded { state[key] = .tensor(try tensor.tensor) }
            return state
        }
        let ema =
            switch name {
            case "plain": try EMA(decay: 0.9)
            case "warm-up": try EMA(decay: 0.4, warmsUp: true)
            case "every third": try EMA(decay: 0.75, every: 3)
            default: try EMA(decay: 0.99, warmsUp: true, every: 2, includesBuffers: true)
            }
        let model = Replaying(states, accumulation: accumulation)
        let first = states.count - expected.count + 1
        model.afterStep = { step in
            guard step >= first else { return #expect(ema.updateCount == 0) }
            let average = try ema.stateDict().dictionary("averages").dictionary("network")
            #expect(Set(average.names) == Set(expected[step - first].keys))
            for (key, value) in expected[step - first] {
                try expectClose(average.tensor(.string(key)), value.tensor, within: tolerance(step), "\(key) \(step)")
            }
        }
        let trainer = try Trainer.quiet(.iterations(states.count), accumulation: .batches(accumulation))
        try trainer.register(ema)
        try trainer.fit(model, SmallData())
        #expect(ema.stepCount == states.count)
    }

    @Test("a model that accumulates in its own way says when the optimizer steps", .standardGenerator)
    func ownSteps() throws {
        let ema = try EMA(isStep: { $0.datasetIter % 2 == 1 })
        let trainer = try Trainer.quiet(.epochs(2), accumulation: .batches(4))
        try trainer.register(ema)
        try trainer.fit(SmallModel(), SmallData())
        #expect(ema.stepCount == 6 && ema.updateCount == 6)
    }

    // MARK: Evaluation

    /// Notes the weights that each kind of step sees.
    private final class Watching: SmallModel {
        var validated: [Tensor] = []
        var tested: [Tensor] = []
        var afterwards: [Tensor] = []
        var isFailing = false

        func weight() throws -> Tensor {
            try network.stateDict().tensor("5.weight").clone()
        }
        override func validStep(_ batch: LabeledBatch, step: Int) throws {
            validated.append(try weight())
            if isFailing { throw Trouble(hook: "validStep") }
            try super.validStep(batch, step: step)
        }
        override func onValidationEnd(validationCycle: Int) throws {
            validated.append(try weight())
            try super.onValidationEnd(validationCycle: validationCycle)
        }
        override func haveMetricsImproved() throws -> Bool {
            afterwards.append(try weight())
            return true
        }
        override func testStep(_ batch: LabeledBatch, step: Int) throws { tested.append(try weight()) }
        override func onTestingEnd() throws { tested.append(try weight()) }
        override func predictStep(_ batch: LabeledBatch, step: Int) throws -> Tensor { try weight() }
    }

    private func averages(_ ema: EMA) throws -> StateDict {
        try ema.stateDict().dictionary("averages").dictionary("network")
    }

    @Test(
        "validation runs with the averages to its end, and training continues with the weights, to the bit",
        .standardGenerator)
    func validation() throws {
        let plain = SmallModel()
        try Trainer.quiet(.epochs(2), validation: .every(1)).fit(plain, SmallData())

        let ema = try EMA(decay: 0.9)
        let trainer = try Trainer.quiet(.epochs(2), validation: .every(1))
        try trainer.register(ema)
        let model = Watching()
        try trainer.fit(model, SmallData())
        #expect(model.losses == plain.losses)
        try expectSameState(model.network, plain.network)
        // Two steps and the end of the last cycle: after it there is no other step.
        for weight in model.validated.suffix(3) {
            try expectSameBits(weight, averages(ema).tensor("5.weight"))
        }
        try expectSameBits(#require(model.afterwards.last), model.weight())
        #expect(try !model.weight().equal(averages(ema).tensor("5.weight")))
    }

    @Test("without evaluation the averages are kept, and validation runs with the weights", .standardGenerator)
    func noEvaluation() throws {
        let ema = try EMA(decay: 0.9, evaluates: false)
        let trainer = try Trainer.quiet(.epochs(1), validation: .every(1))
        try trainer.register(ema)
        // It claims nothing then.
        try trainer.register(EMA(decay: 0.5, id: "other"))
        #expect(throws: PluginError.self) { try trainer.register(EMA(id: "third")) }
        let model = Watching()
        try trainer.fit(model, SmallData())
        #expect(ema.updateCount == 6)
    }

    @Test("the weights come back if the validation fails or is interrupted", .standardGenerator)
    func leavingValidation() throws {
        final class Interrupting: SmallModel {
            override func validStep(_ batch: LabeledBatch, step: Int) { trainer?.stop() }
        }
        let plain = SmallModel()
        try Trainer.quiet(.epochs(1)).fit(plain, SmallData())

        let trainer = try Trainer.quiet(.epochs(1), validation: .every(1))
        try trainer.register(EMA(decay: 0.9))
        let failing = Watching()
        failing.isFailing = true
        #expect(throws: Trouble.self) { try trainer.fit(failing, SmallData()) }
        try expectSameState(failing.network, plain.network)
        let interrupted = Interrupting()
        #expect(try trainer.fit(interrupted, SmallData()).outcome == .interrupted(.request))
        try expectSameState(interrupted.network, plain.network)
    }

    @Test("an interruption in the validation loses nothing: the run that resumes ends as the other", .standardGenerator)
    func interruptedValidation() throws {
        final class Interrupting: SmallModel {
            var isInterrupting = false
            override func validStep(_ batch: LabeledBatch, step: Int) throws {
                if isInterrupting { trainer?.stop() }
                try super.validStep(batch, step: step)
            }
        }
        try withTemporaryFolder { folder in
            func train(in name: String, interrupts: Bool = false) throws -> (FitResult, Interrupting, EMA) {
                let trainer = try Trainer.quiet(
                    .epochs(2), validation: .every(1), checkpoints: .in(folder.appending(path: name), every: 1))
                let ema = try EMA(decay: 0.9)
                try trainer.register(ema)
                let model = Interrupting()
                model.isInterrupting = interrupts
                return (try trainer.fit(model, SmallData()), model, ema)
            }
            let (_, whole, average) = try train(in: "whole")
            #expect(try train(in: "parts", interrupts: true).0.outcome == .interrupted(.request))
            let (_, resumed, resumedAverage) = try train(in: "parts")
            try expectSameState(resumed.network, whole.network)
            #expect(try flattened(resumedAverage.stateDict()) == flattened(average.stateDict()))
            #expect(resumed.validationScores == whole.validationScores)
        }
    }

    @Test("a test and a prediction from a checkpoint use its averages", .standardGenerator)
    func testing() throws {
        final class Predicting: SmallData {
            override func setup() throws {
                try super.setup()
                let inputs = try Tensor.zeros([2, 1, 3, 3])
                try setPrediction(TensorDataset(inputs: inputs, targets: Tensor.zeros([2], dtype: .int64)))
            }
        }
        try withTemporaryFolder { folder in
            func trainer() throws -> (Trainer, EMA) {
                let trainer = try Trainer.quiet(.epochs(2), checkpoints: .in(folder, every: 1))
                let ema = try EMA(decay: 0.9)
                try trainer.register(ema)
                return (trainer, ema)
            }
            let (training, trained) = try trainer()
            try training.fit(SmallModel(), SmallData())
            let average = try averages(trained).tensor("5.weight")
            let (testing, tested) = try trainer()
            let model = Watching()
            try testing.test(model, SmallData())
            #expect(model.tested.count == 3)
            for weight in model.tested { try expectSameBits(weight, average) }
            #expect(try flattened(tested.stateDict()) == flattened(trained.stateDict()))
            try expectSameBits(#require(testing.predict(model, Predicting()).first), average)
            #expect(try !model.weight().equal(average))
            // Without the plug-in it is the weights that are tested.
            let plain = Watching()
            try Trainer.quiet(checkpoints: .in(folder)).test(plain, SmallData())
            try expectSameBits(plain.tested[0], model.weight())
        }
    }

    @Test(
        "before there is an average, and in a test of a model that was not trained, the weights are used",
        .standardGenerator)
    func noAverage() throws {
        let ema = try EMA()
        let trainer = try Trainer.quiet(.epochs(1), validation: .every(2, sanityCheck: 1))
        try trainer.register(ema)
        let model = Watching()
        try trainer.fit(model, SmallData())
        #expect(!model.validated.isEmpty)
        let ready = ReadyModel()
        try trainer.test(ready, SmallData())
        #expect(ema.updateCount == 0)
        #expect(throws: PluginError.self) { try ema.trainedStateDict() }
        let weight = try ready.network.stateDict().tensor("0.weight")
        #expect(try ema.withAverages { try weight.clone() }.equal(weight))
    }

    // MARK: Using the average

    @Test(
        "the averaged network is given as a trained state of its own, and the model keeps its weights",
        .standardGenerator)
    func trainedState() throws {
        let ema = try EMA(decay: 0.9)
        let trainer = try Trainer.quiet(.epochs(1))
        try trainer.register(ema)
        let model = SmallModel()
        try trainer.fit(model, SmallData())
        let before = try flattened(model.network.stateDict())
        let state = try ema.trainedStateDict()
        #expect(try flattened(model.network.stateDict()) == before)
        #expect(try state.names == model.trainedStateDict().names)
        for name in try averages(ema).names {
            try expectSameBits(state.tensor(.string(name)), averages(ema).tensor(.string(name)))
        }
        try expectSameBits(state.tensor("1.running_mean"), model.network.stateDict().tensor("1.running_mean"))
        let fresh = SmallModel()
        try fresh.setup(fastInit: true)
        try fresh.network.loadStateDict(state)

        #expect(throws: Trouble.self) { try ema.withAverages { throw Trouble(hook: "body") } }
        #expect(try flattened(model.network.stateDict()) == before)
        // One inside another exchanges once.
        try ema.withAverages {
            try ema.withAverages {
                try expectSameBits(model.network.stateDict().tensor("5.weight"), state.tensor("5.weight"))
                try expectSameBits(averages(ema).tensor("5.weight"), state.tensor("5.weight"))
            }
        }
        #expect(try flattened(model.network.stateDict()) == before)
    }

    /// Two networks that share a layer, and one that is apart.
    private final class Several: SmallModel {
        var head: Sequential!
        var other: Linear!

        override func setup(fastInit: Bool) throws {
            try super.setup(fastInit: fastInit)
            head = Sequential(Linear(8, 3))
            other = Linear(2, 2)
            guard let shared = network.children().last else { return }
            head = try Sequential(#require(shared as? Linear))
        }
    }

    @Test("networks are chosen by name, and those that share parameters get their weights back", .standardGenerator)
    func severalNetworks() throws {
        let trainer = try Trainer.quiet(.epochs(1), validation: .every(1))
        let ema = try EMA(decay: 0.9, networks: ["head", "network"])
        try trainer.register(ema)
        let model = Several()
        try trainer.fit(model, SmallData())
        #expect(try ema.stateDict().dictionary("averages").names == ["network", "head"])
        let plain = Several()
        try Trainer.quiet(.epochs(1), validation: .every(1)).fit(plain, SmallData())
        try expectSameState(model.network, plain.network)

        let wrong = try Trainer.quiet(.epochs(1))
        try wrong.register(EMA(networks: ["heads"]))
        let error = #expect(throws: PluginError.self) { try wrong.fit(Several(), SmallData()) }
        #expect(error?.reason.contains("'heads'; did you mean 'head'?") == true, "\(error?.reason ?? "")")
        #expect(error?.reason.contains("network, head, other") == true)
    }

    @Test(
        "a test may lack networks that only training has, named or not", .standardGenerator,
        arguments: [nil, ["network", "critic"]])
    func trainingOnlyNetwork(names: [String]?) throws {
        final class Criticised: SmallModel {
            var critic: Linear?
            override func setup(fastInit: Bool) throws {
                try super.setup(fastInit: fastInit)
                if !fastInit { critic = Linear(2, 2) }
            }
        }
        try withTemporaryFolder { folder in
            func trainer() throws -> (Trainer, EMA) {
                let trainer = try Trainer.quiet(.epochs(1), checkpoints: .in(folder, every: 1))
                let ema = try EMA(networks: names)
                try trainer.register(ema)
                return (trainer, ema)
            }
            let (training, trained) = try trainer()
            try training.fit(Criticised(), SmallData())
            #expect(try trained.stateDict().dictionary("averages").names == ["network", "critic"])
            let (testing, tested) = try trainer()
            try testing.test(Criticised(), SmallData())
            #expect(try flattened(averages(tested)) == flattened(averages(trained)))
        }
    }

    // MARK: What does not fit

    @Test("options that make no sense are errors", .standardGenerator)
    func options() {
        #expect(throws: PluginError.self) { try EMA(decay: 1.1) }
        #expect(throws: PluginError.self) { try EMA(decay: -0.1) }
        #expect(throws: PluginError.self) { try EMA(decay: .nan) }
        #expect(throws: PluginError.self) { try EMA(every: 0) }
        #expect(throws: PluginError.self) { try EMA(networks: []) }
    }

    @Test(
        "a network whose parameters change their shape while it is averaged is an error that names it",
        .standardGenerator)
    func changedNetwork() throws {
        final class Growing: SmallModel {
            override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws {
                guard state.globalIteration == 3, let layer = network.children().last as? Linear else { return }
                layer.weight = try Tensor.zeros(4, 8)
            }
            override func onTrainingBatchEnd(state: TrainingState, shouldLog: Bool) {}
        }
        let trainer = try Trainer.quiet(.epochs(1))
        try trainer.register(EMA())
        let error = #expect(throws: PluginError.self) { try trainer.fit(Growing(), SmallData()) }
        #expect(error?.reason.contains("'network'") == true, "\(error?.reason ?? "")")
    }

    @Test("a state that does not fit is an error that says what, and changes nothing", .standardGenerator)
    func unfitState() throws {
        let trainer = try Trainer.quiet(.epochs(1))
        let ema = try EMA()
        try trainer.register(ema)
        let model = SmallModel()
        try trainer.fit(model, SmallData())
        let good = try ema.stateDict()
        for (message, change) in [
            ("missing: 5.weight", { (state: inout StateDict) in state["5.weight"] = nil }),
            ("unexpected: more", { state in state["more"] = .int(1) }),
            ("'5.bias' is [2]", { state in state["5.bias"] = .tensor(try Tensor.zeros(2)) }),
        ] as [(String, (inout StateDict) throws -> Void)] {
            var network = try averages(ema)
            try change(&network)
            var state = good
            state["averages"] = .dictionary(["network": .dictionary(network)])
            let error = #expect(throws: StateDictError.self) { try ema.loadStateDict(state) }
            #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
        }
        var counts = good
        counts["updates"] = .int(.max)
        #expect(throws: StateDictError.self) { try ema.loadStateDict(counts) }
        var other = good
        other["averages"] = .dictionary(["net": .dictionary([:])])  // and none of 'network'
        #expect(throws: StateDictError.self) { try ema.loadStateDict(other) }
        #expect(try flattened(ema.stateDict()) == flattened(good))
    }
}
