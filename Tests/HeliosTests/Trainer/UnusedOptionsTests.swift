import Foundation
import TestSupport
import Testing

@testable import Helios
@testable import TrainingProgram

/// What has no effect is said once, at the start if it can be known there.
@Suite(.standardGenerator) struct UnusedOptionsTests {
    private final class NoValidation: SmallData {
        override func setup() throws {
            try addTrainPhase(
                TensorDataset(inputs: Tensor.zeros([8, 1, 3, 3]), targets: Tensor([0, 1, 2, 0, 1, 2, 0, 1])),
                LoaderOptions(batchSize: 4))
        }
    }

    /// The lines that begin with "warning".
    private func warnings(_ trainer: Trainer, _ body: () throws -> Void) throws -> [Substring] {
        try trainer.printedText(body).split(separator: "\n").filter { $0.hasPrefix("warning") }
    }

    @Test("options of a validation that there are no data for")
    func noValidationData() throws {
        let trainer = try Trainer(
            .epochs(3), validation: .every(1, sanityCheck: 1, limit: 2), device: .cpu, display: .nothing)
        let lines = try warnings(trainer) { try trainer.fit(SmallModel(), NoValidation()) }
        #expect(lines.count == 1)
        #expect(
            lines.first?.contains("no validation data for validation: .every(1)") == true)
    }

    @Test("validation data that are never used")
    func neverValidated() throws {
        let trainer = try Trainer.quiet(.epochs(2))
        let lines = try warnings(trainer) { try trainer.fit(SmallModel(), SmallData()) }
        #expect(lines.map { $0.contains("without validation: .every(…) nothing is validated") } == [true])
        let rare = try Trainer.quiet(.epochs(2), validation: .every(3))
        let others = try warnings(rare) { try rare.fit(SmallModel(), SmallData()) }
        #expect(others.map { $0.contains("validation is every 3 epochs, and training takes only 2") } == [true])
    }

    @Test("nothing is said of a validation that takes place")
    func nothingToSay() throws {
        let trainer = try Trainer.quiet(.epochs(2), validation: .every(2))
        let model = SmallModel()
        #expect(try warnings(trainer) { try trainer.fit(model, SmallData()) } == [])
        #expect(try warnings(trainer) { try trainer.test(model, SmallData()) } == [])
    }

    /// Trains, and has no other step.
    private final class TrainingOnly: Model<LabeledBatch> {
        var network: Linear!

        init() { super.init(saveName: "training") }
        override func setup(fastInit: Bool) throws { network = Linear(1, 1) }
        override func trainStep(_ batch: LabeledBatch, state: TrainingState) {}
    }

    @Test("data for steps that the model does not have are warned of once")
    func unwrittenSteps() throws {
        let trainer = try Trainer.quiet(.epochs(3), validation: .every(1))
        let model = TrainingOnly()
        let lines = try warnings(trainer) { try trainer.fit(model, SmallData()) }
        #expect(lines.count == 1)
        #expect(lines.first?.contains("TrainingOnly does not override validStep(_:step:)") == true)
        let tested = try warnings(trainer) { try trainer.test(model, SmallData()) }
        #expect(tested.filter { $0.contains("TrainingOnly does not override testStep(_:step:)") }.count == 1)
    }

    @Test("a step that calls the one it overrides is a step")
    func callingSuper() throws {
        final class Calling: SmallModel {
            override func validStep(_ batch: LabeledBatch, step: Int) throws {
                try super.validStep(batch, step: step)
                validationScores["other"] = 1
            }
        }
        let trainer = try Trainer.quiet(.epochs(1), validation: .every(1))
        #expect(try warnings(trainer) { try trainer.fit(Calling(), SmallData()) } == [])
    }

    @Test("a batch that cannot be moved to the device is warned of once")
    func unmovedBatches() throws {
        final class Pairs: DataModule<(Tensor, Int)> {
            override func setup() throws {
                try addTrainPhase(Numbers(count: 6, offset: 0).collated { (try Tensor($0), 1) })
            }
        }
        final class Idle: Model<(Tensor, Int)> {
            override func setup(fastInit: Bool) {}
            override func trainStep(_ batch: (Tensor, Int), state: TrainingState) {}
        }
        // A device that every machine has.
        let trainer = try Trainer.quiet(.epochs(2), device: .meta)
        let lines = try warnings(trainer) { try trainer.fit(Idle(saveName: "idle"), Pairs()) }
        #expect(lines.count == 1)
        #expect(lines.first?.contains("batches of (Tensor, Int) stay on the CPU, and the model is on meta") == true)
    }

    @Test("early stopping by a score of a validation that there are no data for is an error at the start")
    func earlyStoppingPlugin() throws {
        let trainer = try Trainer.quiet(.epochs(3), validation: .every(1))
        try trainer.register(EarlyStopping(metric: "loss", mode: .min))
        let model = SmallModel()
        let error = #expect(throws: PluginError.self) { try trainer.fit(model, NoValidation()) }
        #expect(error?.reason.contains("there is no validation data") == true)
        #expect(model.losses.isEmpty)
    }

    @Test("a score that comes from the training itself needs no validation data")
    func ownMetric() throws {
        final class Judged: SmallModel {
            override var metrics: Scores { ["own": Double(losses.count)] }
        }
        let trainer = try Trainer.quiet(.epochs(3), validation: .every(1))
        try trainer.register(EarlyStopping(metric: "own", mode: .max, patience: 1))
        #expect(try trainer.fit(Judged(), NoValidation()).outcome == .completed)
    }

    @Test("counting cycles without improvement needs an answer that can be no")
    func earlyStopCycles() throws {
        let trainer = try Trainer.quiet(.epochs(3), validation: .every(1, stopAfter: 1))
        let lines = try warnings(trainer) { try trainer.fit(SmallModel(), SmallData()) }
        #expect(lines.map { $0.contains("does not override haveMetricsImproved()") } == [true])
        let model = SmallModel()
        #expect(throws: ConfigurationError.self) { try trainer.fit(model, NoValidation()) }
        #expect(model.losses.count == 2)
    }

    @Test("early stopping needs as many validation cycles as it counts")
    func tooFewCycles() throws {
        final class Worse: SmallModel {
            override func haveMetricsImproved() -> Bool { false }
        }
        let trainer = try Trainer.quiet(.epochs(3), validation: .every(1, stopAfter: 4))
        let lines = try warnings(trainer) { try trainer.fit(Worse(), SmallData()) }
        #expect(lines.map { $0.contains("stopAfter: 4 never ends this training, which has only 3 valid") } == [true])
        let enough = try Trainer.quiet(.epochs(4), validation: .every(2, stopAfter: 2))
        #expect(try warnings(enough) { try enough.fit(Worse(), SmallData()) } == [])
    }

    @Test("checkpoints that are never due, or that are all removed")
    func checkpoints() throws {
        func said(_ length: TrainerOptions.Length, every: Int?, _ keeping: CheckpointRetention = .all) throws -> String
        {
            try withTemporaryFolder { folder in
                let trainer = try Trainer.quiet(
                    length, validation: .every(1), checkpoints: .in(folder, every: every, keeping: keeping))
                return try warnings(trainer) { try trainer.fit(SmallModel(), SmallData()) }.joined(separator: "\n")
            }
        }
        #expect(try said(.epochs(2), every: 3).contains("no checkpoint before the end"))
        #expect(try said(.epochs(2), every: nil, .last(2)).contains("without every: saves a checkpoint only at"))
        #expect(try said(.epochs(5), every: 2, .last(1, every: 3)).contains("no checkpoint stays for good"))
        #expect(try said(.epochs(6), every: 2, .last(1, every: 3)) == "")
        #expect(try said(.epochs(2), every: 2, .last(1)) == "")
        #expect(try said(.epochs(2), every: nil) == "")
    }

    @Test("logs that are due less often than a training takes")
    func logs() throws {
        func said(_ length: TrainerOptions.Length, every: Int) throws -> String {
            let trainer = try Trainer.quiet(length, validation: .every(1), logs: .every(every))
            return try warnings(trainer) { try trainer.fit(SmallModel(), SmallData()) }.joined(separator: "\n")
        }
        let rare = try said(.epochs(2), every: 13)
        #expect(rare.contains("logs: .every(13) logs every 13 iterations, and training takes only 12"))
        #expect(try said(.epochs(2), every: 12) == "")
        #expect(try said(.iterations(3), every: 4).contains("training takes only 3"))
    }

    // MARK: A training without an end

    /// Stops the training after ten steps in a way that nothing can foresee.
    private final class Requesting: SmallModel {
        override func onTrainingBatchEnd(state: TrainingState, shouldLog: Bool) throws {
            try super.onTrainingBatchEnd(state: state, shouldLog: shouldLog)
            if state.currentIteration == 10 { trainer?.stop() }
        }
    }

    private final class Deciding: SmallModel {
        override func shouldTrainingStop() -> Bool { losses.count == 10 }
    }

    private final class DecidingPlugin: Plugin {
        override func shouldTrainingStop() -> Bool { trainer?.state.currentIteration == 10 }
    }

    @Test("a training that nothing ends is warned of, whatever plug-ins it has that do not end it")
    func noEnd() throws {
        func said(_ model: SmallModel, _ plugins: [Plugin], timeLimit: Duration? = nil) throws -> Int {
            let trainer = try Trainer.quiet(.unlimited(timeLimit: timeLimit), validation: .every(1))
            for plugin in plugins { try trainer.register(plugin) }
            return try warnings(trainer) { try trainer.fit(model, SmallData()) }
                .count { $0.contains("nothing but an interruption ends this training") }
        }
        #expect(try said(Requesting(), []) == 1)
        #expect(try said(Requesting(), [Plugin(id: "idle")]) == 1)
        #expect(try said(Requesting(), [Plugin(id: "idle"), EarlyStopping(metric: "loss", mode: .min)]) == 0)
        #expect(try said(Requesting(), [], timeLimit: .seconds(100)) == 0)
        #expect(try said(Deciding(), []) == 0)
        #expect(try said(Requesting(), [DecidingPlugin(id: "deciding")]) == 0)
    }

    // MARK: A training without a step

    private final class Forgetful: SmallModel {
        override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws {
            lossItems["loss"] = try crossEntropy(network(batch.inputs), batch.targets)
        }
    }

    @Test("a training in which no optimizer makes a step is warned of, and an error at its end")
    func noStep() throws {
        let trainer = try Trainer.quiet(.iterations(101), validation: .every(101))
        let lines = try warnings(trainer) {
            let error = #expect(throws: ConfigurationError.self) { try trainer.fit(Forgetful(), SmallData()) }
            #expect(error?.description.contains("no optimizer made a single step in its 101 batches") == true)
        }
        #expect(lines.map { $0.contains("no optimizer made a step in the first 100 batches") } == [true])
    }

    /// An optimizer of a program's own, which calls no hooks.
    private final class Own: Optimizer {
        private(set) var stepCount = 0
        init(_ network: Module) throws {
            try super.init(groups: [ParameterGroup(network.parameters())], defaults: ["lr": .double(1)])
        }
        override func step() { stepCount += 1 }
    }

    @Test("nothing is said of steps that cannot be seen")
    func unseenSteps() throws {
        final class OwnOptimizer: SmallModel {
            var own: Own!
            override func setup(fastInit: Bool) throws {
                try super.setup(fastInit: true)
                own = try Own(network)
            }
            override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws {
                lossItems["loss"] = try crossEntropy(network(batch.inputs), batch.targets)
                own.step()
            }
        }
        /// Makes another optimizer after the setup.
        final class Replacing: SmallModel {
            override func onTrainingStart() throws {
                optimizer = try SGD(network.parameters(), learningRate: 0.05)
            }
        }
        for model in [OwnOptimizer(), Replacing()] {
            for accumulation in [TrainerOptions.Accumulation.batches(1), .batches(2)] {
                let trainer = try Trainer.quiet(.iterations(110), validation: .every(110), accumulation: accumulation)
                let lines = try warnings(trainer) { _ = try trainer.fit(model, SmallData()) }
                #expect(lines.filter { $0.contains("no optimizer") } == [])
            }
        }
    }

    @Test("an average of no step, and rates that are shown nowhere")
    func plugins() throws {
        let trainer = try Trainer.quiet(.epochs(1), validation: .every(1))
        try trainer.register(EMA(every: 7))
        try trainer.register(LearningRateMonitor())
        let lines = try warnings(trainer) { try trainer.fit(SmallModel(), SmallData()) }
        #expect(lines.count == 2)
        #expect(lines.first?.contains("what 'learning-rate-monitor' notes is shown nowhere") == true)
        #expect(
            lines.last?.contains("'ema' has no average: it takes every 7 steps of the optimizer, and there were 6")
                == true)
    }
}
