import Foundation
import TestSupport
import Testing

@testable import HeliosOptuna

/// The plug-in in a training of one number, which tells how good it is.
@Suite(.serialized, .needsOptuna, .standardGenerator) struct OptunaPluginTests {
    @Test("the scores of all cycles are reported once, under the name of a model that has the trial's number")
    func reports() async throws {
        try await inBackground {
            try withTemporaryFolder { folder in
                let study = try open(.test(folder))
                for number in 0..<2 {
                    let trial = try #require(try study.nextTrial())
                    let plugin = OptunaPlugin(trial, metricName: "distance")
                    let model = NumberModel(target: try plugin.suggest("target", .float(1...2)))
                    model.reports = plugin
                    let result = try Self.trainer(folder, plugin).fit(model, NumberData())
                    #expect(model.saveName == "number_trial-\(number)")
                    // A second run with the same trial does not add it again.
                    try Self.trainer(folder, plugin).fit(model, NumberData())
                    #expect(model.saveName == "number_trial-\(number)")
                    try study.tell(trial, .completed(plugin.value(of: result)))
                }
                for trial in try study.trials() {
                    #expect(trial.reports.map(\.cycle) == [0, 1, 2] && trial.reports.last?.value == trial.value)
                }
                let files = folder.filesBelow.filter { $0.hasSuffix(".pth") }
                #expect(files.contains { $0.contains("number_trial-0") } && files.contains { $0.contains("_trial-1") })
            }
        }
    }

    @Test("a trial that is pruned ends after its cycle, and stays pruned when it is resumed")
    func pruning() async throws {
        try await inBackground {
            try withTemporaryFolder { folder in
                let options = StudyOptions.test(
                    folder, pruner: .named("ThresholdPruner", ["upper": 0.01, "n_warmup_steps": 1]))
                for _ in 0..<2 {
                    let study = try open(options)
                    let trial = try #require(try study.nextTrial())
                    let plugin = OptunaPlugin(trial, metricName: "distance")
                    let model = NumberModel(target: try plugin.suggest("target", .float(1...2)))
                    let result = try Self.trainer(folder, plugin).fit(model, NumberData())
                    #expect(result.outcome == .stoppedByPlugin(id: "optuna") && result.state.validationCycles == 2)
                    #expect(throws: TrialPruned(number: 0)) { try plugin.checkPruned() }
                    #expect(throws: TrialPruned(number: 0)) { try plugin.value(of: result) }
                    // The program is killed before it tells the study.
                    study.close()
                }
            }
        }
    }

    @Test("an interrupted training ends the search, which resumes with the same trial")
    func interruption() async throws {
        try await inBackground {
            try withTemporaryFolder { folder in
                var outcomes: [Study.Outcome] = []
                for isInterrupted in [true, false] {
                    let study = try open(.test(folder))
                    outcomes.append(
                        try study.optimize(trials: 2) { trial in
                            let plugin = OptunaPlugin(trial, metricName: "distance")
                            let model = NumberModel(target: try plugin.suggest("target", .float(1...2)))
                            model.stops = isInterrupted && trial.number == 1
                            return try plugin.value(of: Self.trainer(folder, plugin).fit(model, NumberData()))
                        })
                    #expect(try study.trials().map(\.state) == [.complete, isInterrupted ? .running : .complete])
                    study.close()
                }
                #expect(outcomes == [.interrupted(trial: 1), .completed])
            }
        }
    }

    @Test("checkpoints of another study, or of other values, are not resumed from")
    func otherCheckpoints() async throws {
        try await inBackground {
            try withTemporaryFolder { folder in
                func train(_ name: String, _ suggests: Bool = true) throws {
                    let study = try open(.test(folder, name: name))
                    defer { study.close() }
                    let trial = try #require(try study.nextTrial())
                    let plugin = OptunaPlugin(trial, metricName: "distance")
                    if suggests { _ = try plugin.suggest("target", .float(1...2)) }
                    try Self.trainer(folder, plugin).fit(NumberModel(target: 1), NumberData())
                }
                try train("one")
                #expect(failure { try train("two") }.contains("is of trial 0 of another study than 'two'"))
            }
        }
    }

    @Test("a trainer that never validates, and a score that is not there, are said")
    func wrongTrainers() async throws {
        try await inBackground {
            try withTemporaryFolder { folder in
                let study = try open(.test(folder))
                let trial = try #require(try study.nextTrial())
                let trainer = try Trainer(.epochs(1), device: .cpu, display: .nothing)
                try trainer.register(OptunaPlugin(trial, metricName: "distance"))
                #expect(
                    failure { try trainer.fit(NumberModel(target: 1), NumberData()) }
                        .contains("it reports 'distance' of the validation: give the trainer validation: .every(1)"))
                let other = OptunaPlugin(trial, metricName: "distanze")
                #expect(
                    failure { try Self.trainer(folder, other).fit(NumberModel(target: 1), NumberData()) }
                        .contains("there is no score 'distanze' that is a number; there are: distance"))
            }
        }
    }

    private static func trainer(_ folder: URL, _ plugin: OptunaPlugin) throws -> Trainer {
        let trainer = try Trainer(
            .epochs(3), validation: .every(1), checkpoints: .in(folder.appending(path: "checkpoints"), every: 1),
            device: .cpu, display: .nothing)
        try trainer.register(plugin)
        return trainer
    }
}

/// Learns to map one to a number.
private final class NumberModel: Model<LabeledBatch> {
    var network: Linear!
    var optimizer: SGD!
    let target: Double
    var stops = false
    weak var reports: OptunaPlugin?

    init(target: Double) {
        self.target = target
        super.init(saveName: "number")
    }

    override func setup(fastInit: Bool) throws {
        network = Linear(1, 1)
        optimizer = try SGD(network.parameters(), learningRate: 0.01)
    }

    override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws {
        try minimize(optimizer) { try (network(batch.inputs) - target).pow(2).mean() }
        if stops, state.globalEpoch == 2 { trainer?.stop() }
    }

    override func validStep(_ batch: LabeledBatch, step: Int) throws {
        validationScores["distance"] = try (network(batch.inputs) - target).pow(2).mean().item(Double.self) + 1
    }

    override func onValidationEnd(validationCycle: Int) throws {
        try super.onValidationEnd(validationCycle: validationCycle)
        try reports?.report(cycle: validationCycle)
    }
}

private final class NumberData: DataModule<LabeledBatch> {
    override func setup() throws {
        let data = try TensorDataset(inputs: Tensor.ones([4, 1]), targets: Tensor([0, 1, 2, 3]))
        try addTrainPhase(data, LoaderOptions(batchSize: 2))
        try setValidation(data, LoaderOptions(batchSize: 4))
    }
}
