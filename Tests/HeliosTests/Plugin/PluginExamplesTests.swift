import Foundation
import Helios
import TestSupport
import Testing

/// The examples of docs/plugins.md, as they stand there.
@Suite(.standardGenerator) struct PluginExamplesTests {
    /// Stops when the loss of a step is far above what it has been.
    private final class SpikeGuard: Plugin {
        private var average = Double.infinity
        private var isSpiking = false

        init() { super.init(id: "spike-guard") }

        override func onTrainingBatchEnd(state: TrainingState, shouldLog: Bool) throws {
            guard let loss = try model?.lossItems["loss"]?.item().double else { return }
            isSpiking = loss > 10 * average
            average = average.isFinite ? 0.99 * average + 0.01 * loss : loss
        }

        override func shouldTrainingStop() -> Bool { isSpiking }

        override func stateDict() -> StateDict { ["average": .double(average), "is_spiking": .bool(isSpiking)] }
        override func loadStateDict(_ state: StateDict) throws {
            average = try state.double("average")
            isSpiking = try state.bool("is_spiking")
        }
    }

    private final class Noise: BatchPlugin<LabeledBatch> {
        init() { super.init(id: "noise") }
        override var overrides: PluginOverrides { .trainingBatch }

        override func processTrainingBatch(_ batch: LabeledBatch, state: TrainingState) throws -> LabeledBatch {
            LabeledBatch(inputs: try batch.inputs + Tensor.randnLike(batch.inputs) * 0.1, targets: batch.targets)
        }
    }

    @Test("a plug-in with a vote and a state, and one that changes batches")
    func ownPlugins() throws {
        final class Spiking: SmallModel {
            var isInterrupted = false
            override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws {
                try super.trainStep(batch, state: state)
                guard state.globalIteration == 15 else { return }
                lossItems["loss"] = try Tensor(1000.0)
                if isInterrupted { trainer?.stop() }
            }
        }
        try withTemporaryFolder { folder in
            func train(_ model: SmallModel, _ name: String = "whole") throws -> FitResult {
                let trainer = try Trainer.quiet(.epochs(3), checkpoints: .in(folder.appending(path: name), every: 1))
                try trainer.register(SpikeGuard())
                try trainer.register(Noise())
                return try trainer.fit(model, SmallData())
            }
            let result = try train(Spiking())
            #expect(result.outcome == .stoppedByPlugin(id: "spike-guard"))
            // Interrupted before anybody asks whether to stop, the next run still does.
            let interrupted = Spiking()
            interrupted.isInterrupted = true
            #expect(try train(interrupted, "interrupted").outcome == .interrupted(.request))
            let next = Spiking()
            #expect(try train(next, "interrupted").outcome == .stoppedByPlugin(id: "spike-guard"))
            #expect(next.losses.isEmpty)
            // The plug-in's state still says so.
            let model = SmallModel()
            #expect(try train(model).outcome == .stoppedByPlugin(id: "spike-guard"))
            #expect(model.losses.isEmpty)
        }
    }

    @Test("the four together")
    func builtIn() throws {
        try withTemporaryFolder { root in
            let (model, data) = (SmallModel(), SmallData())
            let trainer = try Trainer.quiet(.epochs(3), validation: .every(1), checkpoints: .in(root, every: 1))
            let ema = try EMA(decay: 0.999)
            let best = try BestCheckpoints(metric: "loss", mode: .min, keep: 3)
            let rates = try LearningRateMonitor(.steps(5), historyLimit: 1000)
            try trainer.register(ema)
            try trainer.register(EarlyStopping(metric: "loss", mode: .min, patience: 10))
            try trainer.register(best)
            try trainer.register(rates)
            try trainer.fit(model, data)
            try TorchFile.save(ema.trainedStateDict(), to: root.appending(path: "ema.pth"))
            #expect(rates.history.map(\.iteration) == [5, 10, 15])
            try trainer.test(model, data, checkpoint: .best)
            #expect(model.testScores["loss"] != nil)
        }
    }
}
