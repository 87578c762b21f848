import Foundation
import Helios
import TestSupport
import Testing

@Suite(.standardGenerator) struct TrainerTests {
    // MARK: Options

    @Test("a device that is not there is an error")
    func missingDevice() {
        #expect(throws: TorchError.self) { try Trainer.quiet(device: .cuda(99)) }
    }

    @Test("training without a length is an error that says what to give, and testing needs none")
    func noSteps() throws {
        let error = #expect(throws: ConfigurationError.self) { try Trainer.quiet(nil).fit(SmallModel(), SmallData()) }
        #expect(error?.description.contains("Trainer(.epochs(20))") == true)
        try Trainer.quiet(nil).test(ReadyModel(), SmallData())
    }

    @Test("a model or a data module without its parts is an error that names them")
    func unfinished() {
        #expect(throws: ConfigurationError.self) {
            try Trainer.quiet().fit(Model<LabeledBatch>(saveName: "none"), SmallData())
        }
        #expect(throws: DataError.self) { try Trainer.quiet().fit(SmallModel(), DataModule<LabeledBatch>()) }
    }

    @Test("folders that cannot be written are errors that name them")
    func unwritableFolders() throws {
        let below = URL(filePath: "/dev/null/below")
        let checkpoints = try Trainer.quiet(checkpoints: .in(below, every: 1))
        let error = #expect(throws: CheckpointError.self) { try checkpoints.fit(SmallModel(), SmallData()) }
        #expect(error?.path == "/dev/null/below/small")
        let logs = try Trainer.quiet(logs: .in(below))
        let logError = #expect(throws: LogFileError.self) { try logs.fit(SmallModel(), SmallData()) }
        #expect(logError?.path == "/dev/null/below/small.log")
    }

    @Test(
        "names that no file can have are errors before anything is done",
        arguments: [
            "", ".", "..", "a/b", "a\u{0}", String(repeating: "x", count: 201), String(repeating: "é", count: 101),
        ])
    func impossibleNames(_ name: String) throws {
        try withTemporaryFolder { folder in
            let data = SmallData()
            let checkpoints = try Trainer.quiet(checkpoints: .in(folder))
            let error = #expect(throws: ConfigurationError.self) {
                try checkpoints.fit(Model<LabeledBatch>(saveName: name), data)
            }
            #expect(error?.description.contains("saveName") == true)
            #expect(throws: ConfigurationError.self) { try checkpoints.test(Model(saveName: name), data) }
            let logs = try Trainer(.epochs(1), logs: .in(folder, name: name))
            #expect(throws: ConfigurationError.self) { try logs.fit(SmallModel(), data) }
            #expect(folder.filesBelow.isEmpty)
        }
    }

    @Test("the greatest numbers are numbers like others", arguments: TrainingUnit.allCases)
    func extremes(unit: TrainingUnit) throws {
        final class Satisfied: SmallModel {
            override func shouldTrainingStop() -> Bool { losses.count >= 8 }
        }
        let trainer = try Trainer.quiet(
            .of(unit, .max), validation: .every(.max, stopAfter: .max), accumulation: .batches(.max),
            logs: .every(.max), seed: .max)
        #expect(try trainer.fit(Satisfied(), SmallData()).state.globalIteration == 8)
    }

    // MARK: How training ends

    @Test("by epoch it trains as many epochs as were asked for")
    func byEpoch() throws {
        let result = try Trainer.quiet(.epochs(3)).fit(SmallModel(), SmallData())
        #expect(result.outcome == .completed)
        #expect(result.state.globalEpoch == 3)
        #expect(result.state.globalIteration == 18)
        #expect(result.state.datasetIter == 0)
    }

    @Test("by iteration it stops at the iteration, also in the middle of an epoch")
    func byIteration() throws {
        let result = try Trainer.quiet(.iterations(10)).fit(SmallModel(), SmallData())
        #expect(result.outcome == .completed)
        #expect(result.state.currentIteration == 10)
        #expect(result.state.globalEpoch == 2)
        #expect(result.state.datasetIter == 4)
    }

    @Test("accumulated batches count as one iteration")
    func accumulation() throws {
        let result = try Trainer.quiet(.iterations(4), accumulation: .batches(3)).fit(SmallModel(), SmallData())
        #expect(result.state.currentIteration == 4)
        #expect(result.state.globalIteration == 12)
    }

    @Test("early stopping ends it after as many cycles without improvement", arguments: TrainingUnit.allCases)
    func earlyStopping(unit: TrainingUnit) throws {
        final class Stuck: SmallModel {
            override func haveMetricsImproved() -> Bool { false }
        }
        let trainer = try Trainer.quiet(.unlimited(unit), validation: .every(2, stopAfter: 3))
        let result = try trainer.fit(Stuck(), SmallData())
        #expect(result.outcome == .stoppedEarly)
        #expect(result.state.validationCycles == 3)
        #expect(unit == .epoch ? result.state.globalEpoch == 6 : result.state.currentIteration == 6)
    }

    @Test("a training that stopped early stays stopped until it is given more cycles", arguments: TrainingUnit.allCases)
    func stoppedEarlyBefore(unit: TrainingUnit) throws {
        final class Stuck: SmallModel {
            override func haveMetricsImproved() -> Bool { false }
        }
        try withTemporaryFolder { folder in
            func train(_ cycles: Int) throws -> (FitResult, Int) {
                let model = Stuck()
                let trainer = try Trainer.quiet(
                    .unlimited(unit), validation: .every(1, stopAfter: cycles), checkpoints: .in(folder, every: 1))
                return (try trainer.fit(model, SmallData()), model.losses.count)
            }
            let (first, firstCount) = try train(2)
            let (again, count) = try train(2)
            let (more, moreCount) = try train(3)
            #expect(first.outcome == .stoppedEarly && again.outcome == .stoppedEarly && more.outcome == .stoppedEarly)
            #expect(firstCount == (unit == .epoch ? 12 : 2) && count == 0)
            #expect(moreCount == (unit == .epoch ? 6 : 1))
        }
    }

    @Test("a training without a limit ends when the model says so", arguments: TrainingUnit.allCases)
    func modelStops(unit: TrainingUnit) throws {
        final class Satisfied: SmallModel {
            override func shouldTrainingStop() -> Bool { losses.count >= 8 }
        }
        let result = try Trainer.quiet(.unlimited(unit)).fit(Satisfied(), SmallData())
        #expect(result.outcome == .stoppedByModel)
        #expect(result.state.globalIteration == 8)
    }

    // MARK: Bad data

    @Test("data without samples are an error before anything is trained")
    func noSamples() {
        let data = SmallData()
        data.count = 0
        let model = SmallModel()
        let error = #expect(throws: DataError.self) { try Trainer.quiet().fit(model, data) }
        #expect(error?.description.contains("no samples") == true)
        #expect(model.losses.isEmpty)
    }

    @Test("a batch larger than the data is an error if it must be whole, and one batch if not")
    func largeBatch() throws {
        let data = SmallData()
        data.options = LoaderOptions(batchSize: 100, dropLast: true)
        #expect(throws: DataError.self) { try Trainer.quiet().fit(SmallModel(), data) }
        data.options = LoaderOptions(batchSize: 100)
        #expect(try Trainer.quiet(.epochs(2)).fit(SmallModel(), data).state.globalIteration == 2)
    }

    @Test("a wrong shape in the step is an error with the operation and the shapes")
    func wrongShape() {
        final class Wrong: SmallModel {
            override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws {
                lossItems["loss"] = try network(batch.inputs.flatten(startDim: 1))
            }
        }
        let error = #expect(throws: TorchError.self) { try Trainer.quiet().fit(Wrong(), SmallData()) }
        #expect(error?.description.contains("[4, 9]") == true, "\(error?.description ?? "")")
    }

    @Test("a loss that is not finite is an error with the step", arguments: [Double.nan, .infinity])
    func nonFiniteLoss(value: Double) throws {
        final class Diverging: SmallModel {
            let value: Double
            init(_ value: Double) {
                self.value = value
                super.init()
            }
            override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws {
                lossItems["loss"] = try Tensor.full([], state.globalIteration == 8 ? value : 1)
            }
        }
        let error = #expect(throws: NonFiniteLossError.self) {
            try Trainer.quiet().fit(Diverging(value), SmallData())
        }
        #expect(error?.state.globalIteration == 8)
        #expect(error?.description.contains("in iteration 8 (epoch 2, batch 2)") == true)
    }

    // MARK: Errors

    @Test("after an error the next run starts afresh")
    func runAfterError() throws {
        let data = SmallData()
        data.count = 0
        let trainer = try Trainer.quiet(.epochs(1))
        #expect(throws: DataError.self) { try trainer.fit(SmallModel(), data) }
        data.count = 22
        #expect(try trainer.fit(SmallModel(), data).state.globalIteration == 6)
    }

    @Test("an error of cleaning up is thrown, and does not clean up again")
    func teardownError() throws {
        struct Trouble: Error {}
        final class Failing: DataModule<LabeledBatch> {
            var count = 0
            override func setup() throws {
                let dataset = try TensorDataset(inputs: Tensor.zeros([4, 1, 3, 3]), targets: Tensor([0, 1, 2, 0]))
                try addTrainPhase(dataset)
            }
            override func teardown() throws {
                count += 1
                throw Trouble()
            }
        }
        try withTemporaryFolder { folder in
            let data = Failing()
            let trainer = try Trainer.quiet(.epochs(1), logs: .in(folder))
            #expect(throws: Trouble.self) { try trainer.fit(SmallModel(), data) }
            #expect(data.count == 1)
            let log = try String(contentsOf: folder.appending(path: "small.log"), encoding: .utf8)
            #expect(log.contains("error cleaning up after training failed: Trouble"))
        }
    }

    @Test("a second training of the same model starts with clear tables and no checkpoint of the first")
    func secondFit() throws {
        final class Watching: SmallModel {
            override func onTrainingStart() {
                #expect(runningLosses.isEmpty && lossItems.isEmpty && lastLosses.isEmpty && validationScores.isEmpty)
            }
        }
        try withTemporaryFolder { folder in
            let (model, data) = (Watching(), SmallData())
            let trainer = try Trainer.quiet(.epochs(1), validation: .every(1), checkpoints: .in(folder, every: 1))
            try trainer.fit(model, data)
            let losses = model.losses
            model.runningLosses["loss"] = 3
            try FileManager.default.removeItem(at: folder.appending(path: "small"))
            try trainer.fit(model, data)
            #expect(model.losses == losses + losses)
            try trainer.test(model, data)
            #expect(model.validationScores["loss"] != nil && model.testScores["loss"] != nil)
        }
    }

    // MARK: Validation and testing

    @Test("validation and testing run in evaluation mode without gradients, and training continues in training mode")
    func modes() throws {
        final class Watching: SmallModel {
            override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws {
                #expect(network.isTraining && isGradEnabled)
                try super.trainStep(batch, state: state)
            }
            override func validStep(_ batch: LabeledBatch, step: Int) throws {
                #expect(!network.isTraining && !isGradEnabled)
                try super.validStep(batch, step: step)
            }
            override func testStep(_ batch: LabeledBatch, step: Int) throws {
                #expect(!network.isTraining && !isGradEnabled)
                try super.testStep(batch, step: step)
            }
        }
        let model = Watching()
        try Trainer.quiet(.iterations(8), validation: .every(3)).fit(model, SmallData())
        #expect(model.validationScores["loss"] != nil)
        try Trainer.quiet().test(model, SmallData())
        #expect(model.testScores["loss"] != nil)
    }

    @Test("testing takes the networks of the newest checkpoint")
    func testing() throws {
        try withTemporaryFolder { folder in
            let trained = SmallModel()
            try Trainer.quiet(.epochs(2), checkpoints: .in(folder, every: 1)).fit(trained, SmallData())
            let tested = SmallModel()
            let trainer = try Trainer.quiet(checkpoints: .in(folder))
            try trainer.test(tested, SmallData())
            #expect(trainer.lastCheckpoint?.lastPathComponent == "small_epoch_2_iter_12.pth")
            #expect(tested.optimizer == nil)
            try expectSameState(tested.network, trained.network)
        }
    }

    @Test("the same seed trains the same weights, another one others")
    func seeds() throws {
        func train(_ seed: UInt64) throws -> SmallModel {
            let model = SmallModel()
            try Trainer.quiet(seed: seed).fit(model, SmallData())
            return model
        }
        let (first, second, other) = (try train(1), try train(1), try train(2))
        try expectSameState(first.network, second.network)
        #expect(first.losses == second.losses)
        #expect(first.losses != other.losses)
    }

    @Test("after a run nothing holds the model and its data, and the plug-ins go with the trainer")
    func noCycles() throws {
        weak var model: SmallModel?
        weak var network: Sequential?
        weak var optimizer: SGD?
        weak var data: SmallData?
        weak var trainer: Trainer?
        weak var plugin: Plugin?
        try withTemporaryFolder { folder in
            let ownTrainer = try Trainer(
                .epochs(2), validation: .every(1, sanityCheck: 1), checkpoints: .in(folder, every: 1),
                logs: .in(folder), device: .cpu, display: .nothing, diagnostics: [.nanGuard])
            try ownTrainer.register(EMA())
            try ownTrainer.register(EarlyStopping(metric: "loss", mode: .min))
            try ownTrainer.register(BestCheckpoints(metric: "loss", mode: .min))
            try ownTrainer.register(LearningRateMonitor())
            (trainer, plugin) = (ownTrainer, ownTrainer.plugins.first)
            do {
                let (ownModel, ownData) = (SmallModel(), SmallData())
                try ownTrainer.findLearningRate(ownModel, ownData, steps: 5)
                try ownTrainer.fit(ownModel, ownData)
                (model, network, optimizer) = (ownModel, ownModel.network, ownModel.optimizer)
                data = ownData
                try ownTrainer.test(ownModel, ownData)
            }
            #expect(model == nil && optimizer == nil && data == nil)
        }
        #expect(network == nil && trainer == nil && plugin == nil)
    }
}

/// Records an issue if the two networks differ in any bit of their states.
func expectSameState(_ left: Module, _ right: Module, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let (state, expected) = (try left.stateDict(), try right.stateDict())
    #expect(state.keys == expected.keys, sourceLocation: sourceLocation)
    for name in expected.names {
        try expectSameBits(
            state.tensor(.string(name)), expected.tensor(.string(name)), name, sourceLocation: sourceLocation)
    }
}
