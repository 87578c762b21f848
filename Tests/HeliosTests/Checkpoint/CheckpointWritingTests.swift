import Foundation
import TestSupport
import Testing

@testable import Helios

/// What training and its files make of checkpoints that another thread writes.
@Suite(.standardGenerator) struct CheckpointWritingTests {
    private func trainer(
        _ unit: TrainingUnit, _ total: Int, _ writing: CheckpointWriteMode, in folder: URL
    ) throws -> Trainer {
        let trainer = try Trainer.quiet(
            .of(unit, total), validation: .every(1),
            checkpoints: .in(folder, every: 1, keeping: .last(4, every: 3), writing: writing))
        try trainer.register(BestCheckpoints(metric: "loss", mode: .min, keep: 2))
        try trainer.register(EarlyStopping(metric: "loss", mode: .min, patience: 100))
        return trainer
    }

    @Test("its files are those that training would have waited for", arguments: TrainingUnit.allCases)
    func sameFiles(unit: TrainingUnit) throws {
        try withTemporaryFolder { folder in
            let total: Int = unit == .epoch ? 8 : 15
            for writing in CheckpointWriteMode.allCases {
                let trainer = try trainer(unit, total, writing, in: folder.appending(path: writing.rawValue))
                try trainer.fit(SmallModel(), SmallData())
                let last = try #require(trainer.lastCheckpoint)
                #expect(
                    last.lastPathComponent == (unit == .epoch ? "small_epoch_8_iter_48" : "small_epoch_3_iter_15")
                        + ".pth")
            }
            let (sync, async) = (folder.appending(path: "sync"), folder.appending(path: "async"))
            #expect(async.filesBelow == sync.filesBelow)
            #expect(async.filesBelow.count >= 5)
            for name in sync.filesBelow {
                let (left, right) = (async.appending(path: name), sync.appending(path: name))
                try expectSameState(TorchFile.load(left), TorchFile.load(right), ignoring: ["average_iter_time"])
                // The pickle and the zip around it are of the same size too.
                #expect(try Data(contentsOf: left).count == Data(contentsOf: right).count)
            }
        }
    }

    @Test("cut at any step and gone on, it ends in the bits of one that was not", arguments: TrainingUnit.allCases)
    func resume(unit: TrainingUnit) throws {
        try withTemporaryFolder { folder in
            let total: Int = unit == .epoch ? 2 : 12
            let whole = SmallModel()
            try trainer(unit, total, .async, in: folder.appending(path: "whole")).fit(whole, SmallData())
            for stop in [1, 5, 6, 9] {
                let part = folder.appending(path: "\(stop)")
                let first = Interrupted(after: stop)
                #expect(
                    try trainer(unit, total, .async, in: part).fit(first, SmallData()).outcome == .interrupted(.request)
                )
                let rest = SmallModel()
                try trainer(unit, total, .async, in: part).fit(rest, SmallData())
                #expect(first.losses + rest.losses == whole.losses)
                try expectSameState(rest.network, whole.network)
            }
        }
    }

    private final class Interrupted: SmallModel {
        let stop: Int
        init(after stop: Int) {
            self.stop = stop
            super.init()
        }
        override func onTrainingBatchEnd(state: TrainingState, shouldLog: Bool) throws {
            try super.onTrainingBatchEnd(state: state, shouldLog: shouldLog)
            if losses.count == stop { trainer?.stop() }
        }
    }

    @Test("a failure is thrown at a later step or at the end, with the file and the reason", arguments: [12, 30])
    func failure(total: Int) throws {
        try withTemporaryFolder { folder in
            // A folder in the place of the file.
            let file = folder.appending(path: "small/small_epoch_2_iter_12.pth")
            try FileManager.default.createDirectory(
                at: file.appending(path: "inner"), withIntermediateDirectories: true)
            let trainer = try Trainer.quiet(.iterations(total), checkpoints: .in(folder, every: 6, writing: .async))
            let model = SmallModel()
            // Else the folder that is passed over would be all there is.
            try Trainer.quiet(.iterations(1), checkpoints: .in(folder.appending(path: "seed"), every: 1))
                .fit(SmallModel(), SmallData())
            try FileManager.default.copyItem(
                at: folder.appending(path: "seed/small/small_epoch_1_iter_1.pth"),
                to: folder.appending(path: "small/small_epoch_1_iter_1.pth"))
            let error = #expect(throws: CheckpointError.self) { try trainer.fit(model, SmallData()) }
            #expect(error == CheckpointError(path: file.path, reason: "cannot be written: it is a folder"))
            #expect(trainer.lastCheckpoint?.lastPathComponent == "small_epoch_1_iter_6.pth")
            #expect(model.losses.count <= 17, "not after the next checkpoint")
        }
    }

    @Test("if the model fails, the checkpoint before that is written to its end")
    func modelFails() throws {
        final class Failing: SmallModel {
            struct Failure: Error {}
            override func onTrainingBatchEnd(state: TrainingState, shouldLog: Bool) throws {
                try super.onTrainingBatchEnd(state: state, shouldLog: shouldLog)
                if losses.count == 7 { throw Failure() }
            }
        }
        try withTemporaryFolder { folder in
            let trainer = try Trainer.quiet(.iterations(12), checkpoints: .in(folder, every: 6, writing: .async))
            #expect(throws: Failing.Failure.self) { try trainer.fit(Failing(), SmallData()) }
            #expect(trainer.lastCheckpoint?.lastPathComponent == "small_epoch_1_iter_6.pth")
            #expect(folder.filesBelow == ["small/small_epoch_1_iter_6.pth"])
            _ = try CheckpointFolder.read(try #require(trainer.lastCheckpoint))
        }
    }

    @Test("a signal while one is written ends training after the step, with both checkpoints whole")
    func signal() throws {
        final class Signalled: SmallModel {
            override func onTrainingBatchStart(state: TrainingState) throws {
                try super.onTrainingBatchStart(state: state)
                if losses.count == 6 { raiseUnblocked(SIGINT) }
            }
        }
        try withTemporaryFolder { folder in
            let trainer = try Trainer.quiet(.iterations(12), checkpoints: .in(folder, every: 6, writing: .async))
            let result = try trainer.fit(Signalled(), SmallData())
            #expect(result.outcome == .interrupted(.signal(SIGINT)))
            #expect(folder.filesBelow == ["small/small_epoch_1_iter_6.pth", "small/small_epoch_2_iter_7.pth"])
            for name in folder.filesBelow { _ = try CheckpointFolder.read(folder.appending(path: name)) }
            #expect(trainer.lastCheckpoint?.lastPathComponent == "small_epoch_2_iter_7.pth")
        }
    }

    @Test("the newest checkpoint that a hook sees is there, whole")
    func lastCheckpointIsThere() throws {
        final class Looking: SmallModel {
            var seen: Set<String> = []
            override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws {
                if let file = trainer?.lastCheckpoint, seen.insert(file.lastPathComponent).inserted {
                    _ = try CheckpointFolder.read(file)
                }
                try super.trainStep(batch, state: state)
            }
            override func onTrainingEnd() throws {
                #expect(trainer?.lastCheckpoint?.lastPathComponent == "small_epoch_4_iter_20.pth")
            }
        }
        try withTemporaryFolder { folder in
            let trainer = try Trainer.quiet(.iterations(20), checkpoints: .in(folder, every: 1, writing: .async))
            let model = Looking()
            try trainer.fit(model, SmallData())
            #expect(model.seen.count > 3)
        }
    }
}

/// The threads that tests run on block most signals.
func raiseUnblocked(_ number: Int32) {
    var (signals, previous) = (sigset_t(), sigset_t())
    sigemptyset(&signals)
    sigaddset(&signals, number)
    pthread_sigmask(SIG_UNBLOCK, &signals, &previous)
    raise(number)
    pthread_sigmask(SIG_SETMASK, &previous, nil)
}
