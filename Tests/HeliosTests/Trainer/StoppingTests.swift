import Foundation
import Helios
import TestSupport
import Testing

/// How a training ends before its time: from outside, or with an error.
@Suite(.standardGenerator) struct StoppingTests {
    @Test("a time limit ends it after a step, with a checkpoint that it resumes from", arguments: TrainingUnit.allCases)
    func timeLimit(unit: TrainingUnit) throws {
        try withTemporaryFolder { folder in
            let steps: Int = unit == .epoch ? 1 : 6
            func trainer(_ limit: Duration?, in name: String) throws -> Trainer {
                try Trainer(
                    .of(unit, steps, timeLimit: limit), checkpoints: .in(folder.appending(path: name)), device: .cpu,
                    display: .nothing)
            }
            var losses: [Double] = []
            for step in 1...6 {
                let model = SmallModel()
                let result = try trainer(.nanoseconds(1), in: "parts").fit(model, SmallData())
                #expect(result.outcome == .interrupted(.timeLimit))
                #expect(result.state.globalIteration == step && model.losses.count == 1)
                losses += model.losses
            }
            let rest = SmallModel()
            #expect(try trainer(nil, in: "parts").fit(rest, SmallData()).outcome == .completed)
            let whole = SmallModel()
            #expect(try trainer(.seconds(600), in: "whole").fit(whole, SmallData()).outcome == .completed)
            #expect(rest.losses.isEmpty && losses == whole.losses)
            try expectSameState(rest.network, whole.network)
        }
    }

    @Test("without a checkpoint folder it ends all the same")
    func withoutFolder() throws {
        final class Impatient: SmallModel {
            var endCount = 0
            override func onTrainingBatchEnd(state: TrainingState, shouldLog: Bool) throws {
                try super.onTrainingBatchEnd(state: state, shouldLog: shouldLog)
                if state.globalIteration == 3 { trainer?.stop() }
            }
            override func onTrainingEnd() { endCount += 1 }
        }
        let model = Impatient()
        let data = SmallData()
        let trainer = try Trainer.quiet()
        let result = try trainer.fit(model, data)
        #expect(result.outcome == .interrupted(.request) && result.state.globalIteration == 3)
        #expect(model.endCount == 1 && data.teardownCount == 1)
        // A request is about one run.
        #expect(try trainer.fit(SmallModel(), SmallData()).outcome == .completed)
    }

    /// What throws.
    enum Place: String, CaseIterable {
        case setup, onTrainingStart, onTrainingEpochStart, onTrainingBatchStart, trainStep, onTrainingBatchEnd
        case onValidationStart, validStep, onValidationEnd, haveMetricsImproved, shouldTrainingStop
        case shouldSaveCheckpoint, onTrainingEpochEnd, shouldAdvanceDatasetPhase, onTrainingEnd
        case prepareData, dataSetup = "the data module's setup"
    }

    struct Trouble: Error, Equatable {
        let place: Place
    }

    @Test(
        "an error is logged with where it was thrown, everything is torn down, and it is thrown on",
        arguments: Place.allCases)
    func error(place: Place) throws {
        try withTemporaryFolder { folder in
            let trainer = try Trainer.quiet(
                validation: .every(1), checkpoints: .in(folder.appending(path: "checkpoints"), every: 1),
                logs: .in(folder))
            let data = FailingData(place)
            #expect(throws: Trouble(place: place)) { try trainer.fit(FailingModel(place), data) }
            #expect(data.teardownCount == 1)
            let log = try String(contentsOf: folder.appending(path: "small.log"), encoding: .utf8)
            let line = try #require(log.split(separator: "\n").last { $0.contains(" error ") })
            #expect(line.contains("error training failed in \(place.rawValue)"), "\(line)")
            #expect(line.contains("Trouble"), "\(line)")
            let position =
                switch place {
                case .onTrainingBatchStart, .trainStep, .onTrainingBatchEnd: ", epoch 1, iteration 2, batch 2:"
                case .onTrainingEpochStart: ", epoch 1, iteration 0:"
                case .shouldTrainingStop: ", epoch 1, iteration 1, batch 1:"
                case .validStep: ", batch 2 of the validation, epoch 1, iteration 6:"
                case .onValidationStart, .onValidationEnd, .haveMetricsImproved: ", epoch 1, iteration 6, batch 6:"
                case .shouldSaveCheckpoint, .onTrainingEpochEnd, .shouldAdvanceDatasetPhase: ", epoch 1, iteration 6:"
                case .onTrainingEnd: ", epoch 2, iteration 12:"
                case .setup, .onTrainingStart, .prepareData, .dataSetup: ":"
                }
            #expect(line.contains("failed in \(place.rawValue)\(position)"), "\(line)")
        }
    }

    @Test("an error in a test is logged with the batch")
    func testError() throws {
        final class FailingTest: ReadyModel {
            override func testStep(_ batch: LabeledBatch, step: Int) throws {
                if step == 1 { throw Trouble(place: .validStep) }
            }
        }
        try withTemporaryFolder { folder in
            let trainer = try Trainer.quiet(logs: .in(folder))
            #expect(throws: Trouble.self) { try trainer.test(FailingTest(), SmallData()) }
            let log = try String(contentsOf: folder.appending(path: "small.log"), encoding: .utf8)
            #expect(log.contains("error testing failed in testStep, batch 2 of the test: Trouble"), "\(log)")
        }
    }

    @Test("a run that is started inside another of the same trainer is an error, and the outer one fails with it")
    func nested() throws {
        final class Nesting: SmallModel {
            override func onTrainingEpochEnd(currentEpoch: Int) throws {
                try (trainer as? Trainer)?.test(self, SmallData())
            }
        }
        let trainer = try Trainer.quiet()
        let data = SmallData()
        let error = #expect(throws: ConfigurationError.self) { try trainer.fit(Nesting(), data) }
        #expect(error?.description.contains("testing") == true)
        #expect(data.teardownCount == 1)
        // The trainer can be used again.
        #expect(try trainer.fit(SmallModel(), SmallData()).outcome == .completed)
    }
}

/// Fails in one hook, at the second batch if it is called for each.
private final class FailingModel: SmallModel {
    private let place: StoppingTests.Place

    init(_ place: StoppingTests.Place) {
        self.place = place
        super.init()
    }

    private func fail(in place: StoppingTests.Place) throws {
        if place == self.place { throw StoppingTests.Trouble(place: place) }
    }

    override func setup(fastInit: Bool) throws {
        try super.setup(fastInit: fastInit)
        try fail(in: .setup)
    }
    override func onTrainingStart() throws { try fail(in: .onTrainingStart) }
    override func onTrainingEpochStart(currentEpoch: Int) throws { try fail(in: .onTrainingEpochStart) }
    override func onTrainingBatchStart(state: TrainingState) throws {
        if state.globalIteration == 2 { try fail(in: .onTrainingBatchStart) }
    }
    override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws {
        try super.trainStep(batch, state: state)
        if state.globalIteration == 2 { try fail(in: .trainStep) }
    }
    override func onTrainingBatchEnd(state: TrainingState, shouldLog: Bool) throws {
        try super.onTrainingBatchEnd(state: state, shouldLog: shouldLog)
        if state.globalIteration == 2 { try fail(in: .onTrainingBatchEnd) }
    }
    override func onValidationStart(validationCycle: Int) throws { try fail(in: .onValidationStart) }
    override func validStep(_ batch: LabeledBatch, step: Int) throws {
        if step == 1 { try fail(in: .validStep) }
    }
    override func onValidationEnd(validationCycle: Int) throws { try fail(in: .onValidationEnd) }
    override func haveMetricsImproved() throws -> Bool {
        try fail(in: .haveMetricsImproved)
        return true
    }
    override func shouldTrainingStop() throws -> Bool {
        try fail(in: .shouldTrainingStop)
        return false
    }
    override func shouldSaveCheckpoint() throws -> Bool {
        try fail(in: .shouldSaveCheckpoint)
        return true
    }
    override func shouldAdvanceDatasetPhase() throws -> Bool {
        try fail(in: .shouldAdvanceDatasetPhase)
        return false
    }
    override func onTrainingEpochEnd(currentEpoch: Int) throws { try fail(in: .onTrainingEpochEnd) }
    override func onTrainingEnd() throws { try fail(in: .onTrainingEnd) }
}

private final class FailingData: SmallData {
    private let place: StoppingTests.Place

    init(_ place: StoppingTests.Place) {
        self.place = place
    }

    override func prepareData() throws {
        if place == .prepareData { throw StoppingTests.Trouble(place: place) }
    }

    override func setup() throws {
        if place == .dataSetup { throw StoppingTests.Trouble(place: place) }
        try super.setup()
    }
}
