import Foundation
import TestSupport
import Testing

@testable import Helios

/// Which weights a test or a prediction uses.
@Suite(.standardGenerator) struct TestedWeightsTests {
    /// Counts its setups, and predicts.
    class Watched: SmallModel {
        private(set) var setupCount = 0
        private(set) var loadCount = 0
        override func setup(fastInit: Bool) throws {
            try super.setup(fastInit: fastInit)
            setupCount += 1
        }
        override func loadForTesting() throws {
            try super.loadForTesting()
            loadCount += 1
        }
        override func predictStep(_ batch: LabeledBatch, step: Int) throws -> Tensor { try network(batch.inputs) }
    }

    final class PredictableData: SmallData {
        override func setup() throws {
            try super.setup()
            let inputs = try Tensor.randn([4, 1, 3, 3], generator: Generator(seed: 2))
            try setPrediction(
                TensorDataset(inputs: inputs, targets: Tensor([0, 1, 2, 0])), LoaderOptions(batchSize: 4))
        }
    }

    private func copy(of network: Module) throws -> [Tensor] {
        try network.parameters().map { try $0.detach().clone() }
    }

    private func expectUnchanged(_ network: Module, _ before: [Tensor]) throws {
        for (parameter, tensor) in try zip(network.parameters(), before) {
            try expectSameBits(parameter, tensor, "weights")
        }
    }

    // MARK: Trained in this process

    @Test("a test after a training uses the weights that it ended with, with the same trainer and with another")
    func afterTraining() throws {
        let model = Watched()
        let trainer = try Trainer.quiet(.epochs(3), validation: .every(1))
        try trainer.fit(model, SmallData())
        let (network, weights) = (try #require(model.network), try copy(of: model.network))
        // The validation after the last step was on the same data.
        let loss = try #require(model.validationScores["loss"])
        for other in [trainer, try Trainer.quiet()] {
            model.testScores = [:]
            try other.test(model, SmallData())
            #expect(model.testScores["loss"] == loss)
            #expect(model.network === network && model.optimizer != nil)
            try expectUnchanged(network, weights)
        }
        #expect(model.setupCount == 1)
        #expect(model.loadCount == 2)
        let predictions = try #require(trainer.predict(model, PredictableData()).first)
        network.eval()
        let inputs = try Tensor.randn([4, 1, 3, 3], generator: Generator(seed: 2))
        try expectSameBits(predictions, noGrad { try network(inputs) }, "predictions")
    }

    @Test("so does a test after a resume and after an interruption")
    func afterResume() throws {
        try withTemporaryFolder { folder in
            try Trainer.quiet(.epochs(1), checkpoints: .in(folder)).fit(Watched(), SmallData())
            let model = Watched()
            let trainer = try Trainer.quiet(.epochs(2), validation: .every(1), checkpoints: .in(folder))
            try trainer.fit(model, SmallData())
            try Trainer.quiet().test(model, SmallData())
            #expect(model.setupCount == 1 && model.testScores["loss"] == model.validationScores["loss"])

            let stopped = Watched()
            let limited = try Trainer(.epochs(9, timeLimit: .nanoseconds(1)), device: .cpu, display: .nothing)
            try limited.fit(stopped, SmallData())
            let weights = try copy(of: stopped.network)
            try limited.test(stopped, SmallData())
            try expectUnchanged(stopped.network, weights)
        }
    }

    @Test("the averaged weights that the validation used are used by the test too")
    func averages() throws {
        let model = Watched()
        let trainer = try Trainer.quiet(.epochs(3), validation: .every(1))
        let ema = try EMA(decay: 0.5)
        try trainer.register(ema)
        try trainer.fit(model, SmallData())
        try trainer.test(model, SmallData())
        #expect(ema.updateCount == 18)
        #expect(model.testScores["loss"] == model.validationScores["loss"])
        // Another plug-in knows nothing of the average, and says so.
        let other = try Trainer.quiet()
        try other.register(EMA())
        let text = try other.printedText { try other.test(model, SmallData()) }
        #expect(text.contains("warning: the plug-in 'ema' was not there when the model was trained"), "\(text)")
        #expect(model.testScores["loss"] != model.validationScores["loss"])
    }

    @Test("with a checkpoint folder, the newest checkpoint is loaded into the trained model")
    func newestCheckpoint() throws {
        try withTemporaryFolder { folder in
            let model = Watched()
            let trainer = try Trainer.quiet(.epochs(2), validation: .every(1), checkpoints: .in(folder))
            try trainer.fit(model, SmallData())
            _ = try noGrad { try model.network.parameters()[0].zero_() }
            try trainer.test(model, SmallData())
            #expect(model.setupCount == 1 && model.loadCount == 0)
            #expect(model.testScores["loss"] == model.validationScores["loss"])
        }
    }

    // MARK: Nothing to test

    private func error(_ trainer: Trainer, _ model: SmallModel) -> String {
        let error = #expect(throws: ConfigurationError.self) { try trainer.test(model, PredictableData()) }
        #expect(throws: ConfigurationError.self) { _ = try trainer.predict(model, PredictableData()) }
        #expect(model.testScores.isEmpty)
        return error?.description ?? ""
    }

    @Test("a model that was neither trained nor loaded is an error that says what to do")
    func fresh() throws {
        let text = error(try .quiet(), Watched())
        #expect(text.contains("the model has not been trained in this process"), "\(text)")
        #expect(text.contains("the trainer has no checkpoint folder"), "\(text)")
        #expect(text.contains("Watched does not override loadForTesting()"), "\(text)")
    }

    @Test("the weights of a training that failed are not tested")
    func failed() throws {
        final class Failing: Watched {
            override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws {
                try super.trainStep(batch, state: state)
                if state.globalIteration == 3 { throw CancellationError() }
            }
        }
        let (model, trainer) = (Failing(), try Trainer.quiet())
        #expect(throws: CancellationError.self) { try trainer.fit(model, SmallData()) }
        #expect(error(trainer, model).contains("the last training of the model"))
    }

    @Test("weights of which a checkpoint replaced some, and then could not be loaded, are not tested")
    func halfRestored() throws {
        final class HalfRestored: Watched {
            var fails = false
            override func loadStateDict(_ state: StateDict, fastInit: Bool) throws {
                try super.loadStateDict(state, fastInit: fastInit)
                if fails { throw CancellationError() }
            }
        }
        try withTemporaryFolder { (folder: URL) throws in
            let (model, saving) = (HalfRestored(), try Trainer.quiet(.epochs(1), checkpoints: .in(folder)))
            try saving.fit(model, SmallData())
            model.fails = true
            let file = try #require(saving.lastCheckpoint)
            let trainer = try Trainer.quiet()
            #expect(throws: CheckpointError.self) {
                try trainer.test(model, PredictableData(), checkpoint: file)
            }
            #expect(error(trainer, model).contains("the loading of its checkpoint"))
        }
    }

    @Test("those of a fast run and of the search for a learning rate are not tested, after a training neither")
    func trials() throws {
        let (model, trainer) = (Watched(), try Trainer.quiet())
        try trainer.fastRun(model, SmallData())
        model.testScores = [:]
        #expect(error(trainer, model).contains("a fast run or a search"))
        try trainer.fit(model, SmallData())
        let text = try trainer.printedText { try trainer.findLearningRate(model, SmallData(), steps: 3) }
        #expect(text.contains("starts again from new weights"))
        #expect(error(trainer, model).contains("a fast run or a search"))
    }

    @Test("a checkpoint folder that does not exist is an error with the name that may have been meant")
    func missingFolder() throws {
        try withTemporaryFolder { folder in
            let model = Watched()
            let root = folder.appending(path: "checkpoints")
            try Trainer.quiet(.epochs(1), checkpoints: .in(root)).fit(model, SmallData())
            let weights = try copy(of: model.network)
            let trainer = try Trainer.quiet(checkpoints: .in(folder.appending(path: "checkpoint")))
            let error = #expect(throws: CheckpointError.self) { try trainer.test(model, SmallData()) }
            #expect(error?.reason.contains("does not exist; did you mean 'checkpoints'?") == true)
            try expectUnchanged(model.network, weights)
            // A folder without the model's checkpoints names the model that has some.
            let other = Watched()
            other.saveName = "smal"
            #expect(self.error(try .quiet(checkpoints: .in(root)), other).contains("did you mean 'small'?"))
        }
    }

    // MARK: Loaded by the model

    @Test("what loadForTesting loads is tested, whether or not it calls the default", arguments: [false, true])
    func loadedByModel(callsSuper: Bool) throws {
        final class Loading: SmallModel {
            var callsSuper = false
            override func loadForTesting() throws {
                if callsSuper { try super.loadForTesting() }
                try noGrad { for parameter in try network.parameters() { try parameter.fill_(0.5) } }
            }
        }
        let model = Loading()
        model.callsSuper = callsSuper
        let trainer = try Trainer(.epochs(1), device: .cpu, display: .progress)
        let text = try trainer.printedText { try trainer.test(model, SmallData()) }
        #expect(text.contains("testing what Loading.loadForTesting() loaded"), "\(text)")
        #expect(model.testScores["loss"] != nil)
    }

    @Test("an override that does nothing says that setup has loaded the weights")
    func emptyOverride() throws {
        final class Pretrained: SmallModel {
            override func loadForTesting() {}
        }
        let model = Pretrained()
        try Trainer.quiet().test(model, SmallData())
        #expect(model.testScores["loss"] != nil)
    }

    // MARK: Checkpoints by name

    @Test("a line says what is tested, and the log has it")
    func line() throws {
        try withTemporaryFolder { folder in
            func trainer(_ root: URL?) throws -> Trainer {
                try Trainer(
                    .epochs(2), checkpoints: root.map { .in($0, every: 1) }, logs: .in(folder), device: .cpu,
                    display: .progress)
            }
            let root = folder.appending(path: "checkpoints")
            let model = Watched()
            try trainer(root).fit(model, SmallData())
            let file = root.appending(path: "small/small_epoch_1_iter_6.pth")
            let plain = try trainer(nil)
            let texts = try [
                plain.printedText { try plain.test(model, SmallData()) },
                plain.printedText { try plain.test(model, SmallData(), checkpoint: file) },
                plain.printedText { try plain.test(model, SmallData()) },
            ]
            let lines = [
                "testing the weights that this process trained (epoch 2, iteration 12)",
                "testing \(file.path) (epoch 1, iteration 6)",
                "testing the weights of \(file.path), loaded before (epoch 1, iteration 6)",
            ]
            let log = try String(contentsOf: folder.appending(path: "small.log"), encoding: .utf8)
            for (text, line) in zip(texts, lines) {
                #expect(text.contains(line + "\n"), "\(text)")
                #expect(log.contains("info " + line + "\n"), "\(log)")
            }
            #expect(model.setupCount == 1)
        }
    }

    @Test("the newest can be asked for, and is an error if there is none")
    func newest() throws {
        try withTemporaryFolder { folder in
            let trainer = try Trainer.quiet(.epochs(1), checkpoints: .in(folder))
            let model = Watched()
            #expect(throws: ConfigurationError.self) {
                try trainer.test(model, SmallData(), checkpoint: .newest)
            }
            try trainer.fit(model, SmallData())
            try trainer.test(Watched(), SmallData(), checkpoint: .newest)
            #expect(trainer.lastCheckpoint?.lastPathComponent == "small_epoch_1_iter_6.pth")
        }
    }

    @Test("the best can be asked for by the plug-in that keeps it, in another process too")
    func best() throws {
        final class Scored: Watched {
            override func onValidationEnd(validationCycle: Int) throws {
                try super.onValidationEnd(validationCycle: validationCycle)
                validationScores["score"] = [0.1, 0.9, 0.3][validationCycle]
            }
        }
        try withTemporaryFolder { folder in
            func trainer(_ ids: [String]) throws -> Trainer {
                let trainer = try Trainer.quiet(.epochs(3), validation: .every(1), checkpoints: .in(folder))
                for id in ids {
                    try trainer.register(BestCheckpoints(metric: "score", mode: .max, folder: id, id: id))
                }
                return trainer
            }
            let data = SmallData()
            let first = try trainer(["best"])
            let unsaved = #expect(throws: PluginError.self) {
                try first.test(Scored(), data, checkpoint: .best)
            }
            #expect(unsaved?.reason.contains("it has saved no checkpoint yet") == true)
            try first.fit(Scored(), data)
            for one in [first, try trainer(["best"]), try trainer(["other", "best"])] {
                let choice: CheckpointChoice = one.plugins.count == 1 ? .best : .bestOf(plugin: "best")
                try one.test(Scored(), data, checkpoint: choice)
                #expect(one.lastCheckpoint?.lastPathComponent == "best.pth")
                #expect(
                    try TorchFile.loadDictionary(#require(one.lastCheckpoint))
                        .dictionary("training_state").int("global_epoch") == 2)
            }
            for (ids, choice, text) in [
                ([], .best, "no BestCheckpoints is registered"),
                (["one", "two"], .best, ".bestOf(plugin:) among 'one', 'two'"),
            ] as [([String], CheckpointChoice, String)] {
                let error = #expect(throws: ConfigurationError.self) {
                    try trainer(ids).test(Scored(), data, checkpoint: choice)
                }
                #expect(error?.description.contains(text) == true)
            }
            let unknown = #expect(throws: PluginError.self) {
                try trainer(["best"]).test(Scored(), data, checkpoint: .bestOf(plugin: "bets"))
            }
            #expect(unknown?.reason.contains("did you mean 'best'?") == true)
        }
    }
}
