import TestSupport
import Testing

@testable import Helios

@Suite(.standardGenerator) struct ModelTests {
    @Test("losses are cleared before a step and added up after it")
    func losses() throws {
        let model = Model<Int>(saveName: "model")
        model.lossItems["old"] = try Tensor(1)
        try model.onTrainingBatchStart(state: TrainingState())
        #expect(model.lossItems.isEmpty)
        for loss in [1.5, 2] {
            model.lossItems["loss"] = try Tensor.full([], loss)
            try model.onTrainingBatchEnd(state: TrainingState(), shouldLog: false)
        }
        #expect(model.runningLosses == ["loss": 3.5])
        #expect(model.lastLosses == ["loss": 2])
    }

    @Test("tables are cleared when validation and testing start, running losses when validation ends")
    func tables() throws {
        let model = Model<Int>(saveName: "model")
        model.validationScores["a"] = 1
        model.testScores["b"] = 1
        model.runningLosses["c"] = 1
        try model.onValidationStart(validationCycle: 0)
        #expect(model.validationScores.isEmpty && !model.testScores.isEmpty && !model.runningLosses.isEmpty)
        try model.onValidationEnd(validationCycle: 0)
        #expect(model.runningLosses.isEmpty)
        try model.onTestingStart()
        #expect(model.testScores.isEmpty)
    }

    @Test("a loss of several numbers is an error that says so")
    func notANumber() throws {
        let model = Model<Int>(saveName: "model")
        model.lossItems["loss"] = try Tensor([1, 2])
        let error = #expect(throws: ConfigurationError.self) {
            try model.onTrainingBatchEnd(state: TrainingState(), shouldLog: false)
        }
        #expect(
            error?.description
                == "the loss 'loss' is int64[2], and a loss must be one number: take its mean, or its sum")
    }

    @Test("a complex loss is an error, whatever its imaginary part is, read now or later", arguments: [false, true])
    func complexLoss(postpones: Bool) throws {
        for imaginary in [0, 3, Double.nan] {
            let model = Model<Int>(saveName: "model")
            model.postponesLosses = postpones
            model.lossItems["z"] = try Tensor.full([], Scalar.complex(real: 1, imaginary: imaginary), dtype: .complex64)
            let error = #expect(throws: ConfigurationError.self) {
                try model.onTrainingBatchEnd(state: TrainingState(), shouldLog: false)
            }
            #expect(error?.description.contains("'z' is complex64[], and a loss must be real") == true)
        }
    }

    @Test("by default nothing stops, everything is saved, metrics improve and names stay")
    func decisions() throws {
        let model = Model<Int>(saveName: "model")
        #expect(try model.haveMetricsImproved() && model.shouldSaveCheckpoint())
        #expect(try !model.shouldTrainingStop() && !model.shouldAdvanceDatasetPhase())
        #expect(try model.appendMetadata(toCheckpointName: "a") == "a")
        #expect(try model.append(toBanner: "b") == "b")
        #expect(model.metrics.isEmpty)
    }

    @Test("the trained network's state is the network's own")
    func trainedState() throws {
        let model = SmallModel()
        try Trainer.quiet(.epochs(1)).fit(model, SmallData())
        #expect(try model.trainedStateDict().keys == model.network.stateDict().keys)
    }

    @Test("the number of steps in an epoch is known from setup on")
    func stepsPerEpoch() throws {
        final class Asking: SmallModel {
            var steps = 0
            override func setup(fastInit: Bool) throws {
                try super.setup(fastInit: fastInit)
                steps = try trainStepsPerEpoch()
            }
        }
        #expect(throws: ConfigurationError.self) { try SmallModel().trainStepsPerEpoch() }
        let model = Asking()
        let data = SmallData()
        try Trainer.quiet(.epochs(1)).fit(model, data)
        #expect(model.steps == 6)
    }

    @Test("a type can be named with its module, beside one of the same name")
    func moduleName() {
        struct Model {}
        let model: Helios.Model<LabeledBatch> = SmallModel()
        #expect(model.saveName == "small" && type(of: model) != Model.self)
    }
}
