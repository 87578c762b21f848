import Foundation
import TestSupport
import Testing

@testable import Helios

/// Options of the program that differ from the checkpoint's.
@Suite(.standardGenerator) struct OnResumeTests {
    /// A linear network with the optimizer and the scheduler that a test gives it. It steps the scheduler with each
    /// batch.
    final class Optioned: Model<LabeledBatch> {
        var network: Sequential!
        var optimizer: Optimizer!
        var scheduler: LRScheduler?
        private let makeOptimizer: ([Tensor]) throws -> Optimizer
        private let makeScheduler: ((Optimizer) throws -> LRScheduler)?
        /// The learning rate of each step.
        private(set) var rates: [Double] = []

        init(
            _ makeOptimizer: @escaping ([Tensor]) throws -> Optimizer,
            _ makeScheduler: ((Optimizer) throws -> LRScheduler)? = nil
        ) {
            (self.makeOptimizer, self.makeScheduler) = (makeOptimizer, makeScheduler)
            super.init(saveName: "optioned")
        }

        override func setup(fastInit: Bool) throws {
            network = Sequential(Flatten(), Linear(9, 3))
            if fastInit { return }
            optimizer = try makeOptimizer(network.parameters())
            scheduler = try makeScheduler?(optimizer)
        }

        override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws {
            rates.append(optimizer.parameterGroups[0].learningRate)
            try optimizer.zeroGrad()
            let loss = try crossEntropy(network(batch.inputs), batch.targets)
            try loss.backward()
            try optimizer.step()
            if let plateau = scheduler as? ReduceLROnPlateau {
                try plateau.step(metric: Double(state.globalIteration))
            } else {
                try scheduler?.step()
            }
        }
    }

    /// Trains in the folder. Returns what was printed.
    private func train(
        _ total: Int, in folder: URL, _ model: Optioned, onResume: ResumePolicy = .keep
    ) throws -> String {
        let trainer = try Trainer(
            .iterations(total), checkpoints: .in(folder, onResume: onResume), device: .cpu, display: .progress)
        return try trainer.printedText { try trainer.fit(model, SmallData()) }
    }

    private func sgd(_ rate: Double, decay: Double = 0) -> ([Tensor]) throws -> Optimizer {
        { try SGD($0, learningRate: rate, momentum: 0.9, weightDecay: decay) }
    }

    @Test("the checkpoint's options are kept with a warning that has both values, run after run")
    func keep() throws {
        try withTemporaryFolder { folder in
            #expect(try !train(3, in: folder, Optioned(sgd(0.1))).contains("in the checkpoint"))
            for total in [4, 5] {
                let model = Optioned(sgd(0.5, decay: 0.01))
                let text = try train(total, in: folder, model)
                #expect(text.contains("optimizer.lr (0.1 in the checkpoint, 0.5 in the program)"), "\(text)")
                #expect(text.contains("optimizer.weight_decay (0 in the checkpoint, 0.01 in the program)"), "\(text)")
                #expect(text.contains("checkpoints: .in(…, onResume: .override)"))
                #expect(model.rates == [0.1] && model.optimizer.parameterGroups[0].options["weight_decay"] != nil)
                #expect(try model.optimizer.parameterGroups[0].options.double("weight_decay") == 0)
            }
            #expect(try !train(6, in: folder, Optioned(sgd(0.1))).contains("in the checkpoint"))
        }
    }

    @Test("the program's options are used if that is asked for, with what the optimizer remembers")
    func override() throws {
        try withTemporaryFolder { folder in
            let first = Optioned(sgd(0.1))
            _ = try train(3, in: folder, first)
            let model = Optioned(sgd(0.5, decay: 0.01))
            let text = try train(4, in: folder, model, onResume: .override)
            #expect(text.contains("the program's options replace the checkpoint's: "), "\(text)")
            #expect(!text.contains("whose options are kept"))
            #expect(model.rates == [0.5])
            // The step as PyTorch's SGD makes it: buffer ← momentum · buffer + (gradient + decay · weight).
            let weight = try first.network.parameters()[0].detach()
            let buffer = try first.optimizer.stateDict().dictionary("state").dictionary(.int(0)).tensor(
                "momentum_buffer")
            let gradient = try #require(model.network.parameters()[0].grad)
            let step = try 0.9 * buffer + (gradient + 0.01 * weight)
            let expected = try weight - 0.5 * step
            #expect(try expected.allclose(model.network.parameters()[0].detach(), rtol: 1e-6, atol: 1e-7))
            // From now on it is the checkpoint that says so.
            #expect(try !train(5, in: folder, Optioned(sgd(0.5, decay: 0.01))).contains("in the checkpoint"))
        }
    }

    @Test("groups are named by their number")
    func groups() throws {
        func optimizer(_ decay: Double) -> ([Tensor]) throws -> Optimizer {
            {
                try AdamW(
                    groups: [ParameterGroup([$0[0]]), ParameterGroup([$0[1]], weightDecay: decay)], learningRate: 1e-3)
            }
        }
        try withTemporaryFolder { folder in
            _ = try train(2, in: folder, Optioned(optimizer(0.1)))
            let text = try train(3, in: folder, Optioned(optimizer(0.2)))
            #expect(
                text.contains(
                    "kept: optimizer.param_groups.1.weight_decay (0.1 in the checkpoint, 0.2 in the program);"),
                "\(text)")
        }
    }

    // MARK: Schedulers

    static let schedulers: [(String, @Sendable (Optimizer) throws -> LRScheduler)] = [
        ("StepLR", { try StepLR($0, stepSize: 2, gamma: 0.5) }),
        ("OneCycleLR", { try OneCycleLR($0, maxLearningRate: 0.1, totalSteps: 12) }),
        ("CosineAnnealingLR", { try CosineAnnealingLR($0, tMax: 12) }),
        ("CosineAnnealingWarmRestarts", { try CosineAnnealingWarmRestarts($0, t0: 3) }),
        ("CyclicLR", { try CyclicLR($0, baseLearningRate: 0.01, maxLearningRate: 0.1, stepSizeUp: 3) }),
        ("ReduceLROnPlateau", { try ReduceLROnPlateau($0, factor: 0.5, patience: 0) }),
        (
            "SequentialLR",
            {
                let parts = [try LinearLR($0, totalIters: 2), try ExponentialLR($0, gamma: 0.5)]
                return try SequentialLR($0, schedulers: parts, milestones: [2])
            }
        ),
        (
            "LinearWarmupScheduler",
            { try LinearWarmupScheduler($0, warmupSteps: 2, scheduler: ExponentialLR($0, gamma: 0.9)) }
        ),
    ]

    @Test("a plain resume warns of nothing, whatever the scheduler does to the rates", arguments: schedulers.indices)
    func plain(index: Int) throws {
        let make = OnResumeTests.schedulers[index].1
        try withTemporaryFolder { folder in
            for total in [2, 4, 5, 7] {
                let text = try train(total, in: folder, Optioned(sgd(0.1), make))
                #expect(!text.contains("in the checkpoint"), "\(OnResumeTests.schedulers[index].0): \(text)")
            }
            // Nor one from a checkpoint that does not say what its program said.
            let file = folder.appending(path: "optioned/optioned_epoch_2_iter_7.pth")
            var state = try TorchFile.loadDictionary(file)
            state["setup_options"] = nil
            try TorchFile.save(state, to: file)
            let text = try train(8, in: folder, Optioned(sgd(0.1), make))
            #expect(!text.contains("in the checkpoint"), "\(OnResumeTests.schedulers[index].0): \(text)")
        }
    }

    @Test("without a note of the program's options, those of the optimizer are compared as they are")
    func older() throws {
        try withTemporaryFolder { folder in
            _ = try train(2, in: folder, Optioned(sgd(0.1)))
            let file = folder.appending(path: "optioned/optioned_epoch_1_iter_2.pth")
            var state = try TorchFile.loadDictionary(file)
            state["setup_options"] = nil
            try TorchFile.save(state, to: file)
            let text = try train(3, in: folder, Optioned(sgd(0.5)))
            #expect(text.contains("optimizer.lr (0.1 in the checkpoint, 0.5 in the program)"), "\(text)")
        }
    }

    /// Half a cosine from the initial rate to zero (Loshchilov and Hutter 2017, equation 5).
    private func cosine(_ rate: Double, _ step: Int, of length: Int) -> Double {
        rate * (1 + cos(.pi * Double(step) / Double(length))) / 2
    }

    @Test("a longer cosine is warned of, or followed as if it had been there from the start")
    func longerCosine() throws {
        func model(_ length: Int) -> Optioned { Optioned(sgd(0.1)) { try CosineAnnealingLR($0, tMax: length) } }
        for policy in ResumePolicy.allCases {
            try withTemporaryFolder { folder in
                _ = try train(6, in: folder, model(6))
                let longer = model(12)
                let text = try train(12, in: folder, longer, onResume: policy)
                #expect(text.contains("scheduler.T_max (6 in the checkpoint, 12 in the program)"), "\(text)")
                #expect(text.contains("whose options are kept") == (policy == .keep))
                let length = policy == .keep ? 6 : 12
                for (step, rate) in zip(6..<12, longer.rates) {
                    #expect(abs(rate - cosine(0.1, step, of: length)) < 1e-12, "\(policy), step \(step)")
                }
            }
        }
    }

    @Test("a cycle that is too short says that its length comes from the checkpoint, and the program's can be used")
    func oneCycle() throws {
        func model(_ length: Int) -> Optioned {
            Optioned(sgd(0.1)) { try OneCycleLR($0, maxLearningRate: 0.1, totalSteps: length) }
        }
        try withTemporaryFolder { folder in
            _ = try train(9, in: folder, model(9))
            let trainer = try Trainer.quiet(.iterations(18), checkpoints: .in(folder))
            let error = #expect(throws: SchedulerError.self) { try trainer.fit(model(20), SmallData()) }
            let text = error?.description ?? ""
            #expect(
                text.contains("its cycle has 9 steps; this length comes from the state (the checkpoint)"), "\(text)")
            #expect(text.contains("was created with 20"), "\(text)")

            let (longer, whole) = (model(20), model(20))
            _ = try train(18, in: folder, longer, onResume: .override)
            _ = try train(18, in: folder.appending(path: "whole"), whole)
            #expect(longer.rates == Array(whole.rates.suffix(9)))
            let momentum = longer.optimizer.parameterGroups[0].options,
                expected = whole.optimizer.parameterGroups[0].options
            #expect(try momentum.double("momentum") == expected.double("momentum"))
        }
        let short = Optioned(sgd(0.1)) { try OneCycleLR($0, maxLearningRate: 0.1, totalSteps: 3) }
        let error = #expect(throws: SchedulerError.self) { try Trainer.quiet(.iterations(9)).fit(short, SmallData()) }
        #expect(error?.description.contains("its cycle has 3 steps; create it with more steps") == true)
    }

    @Test("a plateau's reductions stay when the learning rate and the patience are replaced")
    func plateau() throws {
        func model(_ rate: Double, patience: Int) -> Optioned {
            Optioned(sgd(rate)) { try ReduceLROnPlateau($0, factor: 0.5, patience: patience) }
        }
        try withTemporaryFolder { folder in
            // The metric grows, so that each step but the first halves the rate.
            _ = try train(3, in: folder, model(0.1, patience: 0))
            let changed = model(0.2, patience: 7)
            _ = try train(6, in: folder, changed, onResume: .override)
            #expect(changed.rates == [0.05, 0.05, 0.05])
            #expect(try changed.scheduler?.stateDict().int("patience") == 7)
        }
    }

    @Test("an accumulation that differs is warned of")
    func accumulation() throws {
        try withTemporaryFolder { (folder: URL) throws in
            func train(_ steps: Int, accumulating count: Int) throws -> String {
                let trainer = try Trainer.quiet(
                    .iterations(steps), checkpoints: .in(folder), accumulation: .batches(count))
                return try trainer.printedText { try trainer.fit(SmallModel(), SmallData()) }
            }
            #expect(try !train(2, accumulating: 2).contains("the checkpoint was trained with"))
            #expect(try !train(3, accumulating: 2).contains("the checkpoint was trained with"))
            #expect(try train(4, accumulating: 3).contains("with 2 batches in a step of the optimizer, this run has 3"))
        }
    }

    @Test("another accumulation in the middle of a step is an error", arguments: [TrainingUnit.epoch, .iteration])
    func accumulationInsideStep(unit: TrainingUnit) throws {
        final class Stop: Plugin {
            init() { super.init(id: "stop") }

            override func onTrainingBatchEnd(state: TrainingState, shouldLog: Bool) {
                if state.globalIteration == 3 { trainer?.stop() }
            }
        }
        try withTemporaryFolder { (folder: URL) throws in
            func train(accumulating count: Int, stops: Bool = false) throws -> FitResult {
                let trainer = try Trainer.quiet(
                    .of(unit, 2), checkpoints: .in(folder), accumulation: .batches(count))
                if stops { try trainer.register(Stop()) }
                return try trainer.fit(SmallModel(), SmallData())
            }
            #expect(try train(accumulating: 2, stops: true).outcome == .interrupted(.request))
            let error = #expect(throws: CheckpointError.self) { try train(accumulating: 3) }
            #expect(error?.reason.contains("after 1 of 2 batches") == true, "\(error?.reason ?? "")")
            #expect(try train(accumulating: 2).outcome == .completed)
        }
    }

    @Test("the options of a gradient scaler are kept or replaced too")
    func scaler() throws {
        final class Scaled: SmallModel {
            var interval = 7

            override func setup(fastInit: Bool) throws {
                try super.setup(fastInit: fastInit)
                try createScaler(dtype: .bfloat16, scaler: GradScaler(device: .cpu, growthInterval: interval))
            }
        }
        try withTemporaryFolder { (folder: URL) throws in
            func train(_ count: Int, interval: Int, _ policy: ResumePolicy) throws -> (text: String, interval: Int?) {
                let model = Scaled()
                model.interval = interval
                let trainer = try Trainer.quiet(.iterations(count), checkpoints: .in(folder, onResume: policy))
                let text = try trainer.printedText { try trainer.fit(model, SmallData()) }
                return (text, try model.mixedPrecision?.scaler.stateDict().int("growth_interval"))
            }
            _ = try train(1, interval: 7, .keep)
            let kept = try train(2, interval: 9, .keep)
            #expect(kept.interval == 7)
            #expect(
                kept.text.contains("scaler.growth_interval (7 in the checkpoint, 9 in the program)"), "\(kept.text)")
            #expect(try train(3, interval: 9, .override).interval == 9)
        }
    }
}
