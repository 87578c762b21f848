import Foundation
import Helios
import TestSupport
import Testing

/// Trainings that something asks to stop before their minimum. An epoch of `SmallData` has six batches.
@Suite(.standardGenerator) struct MinimumLengthTests {
    typealias Length = TrainerOptions.Length

    /// Wants to stop from a batch on.
    private final class Tired: SmallModel {
        override func shouldTrainingStop() -> Bool { (trainer?.state.globalIteration ?? 0) >= 4 }
    }

    private final class Worse: SmallModel {
        override func haveMetricsImproved() -> Bool { false }
    }

    @Test(
        "the model ends the training as soon as the minimum is reached",
        arguments: [
            (Length.epochs(3), 4), (.epochs(3, atLeast: .epochs(2)), 12), (.epochs(3, atLeast: .iterations(7)), 7),
            (.epochs(3, atLeast: .iterations(2)), 4), (.iterations(12, atLeast: .iterations(7)), 7),
            (.unlimited(.iteration, atLeast: .iterations(9)), 9), (.unlimited(atLeast: .epochs(1)), 6),
        ])
    func model(length: Length, end: Int) throws {
        let result = try Trainer.quiet(length).fit(Tired(), SmallData())
        #expect(result.outcome == .stoppedByModel && result.state.globalIteration == end)
    }

    @Test(
        "so does early stopping",
        arguments: [
            (Length.epochs(5), 1), (.epochs(5, atLeast: .epochs(3)), 3), (.epochs(5, atLeast: .iterations(13)), 3),
            (.iterations(5, atLeast: .iterations(4)), 4), (.epochs(5, atLeast: .epochs(5)), 5),
        ])
    func earlyStopping(length: Length, cycles: Int) throws {
        let result = try Trainer.quiet(length, validation: .every(1, stopAfter: 1)).fit(Worse(), SmallData())
        #expect(result.state.validationCycles == cycles)
        #expect(result.outcome == .stoppedEarly)
    }

    @Test("a score that has become better before the minimum lets the training continue")
    func recovered() throws {
        func cycles(_ minimum: Length.Minimum?) throws -> Int {
            let trainer = try Trainer.quiet(.epochs(5, atLeast: minimum), validation: .every(1))
            try trainer.register(EarlyStopping(metric: "score", mode: .min, patience: 1))
            let result = try trainer.fit(ScoredModel([2, 3, 1, 1, 0]), SmallData())
            #expect(result.outcome == .stoppedByPlugin(id: "early-stopping"))
            return result.state.validationCycles
        }
        #expect(try cycles(nil) == 2)
        #expect(try cycles(.epochs(2)) == 2)
        #expect(try cycles(.epochs(3)) == 4)
    }

    @Test("what comes from outside ends it at once")
    func interrupted() throws {
        let model = StoppingModel()
        model.stopsAfter = 2
        let result = try Trainer.quiet(.epochs(3, atLeast: .epochs(2))).fit(model, SmallData())
        #expect(result.outcome == .interrupted(.request) && result.state.globalIteration == 2)
        let limited = try Trainer.quiet(.epochs(3, atLeast: .epochs(2), timeLimit: .nanoseconds(1)))
            .fit(SmallModel(), SmallData())
        #expect(limited.outcome == .interrupted(.timeLimit) && limited.state.globalIteration == 1)
    }

    @Test("the log says once that a stop was deferred, also over several runs, and the bits are those of one run")
    func resumes() throws {
        final class TiredLearner: StoppingModel {
            override func shouldTrainingStop() -> Bool { (trainer?.state.globalIteration ?? 0) >= 2 }
        }
        try withTemporaryFolder { folder in
            func trainer(_ folder: URL) throws -> Trainer {
                try Trainer.quiet(
                    .epochs(3, atLeast: .iterations(8)), checkpoints: .in(folder, every: 1), logs: .in(folder))
            }
            func train(stopsAfter: Int?) throws -> FitResult {
                let model = TiredLearner()
                model.stopsAfter = stopsAfter
                return try trainer(folder).fit(model, SmallData())
            }
            #expect(try train(stopsAfter: 4).outcome == .interrupted(.request))
            #expect(try train(stopsAfter: nil).state.globalIteration == 8)
            let log = try String(contentsOf: folder.appending(path: "small.log"), encoding: .utf8)
            let note = "training would have been stopped by the model, and continues: it has atLeast: .iterations(8)"
            #expect(log.components(separatedBy: note).count == 2, "\(log)")
        }
    }

    @Test("a training that was stopped continues if its minimum has become greater")
    func greaterMinimum() throws {
        try withTemporaryFolder { folder in
            func train(_ minimum: Length.Minimum?) throws -> FitResult {
                try Trainer.quiet(
                    .epochs(4, atLeast: minimum), validation: .every(1, stopAfter: 1), checkpoints: .in(folder)
                ).fit(Worse(), SmallData())
            }
            let minima: [Length.Minimum?] = [nil, .epochs(1), .epochs(3)]
            let epochs = try minima.map { try train($0).state.globalEpoch }
            #expect(epochs == [1, 1, 3])
        }
    }

    @Test("a minimum that the epochs do not have is an error at the start, and one that nothing needs is warned of")
    func senseless() throws {
        let model = Tired()
        let error = #expect(throws: ConfigurationError.self) {
            try Trainer.quiet(.epochs(2, atLeast: .iterations(13))).fit(model, SmallData())
        }
        #expect(error?.description == "atLeast: .iterations(13) is more than the training has: 12 iterations")
        #expect(model.losses.isEmpty)
        func warns(_ model: SmallModel, _ validation: TrainerOptions.Validation? = .never) throws -> Bool {
            let trainer = try Trainer.quiet(.epochs(1, atLeast: .iterations(2)), validation: validation)
            return try trainer.printedText { try trainer.fit(model, SmallData()) }.contains("has no effect")
        }
        #expect(try warns(SmallModel()))
        #expect(try !warns(Tired()))
        #expect(try !warns(Worse(), .every(1, stopAfter: 1)))
    }
}
