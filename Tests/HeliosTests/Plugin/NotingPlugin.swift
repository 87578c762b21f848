import Foundation
import Helios

/// What was called, in order.
final class Calls {
    var list: [String] = []
}

/// Notes every hook that is called, behind its id, and fails in one of them if that is wanted.
class NotingPlugin: BatchPlugin<LabeledBatch> {
    let calls: Calls
    var failing: String?
    var wanted: ExtraCheckpoint?
    private let claimed: PluginOverrides

    init(_ id: String, _ calls: Calls = Calls(), overrides: PluginOverrides = []) {
        self.calls = calls
        claimed = overrides
        super.init(id: id)
    }

    override var overrides: PluginOverrides { claimed }

    private func note(_ hook: String) throws {
        calls.list.append("\(id).\(hook)")
        if failing == hook { throw Trouble(hook: "\(id).\(hook)") }
    }

    override func configure(_ options: inout TrainerOptions) throws { try note("configure trainer") }
    override func configure(_ model: any AnyModel) throws { try note("configure model") }
    override func setup() throws { try note("setup") }
    override func teardown() throws { try note("teardown") }
    override func stateDict() throws -> StateDict {
        try note("stateDict")
        return ["calls": .int(calls.list.count)]
    }
    override func loadStateDict(_ state: StateDict) throws { try note("loadStateDict") }
    override func onTrainingStart() throws { try note("onTrainingStart") }
    override func onTrainingEpochStart(currentEpoch: Int) throws { try note("onTrainingEpochStart") }
    override func onTrainingBatchStart(state: TrainingState) throws { try note("onTrainingBatchStart") }
    override func onTrainingBatchEnd(state: TrainingState, shouldLog: Bool) throws { try note("onTrainingBatchEnd") }
    override func onTrainingEpochEnd(currentEpoch: Int) throws { try note("onTrainingEpochEnd") }
    override func onTrainingEnd() throws { try note("onTrainingEnd") }
    override func onValidationStart(validationCycle: Int) throws { try note("onValidationStart") }
    override func onValidationEnd(validationCycle: Int) throws { try note("onValidationEnd") }
    override func onScores(_ scores: Scores, state: TrainingState) throws { try note("onScores") }
    override func onEvaluationStart(_ phase: BatchPhase) throws { try note("onEvaluationStart") }
    override func onEvaluationEnd(_ phase: BatchPhase) throws { try note("onEvaluationEnd") }
    override func shouldTrainingStop() throws -> Bool {
        try note("shouldTrainingStop")
        return false
    }
    override func extraCheckpoint(state: TrainingState) throws -> ExtraCheckpoint? {
        try note("extraCheckpoint")
        return wanted
    }
    override func onExtraCheckpointSaved(_ file: URL) throws { try note("onExtraCheckpointSaved") }
    override func onTestingStart() throws { try note("onTestingStart") }
    override func onTestingEnd() throws { try note("onTestingEnd") }

    override func processTrainingBatch(_ batch: LabeledBatch, state: TrainingState) throws -> LabeledBatch {
        try note("processTrainingBatch")
        return batch
    }
    override func processValidationBatch(_ batch: LabeledBatch, step: Int) throws -> LabeledBatch {
        try note("processValidationBatch")
        return batch
    }
    override func processTestingBatch(_ batch: LabeledBatch, step: Int) throws -> LabeledBatch {
        try note("processTestingBatch")
        return batch
    }
}

/// What a hook throws in a test.
struct Trouble: Error, Equatable {
    let hook: String
}

/// A model that notes its hooks in the same list.
final class NotingModel: SmallModel {
    let calls: Calls

    init(_ calls: Calls) {
        self.calls = calls
        super.init()
    }

    override func setup(fastInit: Bool) throws {
        calls.list.append("setup")
        try super.setup(fastInit: fastInit)
    }
    override func loadStateDict(_ state: StateDict, fastInit: Bool) throws {
        calls.list.append("loadStateDict")
        try super.loadStateDict(state, fastInit: fastInit)
    }
    override func stateDict() throws -> StateDict {
        calls.list.append("stateDict")
        return try super.stateDict()
    }
    override func onTrainingStart() { calls.list.append("onTrainingStart") }
    override func onTrainingEpochStart(currentEpoch: Int) { calls.list.append("onTrainingEpochStart") }
    override func onTrainingBatchStart(state: TrainingState) throws {
        calls.list.append("onTrainingBatchStart")
        try super.onTrainingBatchStart(state: state)
    }
    override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws {
        calls.list.append("trainStep")
        try super.trainStep(batch, state: state)
    }
    override func onTrainingBatchEnd(state: TrainingState, shouldLog: Bool) throws {
        calls.list.append("onTrainingBatchEnd")
        try super.onTrainingBatchEnd(state: state, shouldLog: shouldLog)
    }
    override func onTrainingEpochEnd(currentEpoch: Int) { calls.list.append("onTrainingEpochEnd") }
    override func onTrainingEnd() { calls.list.append("onTrainingEnd") }
    override func eval() throws {
        calls.list.append("eval")
        try super.eval()
    }
    override func onValidationStart(validationCycle: Int) throws {
        calls.list.append("onValidationStart")
        try super.onValidationStart(validationCycle: validationCycle)
    }
    override func validStep(_ batch: LabeledBatch, step: Int) throws {
        calls.list.append("validStep")
        try super.validStep(batch, step: step)
    }
    override func onValidationEnd(validationCycle: Int) throws {
        calls.list.append("onValidationEnd")
        try super.onValidationEnd(validationCycle: validationCycle)
    }
    override func haveMetricsImproved() -> Bool {
        calls.list.append("haveMetricsImproved")
        return true
    }
    override func shouldTrainingStop() -> Bool {
        calls.list.append("shouldTrainingStop")
        return false
    }
    override func onTestingStart() throws {
        calls.list.append("onTestingStart")
        try super.onTestingStart()
    }
    override func testStep(_ batch: LabeledBatch, step: Int) throws {
        calls.list.append("testStep")
        try super.testStep(batch, step: step)
    }
    override func onTestingEnd() { calls.list.append("onTestingEnd") }
}

/// A model whose validation finds what it is told: a score for each cycle, over and over.
class ScoredModel: SmallModel {
    let scores: [Double]
    let name: String

    init(_ scores: [Double], as name: String = "score") {
        self.scores = scores
        self.name = name
        super.init()
    }

    override func onValidationStart(validationCycle: Int) throws {
        try super.onValidationStart(validationCycle: validationCycle)
        validationScores[name] = scores[validationCycle % scores.count]
    }
}
