import Foundation
import TestSupport
import Testing
import TorchOptim

@testable import Helios

@Suite(.standardGenerator) struct LearningRateFinderTests {
    /// Notes the learning rates right after each step of the optimizer.
    private class Watching: SmallModel {
        var rates: [Double] = []
        var calls: [String] = []

        override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws {
            try super.trainStep(batch, state: state)
            rates.append(optimizer.parameterGroups[0].learningRate)
        }
        override func validStep(_ batch: LabeledBatch, step: Int) { calls.append("valid") }
        override func onTrainingStart() { calls.append("start") }
        override func onTrainingEnd() { calls.append("end") }
        override func stateDict() throws -> StateDict {
            calls.append("state")
            return try super.stateDict()
        }
    }

    @Test("each step has the next rate, over as many epochs as it takes, and nothing but steps is done")
    func steps() throws {
        let model = Watching()
        let trainer = try Trainer.quiet(.epochs(1), validation: .every(1))
        let search = try trainer.findLearningRate(model, SmallData(), from: 1e-6, to: 1e-2, steps: 20)
        #expect(model.rates == search.rates && search.rates.count == 20 && search.losses.count == 20)
        #expect(abs(search.rates[0] - 1e-6) < 1e-18 && abs(search.rates[19] - 1e-2) < 1e-12)
        #expect(!search.hasDiverged && model.calls == ["start"])
        // The first smoothed loss is the first loss: a new network's.
        #expect(abs(search.losses[0] - model.losses[0]) < 1e-12)
    }

    @Test("a rate that is too high ends it, by a loss that grows or is not finite", arguments: [4, nil])
    func diverges(divergence: Double?) throws {
        final class Regression: Model<LabeledBatch> {
            var network: Linear!
            var optimizer: SGD!
            override func setup(fastInit: Bool) throws {
                network = Linear(9, 1)
                optimizer = try SGD(network.parameters(), learningRate: 1)
            }
            override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws {
                try optimizer.zeroGrad()
                let targets = try batch.targets.to(.float32).unsqueeze(dim: 1)
                let loss = try mseLoss(network(batch.inputs.flatten(startDim: 1)), targets)
                try loss.backward()
                try optimizer.step()
                lossItems["loss"] = loss
            }
        }
        let data = SmallData()
        let search = try Trainer.quiet().findLearningRate(
            Regression(saveName: "regression"), data, from: 1e-5, to: 1e4, steps: 100, divergence: divergence)
        #expect(search.hasDiverged && search.losses.count < 100 && search.losses.allSatisfy(\.isFinite))
        let suggestion = try #require(search.suggestion)
        #expect((1e-5..<1).contains(suggestion))
        #expect(data.teardownCount == 1)
    }

    @Test("schedulers of the model do not disturb it, not even one that ends before it does")
    func schedulers() throws {
        final class Scheduled: Watching {
            var schedulers: [LRScheduler] = []
            var momentums: Set<Double> = []
            override func setup(fastInit: Bool) throws {
                try super.setup(fastInit: fastInit)
                schedulers = [
                    try OneCycleLR(optimizer, maxLearningRate: 0.3, totalSteps: 7), try LinearLR(optimizer),
                    try ReduceLROnPlateau(optimizer, patience: 0),
                ]
            }
            override func onTrainingBatchStart(state: TrainingState) throws {
                try super.onTrainingBatchStart(state: state)
                try schedulers[1].step()
            }
            override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws {
                try optimizer.zeroGrad()
                let loss = try crossEntropy(network(batch.inputs), batch.targets)
                try loss.backward()
                try optimizer.step()
                rates.append(optimizer.parameterGroups[0].learningRate)
                momentums.insert(try optimizer.parameterGroups[0].options.double("momentum"))
                lossItems["loss"] = loss
                try schedulers[0].step()
                try (schedulers[2] as? ReduceLROnPlateau)?.step(metric: 1)
            }
        }
        let model = Scheduled()
        let search = try Trainer.quiet().findLearningRate(model, SmallData(), to: 1e-3, steps: 30)
        #expect(model.rates == search.rates && search.rates.count == 30)
        // The cycle sets the momentum too: at its start to the greatest, 0.95.
        #expect(model.momentums == [0.95])
    }

    @Test(
        "fit afterwards is as if it had not run, to the bit, and no file is there", arguments: TrainingUnit.allCases)
    func leavesNothing(unit: TrainingUnit) throws {
        try withTemporaryFolder { folder in
            func trainer(_ name: String) throws -> Trainer {
                try Trainer.quiet(
                    .of(unit, 3), validation: .every(1),
                    checkpoints: .in(folder.appending(path: "\(name)/checkpoints"), every: 1),
                    logs: .in(folder.appending(path: "\(name)/logs")))
            }
            let (plain, model) = (SmallModel(), SmallModel())
            let whole = try trainer("plain").fit(plain, SmallData())

            let (searching, data) = (try trainer("searched"), SmallData())
            try searching.findLearningRate(model, data, steps: 15)
            #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "searched").path))
            #expect(model.lossItems.isEmpty && model.runningLosses.isEmpty)
            let count = model.losses.count
            let result = try searching.fit(model, data)
            #expect(Array(model.losses.dropFirst(count)) == plain.losses)
            #expect(result.state.globalIteration == whole.state.globalIteration)
            try expectSameState(model.network, plain.network)
            #expect(
                folder.appending(path: "searched/checkpoints").filesBelow
                    == folder.appending(path: "plain/checkpoints").filesBelow)
        }
    }

    @Test("random numbers, threads and what the trainer says of its last run stay, also after an error")
    func process() throws {
        struct Trouble: Error {}
        final class Failing: SmallModel {
            override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws { throw Trouble() }
        }
        try withTemporaryFolder { folder in
            let previous = LibTorch.threadCount
            defer { try? LibTorch.setThreadCount(previous) }
            let trainer = try Trainer(
                .epochs(1), checkpoints: .in(folder, every: 1), deterministic: true, device: .cpu, threads: 2,
                display: .nothing)
            try trainer.fit(SmallModel(), SmallData())
            let (file, files, progress) = (trainer.lastCheckpoint, folder.filesBelow, trainer.state)
            try LibTorch.setThreadCount(3)
            try manualSeed(77)
            let state = try Generator.standard().state()
            try trainer.findLearningRate(SmallModel(), SmallData(), steps: 4)
            #expect(throws: Trouble.self) { try trainer.findLearningRate(Failing(), SmallData(), steps: 4) }
            try expectSameBits(Generator.standard().state(), state)
            #expect(LibTorch.threadCount == 3 && !LibTorch.isDeterministic)
            #expect(trainer.state == progress && progress.globalIteration == 6)
            #expect(trainer.lastCheckpoint == file && file != nil && folder.filesBelow == files)
        }
    }

    @Test("a profile and a table are left to the training")
    func quiet() throws {
        let trainer = try Trainer(device: .cpu, display: .nothing, diagnostics: [.profile])
        let text = try trainer.printedText {
            _ = try trainer.findLearningRate(SmallModel(), SmallData(), to: 1e-3, steps: 30)
        }
        #expect(text == "")
    }

    @Test("the curve is printed if progress is shown")
    func printed() throws {
        let trainer = try Trainer(device: .cpu, display: .progress)
        let text = try trainer.printedText {
            _ = try trainer.findLearningRate(SmallModel(), SmallData(), to: 1e-2, steps: 30)
        }
        #expect(text.hasPrefix("learning rate") && text.contains("30 steps to 1.00e-02"))
    }

    @Test("accumulated batches are one step")
    func accumulation() throws {
        final class Accumulating: Watching {
            override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws {
                let loss = try crossEntropy(network(batch.inputs), batch.targets) / 3
                try loss.backward()
                lossItems["loss"] = loss
                guard state.globalIteration % 3 == 0 else { return }
                try optimizer.step()
                try optimizer.zeroGrad()
                rates.append(optimizer.parameterGroups[0].learningRate)
            }
        }
        let model = Accumulating()
        let trainer = try Trainer.quiet(.iterations(1), accumulation: .batches(3))
        let search = try trainer.findLearningRate(model, SmallData(), to: 1e-3, steps: 5)
        #expect(model.rates == search.rates && model.losses.count == 15)
    }

    @Test("with several losses the name says which; a wrong one lists those that are there")
    func lossNames() throws {
        final class Two: SmallModel {
            override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws {
                try super.trainStep(batch, state: state)
                lossItems["other"] = try Tensor.full([], Double(state.globalIteration))
            }
        }
        func find(_ model: SmallModel, _ loss: String?) throws -> LearningRateSearch {
            try Trainer.quiet().findLearningRate(
                model, SmallData(), to: 1e-3, steps: 5, loss: loss, smoothing: 0, divergence: nil)
        }
        #expect(try find(Two(), "other").losses == [1, 2, 3, 4, 5])
        for name in [nil, "none"] {
            let error = #expect(throws: ConfigurationError.self) { _ = try find(Two(), name) }
            #expect(error?.description.contains("'loss', 'other'") == true)
        }
        final class None: SmallModel {
            override func trainStep(_ batch: LabeledBatch, state: TrainingState) {}
        }
        #expect(throws: ConfigurationError.self) { _ = try find(None(), nil) }
    }

    @Test("a model without an optimizer is an error that says so")
    func noOptimizer() {
        final class Fixed: SmallModel {
            override func setup(fastInit: Bool) throws {
                try super.setup(fastInit: true)
            }
        }
        let error = #expect(throws: ConfigurationError.self) {
            try Trainer.quiet().findLearningRate(Fixed(), SmallData())
        }
        #expect(error?.description.contains("optimizer") == true)
    }

    @Test("numbers that make no sense are errors before anything is set up")
    func options() throws {
        let (trainer, model, data) = (try Trainer.quiet(), SmallModel(), SmallData())
        for (first, last) in [(0.0, 1.0), (-1, 1), (1, 1), (2, 1), (.nan, 1), (1, .infinity), (1, .nan)] {
            #expect(throws: ConfigurationError.self) {
                try trainer.findLearningRate(model, data, from: first, to: last)
            }
        }
        for steps in [-1, 0, 1, Int.max] {
            #expect(throws: ConfigurationError.self) { try trainer.findLearningRate(model, data, steps: steps) }
        }
        for smoothing in [-0.1, 1, .nan] {
            #expect(throws: ConfigurationError.self) {
                try trainer.findLearningRate(model, data, smoothing: smoothing)
            }
        }
        for divergence in [1, 0, -2, .nan] {
            #expect(throws: ConfigurationError.self) {
                try trainer.findLearningRate(model, data, divergence: divergence)
            }
        }
        #expect(model.network == nil && data.teardownCount == 0)
    }

    @Test("Trainer.stop() in a hook ends it with what there is")
    func stopped() throws {
        final class Stopping: SmallModel {
            override func onTrainingBatchEnd(state: TrainingState, shouldLog: Bool) throws {
                try super.onTrainingBatchEnd(state: state, shouldLog: shouldLog)
                if losses.count == 4 { trainer?.stop() }
            }
        }
        let search = try Trainer.quiet().findLearningRate(Stopping(), SmallData(), to: 1e-3)
        #expect(search.rates.count == 4 && !search.hasDiverged)
    }

    @Test("a layer that is no longer finite ends it if the guard looks")
    func guarded() throws {
        let trainer = try Trainer.quiet(diagnostics: .nanGuard)
        let search = try trainer.findLearningRate(
            SmallModel(), SmallData(), from: 1, to: 1e38, steps: 60, divergence: nil)
        #expect(search.hasDiverged)
    }
}
