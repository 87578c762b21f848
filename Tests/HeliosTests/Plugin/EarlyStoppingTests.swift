import Foundation
import Helios
import TestSupport
import Testing

@Suite(.standardGenerator) struct EarlyStoppingTests {
    /// Trains with these scores, and gives how many cycles there were, and why training ended.
    private func train(
        _ scores: [Double], _ plugin: EarlyStopping, unit: TrainingUnit = .epoch
    ) throws -> (cycles: Int, outcome: FitResult.Outcome) {
        let trainer = try Trainer.quiet(.of(unit, scores.count), validation: .every(1), data: .first(train: 1))
        try trainer.register(plugin)
        let result = try trainer.fit(ScoredModel(scores), SmallData())
        return (result.state.validationCycles, result.outcome)
    }

    @Test(
        "training ends after as many cycles without a better score as there is patience",
        arguments: TrainingUnit.allCases)
    func patience(unit: TrainingUnit) throws {
        let plugin = try EarlyStopping(metric: "score", mode: .min, patience: 2)
        let (cycles, outcome) = try train([3, 2, 2.5, 1, 1, 1.5, 0.5], plugin, unit: unit)
        #expect(cycles == 6)
        #expect(outcome == .stoppedByPlugin(id: "early-stopping"))
        #expect(plugin.reason == .noImprovement(cycles: 2))
        #expect(plugin.best == 1 && plugin.last == 1.5)
        #expect("\(try #require(plugin.reason))" == "has not become better for 2 validation cycles")
    }

    @Test("greater scores are better with mode .max")
    func greater() throws {
        let plugin = try EarlyStopping(metric: "score", mode: .max, patience: 2)
        #expect(try train([1, 2, 3, 2, 4, 3, 3, 9], plugin).cycles == 7)
        #expect(plugin.best == 4)
    }

    @Test("a score must be better by more than the delta, measured from the best")
    func minimumDelta() throws {
        let plugin = try EarlyStopping(metric: "score", mode: .min, patience: 2, minimumDelta: 0.5)
        // A creeping score: no step is large enough, and the second is not either.
        #expect(try train([3, 2.75, 2.5, 1], plugin).cycles == 3)
        #expect(plugin.best == 3)
        let other = try EarlyStopping(metric: "score", mode: .min, patience: 3, minimumDelta: 0.5)
        #expect(try train([3, 2.75, 2.25, 1], other).outcome == .completed)
        #expect(other.best == 1)
    }

    @Test("a score that reaches the target ends training at once", arguments: [2, 2.5])
    func target(score: Double) throws {
        let plugin = try EarlyStopping(metric: "score", mode: .max, target: 2)
        let (cycles, outcome) = try train([1, score, 3], plugin)
        #expect(cycles == 2 && outcome == .stoppedByPlugin(id: "early-stopping"))
        #expect(plugin.reason == .targetReached(score: score))
    }

    @Test("a score that is worse than what counts as training ends it at once")
    func divergence() throws {
        let plugin = try EarlyStopping(metric: "score", mode: .min, divergence: 10)
        #expect(try train([10, 11, 1], plugin).cycles == 2)
        #expect(plugin.reason == .diverged(score: 11))
    }

    @Test(
        "a score that is not finite ends training, unless checksFinite is false",
        arguments: [Double.nan, .infinity])
    func notFinite(score: Double) throws {
        let plugin = try EarlyStopping(metric: "score", mode: .min)
        #expect(try train([3, score, 1], plugin).cycles == 2)
        guard case .notFinite = plugin.reason else {
            Issue.record("\(String(describing: plugin.reason))")
            return
        }
        let lenient = try EarlyStopping(metric: "score", mode: .min, patience: 2, checksFinite: false)
        #expect(try train([score, 2, score, score], lenient).outcome == .stoppedByPlugin(id: "early-stopping"))
        #expect(lenient.best == 2)
    }

    @Test("options that make no sense are errors that name them")
    func options() {
        for (name, make) in [
            ("patience", { try EarlyStopping(metric: "score", mode: .min, patience: 0) }),
            ("minimumDelta", { try EarlyStopping(metric: "score", mode: .min, minimumDelta: -1) }),
            ("minimumDelta", { try EarlyStopping(metric: "score", mode: .min, minimumDelta: .nan) }),
            ("target", { try EarlyStopping(metric: "score", mode: .min, target: .nan) }),
            ("divergence", { try EarlyStopping(metric: "score", mode: .min, divergence: .nan) }),
            ("divergence", { try EarlyStopping(metric: "score", mode: .max, target: 1, divergence: 2) }),
        ] as [(String, () throws -> EarlyStopping)] {
            let error = #expect(throws: PluginError.self) { _ = try make() }
            #expect(error?.reason.contains(name) == true, "\(error?.reason ?? "")")
        }
    }

    @Test("a score that does not come up, and a training without validation, are errors")
    func noScore() throws {
        let plugin = try EarlyStopping(metric: "scores", mode: .min)
        let error = #expect(throws: PluginError.self) { try train([1], plugin) }
        #expect(error?.reason.contains("did you mean 'score'?") == true, "\(error?.reason ?? "")")
        let trainer = try Trainer.quiet(.epochs(1))
        try trainer.register(plugin)
        let model = SmallModel()
        let other = #expect(throws: PluginError.self) { try trainer.fit(model, SmallData()) }
        #expect(other?.reason.contains("without validation") == true)
        #expect(model.losses.isEmpty)
        // Which a test needs not.
        try trainer.test(ReadyModel(), SmallData())
    }

    @Test(
        "a run that was killed after any checkpoint, the last one too, stops where the other did",
        arguments: TrainingUnit.allCases)
    func resume(unit: TrainingUnit) throws {
        let scores = [3, 2, 2.5, 1, 1, 1.5, 0.5]
        try withTemporaryFolder { folder in
            func train(in name: String, patience: Int = 2) throws -> (FitResult, EarlyStopping) {
                let trainer = try Trainer.quiet(
                    .of(unit, 7), validation: .every(1), checkpoints: .in(folder.appending(path: name), every: 1),
                    data: .first(train: 2))
                let plugin = try EarlyStopping(metric: "score", mode: .min, patience: patience)
                try trainer.register(plugin)
                return (try trainer.fit(ScoredModel(scores), SmallData()), plugin)
            }
            let (whole, plugin) = try train(in: "whole")
            #expect(whole.outcome == .stoppedByPlugin(id: "early-stopping") && whole.state.validationCycles == 6)
            let checkpoints = folder.appending(path: "whole/small")
            let names = checkpoints.filesBelow
            #expect(names.count == 6)
            for name in names {
                let part = folder.appending(path: "\(name)/small")
                try FileManager.default.createDirectory(at: part, withIntermediateDirectories: true)
                try FileManager.default.copyItem(at: checkpoints.appending(path: name), to: part.appending(path: name))
                let (result, resumed) = try train(in: name)
                #expect(result.outcome == whole.outcome && result.state.validationCycles == 6)
                #expect(result.state.globalIteration == whole.state.globalIteration)
                #expect(flattened(resumed.stateDict()) == flattened(plugin.stateDict()))
            }
            // It is the scores that are kept, not the decision.
            #expect(try train(in: "whole", patience: 5).0.outcome == .completed)
        }
    }

    @Test("the state of another score is ignored, and the plug-in starts over")
    func otherMetric() throws {
        let plugin = try EarlyStopping(metric: "score", mode: .min, patience: 1)
        _ = try train([1, 2], plugin)
        for other in [
            try EarlyStopping(metric: "loss", mode: .min), try EarlyStopping(metric: "score", mode: .max),
        ] {
            try other.loadStateDict(plugin.stateDict())
            #expect(other.best == nil && other.reason == nil)
        }
        let same = try EarlyStopping(metric: "score", mode: .min, patience: 1)
        try same.loadStateDict(plugin.stateDict())
        #expect(same.reason == .noImprovement(cycles: 1))
        var damaged = plugin.stateDict()
        damaged["cycles_without_improvement"] = .int(.max)
        #expect(throws: StateDictError.self) { try same.loadStateDict(damaged) }
    }

    @Test("two of them watch two scores, and the log says which one ended training, and why")
    func two() throws {
        final class TwoScores: ScoredModel {
            override var metrics: Scores { ["always": 1] }
        }
        try withTemporaryFolder { folder in
            let trainer = try Trainer.quiet(.epochs(9), validation: .every(1), logs: .in(folder))
            try trainer.register(EarlyStopping(metric: "score", mode: .min, patience: 2, id: "first"))
            try trainer.register(EarlyStopping(metric: "always", mode: .max, patience: 2, id: "second"))
            let result = try trainer.fit(TwoScores([3, 2, 1, 0]), SmallData())
            #expect(result.outcome == .stoppedByPlugin(id: "second"))
            #expect(result.state.validationCycles == 3)
            let log = try String(contentsOf: folder.appending(path: "small.log"), encoding: .utf8)
            #expect(log.contains("second: always has not become better for 2 validation cycles"))
        }
    }
}
