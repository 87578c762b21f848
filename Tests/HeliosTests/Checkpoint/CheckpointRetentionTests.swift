import Foundation
import TestSupport
import Testing

@testable import Helios

@Suite(.standardGenerator) struct CheckpointRetentionTests {
    private func name(_ epoch: Int, _ iteration: Int? = nil) throws -> CheckpointName {
        try #require(
            CheckpointName(fileName: "net_epoch_\(epoch)_iter_\(iteration ?? epoch * 10).pth", saveName: "net"))
    }

    @Test("the newest stay, those at the interval stay for good, and the rest go")
    func decision() throws {
        let retention = CheckpointRetention.last(2, every: 3)
        var written: [CheckpointName] = []
        var there: [Int] = []
        for epoch in 1...10 {
            let decision = retention.decide(written, newest: try name(epoch), unit: .epoch)
            written = decision.kept
            there.append(epoch)
            there.removeAll { decision.obsolete.map(\.epoch).contains($0) }
            #expect(there.contains(epoch))
        }
        #expect(there == [3, 6, 9, 10])
        #expect(written.map(\.epoch) == [9, 10])
    }

    @Test("by iteration, the interval counts iterations")
    func iterations() throws {
        let decision = CheckpointRetention.last(1, every: 20).decide(
            [try name(1, 10), try name(1, 20), try name(2, 30)], newest: try name(2, 40), unit: .iteration)
        #expect(decision.obsolete.map(\.iteration) == [10, 30])
        #expect(decision.kept.map(\.iteration) == [40])
    }

    @Test("what interruptions saved goes like others, also inside an epoch that stays for ever")
    func interrupted() throws {
        let names = try [name(2, 16), name(2, 17), name(2, 18), name(2, 20)]
        let decision = CheckpointRetention.last(1, every: 2).decide(
            names, newest: try name(3, 30), unit: .epoch, interrupted: Set(names.prefix(3).map(\.fileName)))
        #expect(decision.obsolete.map(\.iteration) == [16, 17, 18])
    }

    @Test("of two of one step the one that was written first goes first, whatever their names")
    func sameStep() throws {
        let names = try ["z", "a"].map {
            try #require(CheckpointName(fileName: "net_epoch_1_iter_10_\($0).pth", saveName: "net"))
        }
        let decision = CheckpointRetention.last(2).decide(names, newest: try name(2), unit: .epoch)
        #expect(decision.obsolete == [names[0]])
    }

    @Test("if all stay, nothing is noted")
    func all() throws {
        let decision = CheckpointRetention.all.decide([try name(1)], newest: try name(2), unit: .epoch)
        #expect(decision == CheckpointRetention.Decision())
    }

    @Test("the one that is written stays, even if it was there before or older ones have greater numbers")
    func newest() throws {
        let decision = CheckpointRetention.last(1).decide(
            [try name(1), try name(5)], newest: try name(1), unit: .epoch)
        #expect(decision.kept.map(\.epoch) == [1])
        #expect(decision.obsolete.map(\.epoch) == [5])
    }

    @Test("numbers that make no sense are errors")
    func invalid() throws {
        try withTemporaryFolder { folder in
            for (retention, text) in [
                (CheckpointRetention.last(0), "keeping: .last(0)"), (.last(1, every: 0), "keeping: .last(…, every: 0)"),
            ] {
                let error = #expect(throws: ConfigurationError.self) {
                    try Trainer(.epochs(1), checkpoints: .in(folder, keeping: retention))
                }
                #expect(error?.description.contains(text) == true)
            }
        }
    }

    // MARK: Through a trainer

    private func train(
        _ epochs: Int, in folder: URL, _ retention: CheckpointRetention, _ model: SmallModel = SmallModel(),
        _ writing: CheckpointWriteMode = .sync
    ) throws {
        let trainer = try Trainer.quiet(
            .epochs(epochs), checkpoints: .in(folder, every: 1, keeping: retention, writing: writing))
        try trainer.fit(model, SmallData())
    }

    private func epochs(in folder: URL) -> [Int] {
        folder.appending(path: "small").filesBelow
            .compactMap { CheckpointName(fileName: $0, saveName: "small")?.epoch }.sorted()
    }

    @Test("a resume changes nothing", arguments: CheckpointWriteMode.allCases)
    func resume(writing: CheckpointWriteMode) throws {
        try withTemporaryFolder { folder in
            for epochs in [3, 4, 7] { try train(epochs, in: folder, .last(2, every: 4), SmallModel(), writing) }
            #expect(epochs(in: folder) == [4, 6, 7])
        }
    }

    @Test("it never removes what this training did not write, whatever it is called")
    func foreignFiles() throws {
        try withTemporaryFolder { folder in
            let small = folder.appending(path: "small")
            try FileManager.default.createDirectory(at: small, withIntermediateDirectories: true)
            let foreign = ["other_epoch_1_iter_6.pth", "small.pth", "best.pth", "notes.txt"]
            for name in foreign { try Data().write(to: small.appending(path: name)) }
            // All stayed at first: nothing says whose these are.
            try train(2, in: folder, .all)
            try train(5, in: folder, .last(1))
            #expect(
                small.filesBelow
                    == (foreign + [
                        "small_epoch_1_iter_6.pth", "small_epoch_2_iter_12.pth", "small_epoch_5_iter_30.pth",
                    ]).sorted())
        }
    }

    @Test("a run that was killed before the old one went leaves it to the next")
    func killedInBetween() throws {
        try withTemporaryFolder { folder in
            try train(2, in: folder, .last(1))
            #expect(epochs(in: folder) == [2])
            let small = folder.appending(path: "small")
            try FileManager.default.copyItem(
                at: small.appending(path: "small_epoch_2_iter_12.pth"),
                to: small.appending(path: "small_epoch_1_iter_6.pth"))
            try train(3, in: folder, .last(1))
            #expect(epochs(in: folder) == [3])
        }
    }

    @Test("if the next one cannot be written, the old one stays", arguments: CheckpointWriteMode.allCases)
    func failedWrite(writing: CheckpointWriteMode) throws {
        final class Named: SmallModel {
            override func appendMetadata(toCheckpointName name: String) -> String { name }
        }
        try withTemporaryFolder { folder in
            try train(1, in: folder, .last(1))
            // A folder in the place of the file.
            try FileManager.default.createDirectory(
                at: folder.appending(path: "small/small_epoch_2_iter_12.pth/x"), withIntermediateDirectories: true)
            #expect(throws: CheckpointError.self) { try train(2, in: folder, .last(1), Named(), writing) }
            #expect(epochs(in: folder) == [1])
        }
    }

    @Test("names in a checkpoint that lead elsewhere are an error")
    func hostileNames() throws {
        try withTemporaryFolder { folder in
            try train(1, in: folder, .last(1))
            let file = folder.appending(path: "small/small_epoch_1_iter_6.pth")
            var state = try TorchFile.loadDictionary(file)
            for name in ["../victim.pth", "small_epoch_1_iter_2/../../victim.pth", "victim.pth"] {
                state["written_checkpoints"] = .list([.string(name)])
                try TorchFile.save(state, to: file)
                let error = #expect(throws: CheckpointError.self) { try train(2, in: folder, .last(1)) }
                #expect(error?.path == file.path)
            }
        }
    }

    @Test("the checkpoints of interruptions do not pile up")
    func manyInterruptions() throws {
        try withTemporaryFolder { folder in
            func train(_ limit: Duration?) throws {
                let trainer = try Trainer(
                    .epochs(4, timeLimit: limit), checkpoints: .in(folder, every: 1, keeping: .last(1, every: 2)),
                    device: .cpu, display: .nothing)
                try trainer.fit(SmallModel(), SmallData())
            }
            // One step each, up to the third of the second epoch.
            for _ in 1...9 { try train(.nanoseconds(1)) }
            #expect(folder.appending(path: "small").filesBelow == ["small_epoch_2_iter_9.pth"])
            try train(nil)
            #expect(
                folder.appending(path: "small").filesBelow == [
                    "small_epoch_2_iter_12.pth", "small_epoch_4_iter_24.pth",
                ])
        }
    }

    @Test("of two checkpoints of one step the one that was written later is the newest, whatever their names")
    func laterOfOneStep() throws {
        try withTemporaryFolder { folder in
            try train(1, in: folder, .all)
            let small = folder.appending(path: "small")
            let names = ["z", "a", "m"].map { "small_epoch_1_iter_6_\($0).pth" }
            var state = try TorchFile.loadDictionary(small.appending(path: "small_epoch_1_iter_6.pth"))
            try FileManager.default.removeItem(at: small.appending(path: "small_epoch_1_iter_6.pth"))
            for (name, number) in zip(names, [1, 3, 2]) {
                state["save_number"] = .int(number)
                try TorchFile.save(state, to: small.appending(path: name))
            }
            func newest() throws -> String? {
                try CheckpointFolder.existing(in: folder, saveName: "small")?.newest { _ in }?.file.lastPathComponent
            }
            #expect(try newest() == names[1])
            // Without a number, as in older ones, the time of the file decides.
            state["save_number"] = nil
            for (name, seconds) in zip(names, [30, 10, 20]) {
                let file = small.appending(path: name)
                try TorchFile.save(state, to: file)
                try FileManager.default.setAttributes(
                    [.modificationDate: Date(timeIntervalSince1970: Double(seconds))], ofItemAtPath: file.path)
            }
            #expect(try newest() == names[0])
            // One that cannot be read is passed over.
            try Data().write(to: small.appending(path: names[0]))
            #expect(try newest() == names[2])
        }
    }

    @Test("an interruption's checkpoint counts as one of the newest")
    func interruption() throws {
        final class Stopping: SmallModel {
            override func onTrainingBatchEnd(state: TrainingState, shouldLog: Bool) throws {
                try super.onTrainingBatchEnd(state: state, shouldLog: shouldLog)
                if losses.count == 14 { trainer?.stop() }
            }
        }
        try withTemporaryFolder { folder in
            try train(4, in: folder, .last(2), Stopping())
            #expect(
                folder.appending(path: "small").filesBelow == [
                    "small_epoch_2_iter_12.pth", "small_epoch_3_iter_14.pth",
                ])
            try train(4, in: folder, .last(2))
            #expect(epochs(in: folder) == [3, 4])
            #expect(folder.appending(path: "small").filesBelow.count == 2)
        }
    }
}
