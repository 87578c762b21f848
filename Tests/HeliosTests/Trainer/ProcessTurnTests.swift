import Foundation
import Helios
import TestSupport
import Testing

@Suite(.standardGenerator) struct ProcessTurnTests {
    /// Does something in its third step.
    private final class Calling: SmallModel {
        var call: (() throws -> Void)?

        override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws {
            if state.globalIteration == 3 { try call?() }
            try super.trainStep(batch, state: state)
        }
    }

    /// What a thread leaves behind.
    private final class Outcome: @unchecked Sendable {
        var error: (any Error)?
    }

    /// Runs `body` in a thread of its own, and waits for it. Returns what it threw.
    private static func inAnotherThread(_ body: @escaping @Sendable () throws -> Void) -> (any Error)? {
        let (outcome, end) = (Outcome(), DispatchSemaphore(value: 0))
        Thread.detachNewThread {
            do { try body() } catch { outcome.error = error }
            end.signal()
        }
        end.wait()
        return outcome.error
    }

    @Test("while one thread trains, every kind of run of another is refused, and the first is not disturbed")
    func twoThreads() throws {
        let undisturbed = SmallModel()
        try Trainer.quiet().fit(undisturbed, SmallData())

        let attempts: [@Sendable () throws -> Void] = [
            { try Trainer.quiet().fit(SmallModel(), SmallData()) },
            { try Trainer.quiet().test(SmallModel(), SmallData()) },
            { _ = try Trainer.quiet().predict(SmallModel(), SmallData()) },
            { try Trainer.quiet().fastRun(SmallModel(), SmallData()) },
            { _ = try Trainer.quiet().findLearningRate(SmallModel(), SmallData()) },
            { _ = try Trainer.quiet().findBatchSize(SmallModel(), SmallData()) },
        ]
        let model = Calling()
        var errors: [(any Error)?] = []
        model.call = { errors = attempts.map(ProcessTurnTests.inAnotherThread) }
        try Trainer.quiet().fit(model, SmallData())
        #expect(errors.count == attempts.count)
        for error in errors {
            let message = (error as? ConfigurationError)?.description ?? "\(String(describing: error))"
            #expect(message.contains("the training of 'small' is under way in another thread"), "\(message)")
        }
        #expect(model.losses == undisturbed.losses)
        #expect(ProcessTurnTests.inAnotherThread(attempts[0]) == nil)
    }

    @Test("the trainer that is at work is refused to another thread, too")
    func sameTrainer() throws {
        final class Shared: @unchecked Sendable {
            let trainer: Trainer
            init(_ trainer: Trainer) { self.trainer = trainer }
        }
        let shared = Shared(try Trainer.quiet())
        let model = Calling()
        var error: (any Error)?
        model.call = {
            error = ProcessTurnTests.inAnotherThread { try shared.trainer.fit(SmallModel(), SmallData()) }
        }
        try shared.trainer.fit(model, SmallData())
        #expect((error as? ConfigurationError)?.description.contains("another thread") == true)
    }

    @Test("a run that fails gives the turn back")
    func failure() throws {
        struct Trouble: Error {}
        let model = Calling()
        model.call = { throw Trouble() }
        #expect(throws: Trouble.self) { try Trainer.quiet().fit(model, SmallData()) }
        #expect(
            ProcessTurnTests.inAnotherThread { try Trainer.quiet().fit(SmallModel(), SmallData()) } == nil)
    }

    @Test("a run of another trainer in a hook changes nothing of the one that it is in")
    func nested() throws {
        let alone = SmallModel()
        try Trainer.quiet().fit(alone, SmallData())
        let (outer, inner) = (Calling(), SmallModel())
        outer.call = { try Trainer.quiet(seed: 3).fit(inner, SmallData()) }
        try Trainer.quiet().fit(outer, SmallData())
        #expect(outer.losses == alone.losses)
        let other = SmallModel()
        try Trainer.quiet(seed: 3).fit(other, SmallData())
        #expect(inner.losses == other.losses)
    }

    @Test("a run in a hook of the trainer's own run is an error")
    func ownHook() throws {
        let trainer = try Trainer.quiet()
        let model = Calling()
        model.call = { try trainer.fit(SmallModel(), SmallData()) }
        let error = #expect(throws: ConfigurationError.self) { try trainer.fit(model, SmallData()) }
        #expect(error?.description.contains("in a hook of this trainer's own run") == true)
    }
}
