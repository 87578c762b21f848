import Foundation
import TestSupport
import Testing

@testable import Helios

@Suite(.standardGenerator) struct SaveOnErrorTests {
    final class Failing: SmallModel {
        static let step = 3
        var fails = true
        override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws {
            try super.trainStep(batch, state: state)
            if fails, state.globalIteration == Failing.step { throw CancellationError() }
        }
    }

    private func trainer(in folder: URL, saves: Bool = true) throws -> Trainer {
        try Trainer(
            .iterations(6), checkpoints: .in(folder, every: 2, onError: saves ? .save : .saveNothing),
            logs: .in(folder), device: .cpu,
            display: .nothing)
    }

    @Test("an error leaves a checkpoint of the state as it is, and names the file")
    func save() throws {
        try withTemporaryFolder { folder in
            let model = Failing()
            let error = #expect(throws: TrainingError.self) {
                try trainer(in: folder).fit(model, SmallData())
            }
            let file = folder.appending(path: "small/small_error_epoch_1_iter_3.pth")
            #expect(error?.cause is CancellationError && error?.checkpoint.path == file.path)
            #expect(error?.description.contains(file.path) == true)
            let state = try TorchFile.loadDictionary(file)
            #expect(try state.string("error") == "CancellationError()")
            let network = try state.dictionary("model").dictionary("user").dictionary("network")
            try expectSameBits(network.tensor("0.weight"), model.network.parameters()[0].detach(), "weight")
            let log = try String(contentsOf: folder.appending(path: "small.log"), encoding: .utf8)
            #expect(log.contains("saved \(file.path) after the error"))
        }
    }

    @Test("nothing resumes from it by itself, and a test that names it says what it is")
    func resume() throws {
        try withTemporaryFolder { folder in
            #expect(throws: TrainingError.self) { try trainer(in: folder).fit(Failing(), SmallData()) }
            let rest = Failing()
            rest.fails = false
            try trainer(in: folder).fit(rest, SmallData())
            #expect(rest.losses.count == 4)
            let tester = try trainer(in: folder)
            let file = folder.appending(path: "small/small_error_epoch_1_iter_3.pth")
            let text = try tester.printedText { try tester.test(SmallModel(), SmallData(), checkpoint: file) }
            #expect(text.contains("warning: \(file.path) was saved after an error"), "\(text)")
        }
    }

    @Test("without the option, the error is thrown as it is and nothing is saved")
    func off() throws {
        try withTemporaryFolder { folder in
            #expect(throws: CancellationError.self) {
                try trainer(in: folder, saves: false).fit(Failing(), SmallData())
            }
            #expect(!folder.filesBelow.contains { $0.contains("error") })
        }
    }

    @Test("what became of the checkpoint that another thread was writing is told all the same")
    func pending() throws {
        final class FailingAfterSave: SmallModel {
            override func onTrainingEpochEnd(currentEpoch: Int) throws { throw CancellationError() }
        }
        try withTemporaryFolder { folder in
            let trainer = try Trainer(
                .epochs(2), checkpoints: .in(folder, every: 1, writing: .async, onError: .save), logs: .in(folder),
                display: .nothing)
            #expect(throws: TrainingError.self) { try trainer.fit(FailingAfterSave(), SmallData()) }
            let file = folder.appending(path: "small/small_epoch_1_iter_6.pth")
            #expect(trainer.lastCheckpoint?.path == file.path)
            let log = try String(contentsOf: folder.appending(path: "small.log"), encoding: .utf8)
            #expect(log.contains("saving small_epoch_1_iter_6.pth\n"))
        }
    }

    @Test("an error before the training, and a state that cannot be saved, are told as ever")
    func impossible() throws {
        final class Stateless: SmallModel {
            struct Trouble: Error {}
            override func stateDict() throws -> StateDict { throw Trouble() }
            override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws { throw CancellationError() }
        }
        try withTemporaryFolder { folder in
            let data = SmallData()
            data.count = 0
            #expect(throws: DataError.self) { try trainer(in: folder).fit(SmallModel(), data) }
            let own = try trainer(in: folder)
            let text = try own.printedText {
                #expect(throws: CancellationError.self) { try own.fit(Stateless(), SmallData()) }
            }
            #expect(text.contains("warning: the state at the error cannot be saved: Trouble()"), "\(text)")
        }
    }
}
