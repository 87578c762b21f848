import Foundation
import Helios
import TestSupport
import Testing

@Suite(.standardGenerator) struct BestCheckpointsTests {
    /// Trains an epoch for each score, with one batch each.
    @discardableResult
    private func train(
        _ scores: [Double], in folder: URL, _ plugin: BestCheckpoints, total: Int? = nil, checkpointFrequency: Int? = 1,
        unit: TrainingUnit = .epoch, as name: String = "score"
    ) throws -> ScoredModel {
        let trainer = try Trainer.quiet(
            .of(unit, total ?? scores.count), validation: .every(1),
            checkpoints: .in(folder, every: checkpointFrequency),
            data: .first(train: 1), logs: .in(folder))
        try trainer.register(plugin)
        let model = ScoredModel(scores, as: name)
        try trainer.fit(model, SmallData())
        return model
    }

    private func best(_ mode: MetricMode = .min, keep: Int = 2) throws -> BestCheckpoints {
        try BestCheckpoints(metric: "score", mode: mode, keep: keep)
    }

    /// The name of the file that an epoch's score is kept in.
    private func name(_ epoch: Int, _ score: String) -> String {
        "small_epoch_\(epoch)_iter_\(epoch)_score_\(score).pth"
    }

    private func kept(in folder: URL) -> [String] {
        folder.appending(path: "small/best").filesBelow
    }

    /// The epoch that a checkpoint is of.
    private func epoch(_ file: URL) throws -> Int {
        try TorchFile.loadDictionary(file).dictionary("training_state").int("global_epoch")
    }

    // MARK: Which are kept

    @Test("the best are kept, and the best of them under a name that stays", arguments: TrainingUnit.allCases)
    func keepsBest(unit: TrainingUnit) throws {
        try withTemporaryFolder { folder in
            let plugin = try best()
            let model = try train([3, 1, 4, 2, 5], in: folder, plugin, unit: unit)
            #expect(kept(in: folder) == ["best.pth", name(2, "1"), name(4, "2")])
            #expect(plugin.entries.map(\.fileName) == [name(2, "1"), name(4, "2")])
            #expect(plugin.entries.map(\.score) == [1, 2])
            let file = try #require(plugin.bestFile)
            #expect(file.path == folder.appending(path: "small/best/best.pth").path)
            #expect(try epoch(file) == 2)
            let tested = SmallModel()
            try Trainer.quiet(checkpoints: .in(folder)).test(tested, SmallData(), checkpoint: file)
            #expect(try flattened(tested.network.stateDict()) != flattened(model.network.stateDict()))
        }
    }

    @Test("greater scores are kept with mode .max, also without checkpoints of the trainer's own")
    func greater() throws {
        try withTemporaryFolder { folder in
            try train([3, 1, 4, 2, 5], in: folder, best(.max, keep: 1), checkpointFrequency: nil)
            #expect(kept(in: folder) == ["best.pth", name(5, "5")])
        }
    }

    @Test("of two equal scores the earlier stays")
    func ties() throws {
        try withTemporaryFolder { folder in
            try train([2, 1, 1, 2, 1], in: folder, best())
            #expect(kept(in: folder) == ["best.pth", name(2, "1"), name(3, "1")])
            #expect(try epoch(folder.appending(path: "small/best/best.pth")) == 2)
        }
    }

    @Test("a score that is not a number is none, and an infinite one is as any other")
    func notFinite() throws {
        try withTemporaryFolder { folder in
            let plugin = try best(.max, keep: 3)
            try train([.nan, -.infinity, .nan, 1], in: folder, plugin)
            #expect(kept(in: folder) == ["best.pth", name(2, "-inf"), name(4, "1")])
            #expect(plugin.entries.map(\.score) == [1, -.infinity])
        }
        try withTemporaryFolder { folder in
            let plugin = try best()
            try train([.nan, .nan], in: folder, plugin)
            #expect(plugin.bestFile == nil)
            #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "small/best").path))
        }
    }

    @Test("a score's name becomes a part of a file's name")
    func label() throws {
        try withTemporaryFolder { folder in
            try train(
                [0.123456], in: folder, BestCheckpoints(metric: "val/F1 (größe)", mode: .max), as: "val/F1 (größe)")
            #expect(kept(in: folder) == ["best.pth", "small_epoch_1_iter_1_val-F1--gr--e-_0.1235.pth"])
        }
    }

    @Test("names of files that would be too long are an error at the start")
    func longNames() throws {
        try withTemporaryFolder { folder in
            let trainer = try Trainer.quiet(.epochs(1), validation: .every(1), checkpoints: .in(folder))
            try trainer.register(best())
            let model = ScoredModel([1])
            model.saveName = String(repeating: "x", count: 183)
            let error = #expect(throws: PluginError.self) { try trainer.fit(model, SmallData()) }
            #expect(error?.reason.contains("could have 256 bytes") == true, "\(error?.reason ?? "")")
            model.saveName.removeLast()
            try trainer.fit(model, SmallData())
        }
    }

    @Test("two of them keep two scores in two folders, and not in one")
    func two() throws {
        final class TwoScores: ScoredModel {
            override var metrics: Scores { ["other": -(validationScores["score"] ?? 0)] }
        }
        try withTemporaryFolder { folder in
            let trainer = try Trainer.quiet(
                .epochs(3), validation: .every(1), checkpoints: .in(folder), data: .first(train: 1))
            try trainer.register(BestCheckpoints(metric: "score", mode: .min))
            try trainer.register(BestCheckpoints(metric: "other", mode: .min, folder: "other", id: "other"))
            try trainer.fit(TwoScores([2, 1, 3]), SmallData())
            #expect(
                folder.appending(path: "small").filesBelow.filter { $0.contains("/") } == [
                    "best/best.pth", "best/\(name(2, "1"))", "other/best.pth",
                    "other/small_epoch_3_iter_3_other_-3.pth",
                ])
            try trainer.register(BestCheckpoints(metric: "score", mode: .max, id: "third"))
            let error = #expect(throws: PluginError.self) { try trainer.fit(TwoScores([1]), SmallData()) }
            #expect(error?.reason.contains("'best'") == true, "\(error?.reason ?? "")")
        }
    }

    @Test("options that make no sense, and a run without scores or folder, are errors")
    func options() throws {
        #expect(throws: PluginError.self) { try best(keep: 0) }
        for folder in ["", ".", "..", "a/b", "a\u{0}"] {
            #expect(throws: PluginError.self) { try BestCheckpoints(metric: "score", mode: .min, folder: folder) }
        }
        func trainer(
            _ validation: TrainerOptions.Validation?, _ checkpoints: TrainerOptions.Checkpoints?
        ) throws -> Trainer {
            let trainer = try Trainer.quiet(.epochs(1), validation: validation, checkpoints: checkpoints)
            try trainer.register(best())
            return trainer
        }
        let error = #expect(throws: PluginError.self) {
            try trainer(.every(1), .none).fit(ScoredModel([1]), SmallData())
        }
        #expect(error?.reason.contains("no checkpoint folder") == true)
        try withTemporaryFolder { folder in
            let error = #expect(throws: PluginError.self) {
                try trainer(.never, .in(folder)).fit(ScoredModel([1]), SmallData())
            }
            #expect(error?.reason.contains("without validation") == true)
            let trainer = try trainer(.every(1), .in(folder))
            let other = #expect(throws: PluginError.self) {
                try trainer.fit(ScoredModel([1], as: "scores"), SmallData())
            }
            #expect(other?.reason.contains("did you mean 'scores'?") == true)
            // A fast run writes nothing.
            try trainer.fastRun(ScoredModel([1]), SmallData(), limit: 1)
            #expect(folder.filesBelow.isEmpty)
        }
    }

    // MARK: Files of others

    @Test("files that the plug-in has not written stay, whatever their names")
    func foreignFiles() throws {
        try withTemporaryFolder { folder in
            let inner = folder.appending(path: "small/best")
            try FileManager.default.createDirectory(at: inner, withIntermediateDirectories: true)
            let names = ["notes.txt", "small_epoch_1_iter_1.pth", "small_epoch_9_iter_9_score_1.pth", name(4, "7")]
            for name in names { try Data("mine".utf8).write(to: inner.appending(path: name)) }
            try train([5, 4, 3], in: folder, best(keep: 1))
            try train([5, 4, 3, 9, 2], in: folder, best(keep: 1))
            #expect(Set(kept(in: folder)) == Set(names + ["best.pth", name(5, "2")]))
            for name in names { #expect(try Data(contentsOf: inner.appending(path: name)) == Data("mine".utf8)) }
        }
    }

    @Test("a new training leaves the checkpoints of an earlier one, and says so")
    func earlierTraining() throws {
        try withTemporaryFolder { folder in
            try train([5, 4, 3], in: folder, best(), checkpointFrequency: nil)
            try FileManager.default.removeItem(at: folder.appending(path: "small/small_epoch_3_iter_3.pth"))
            try train([1], in: folder, best(), checkpointFrequency: nil)
            #expect(kept(in: folder) == ["best.pth", name(1, "1"), name(2, "4"), name(3, "3")])
            #expect(try epoch(folder.appending(path: "small/best/best.pth")) == 1)
            let log = try String(contentsOf: folder.appending(path: "small.log"), encoding: .utf8)
            #expect(log.contains("has 2 checkpoints of an earlier training, which stay"))
        }
    }

    // MARK: Resuming

    private let scores: [Double] = [3, 1, 4, 2, 5, 0.5]

    @Test("a resumed run keeps what an uninterrupted one keeps", arguments: [1, 3, 4], [1, 3])
    func resume(cut: Int, keep: Int) throws {
        try withTemporaryFolder { folder in
            let (whole, parts) = (folder.appending(path: "whole"), folder.appending(path: "parts"))
            let plugin = try best(keep: keep)
            try train(scores, in: whole, plugin)
            try train(scores, in: parts, best(keep: keep), total: cut)
            let resumed = try best(keep: keep)
            try train(scores, in: parts, resumed)
            #expect(resumed.entries == plugin.entries)
            #expect(kept(in: parts) == kept(in: whole))
            #expect(flattened(resumed.stateDict()) == flattened(plugin.stateDict()))
        }
    }

    @Test("what a run lacks that was killed between its two files is made up for", arguments: [2, 4])
    func killedBetweenFiles(cut: Int) throws {
        try withTemporaryFolder { folder in
            let inner = folder.appending(path: "small/best")
            try train(scores, in: folder, best(), total: cut)
            let files = kept(in: folder)
            try folder.forgetEnd(of: "small")
            // As if the trainer's checkpoint had been written, and this one not.
            let score = cut == 2 ? "1" : "2"
            try FileManager.default.removeItem(at: inner.appending(path: name(cut, score)))
            if cut == 2 { try FileManager.default.removeItem(at: inner.appending(path: "best.pth")) }
            // What it would have replaced is still there.
            if cut == 4 { try Data("old".utf8).write(to: inner.appending(path: name(1, "3"))) }
            let plugin = try best()
            try train(scores, in: folder, plugin, total: cut)
            #expect(kept(in: folder) == files)
            #expect(try epoch(inner.appending(path: name(cut, score))) == cut)
            #expect(try epoch(inner.appending(path: "best.pth")) == 2)
            #expect(plugin.entries.map(\.fileName).contains(name(cut, score)))
        }
    }

    @Test("what a run was too far ahead with when it was killed goes when those steps are made without it")
    func killedAhead() throws {
        try withTemporaryFolder { folder in
            try train(scores, in: folder, best(keep: 3))
            let outer = folder.appending(path: "small")
            for epoch in 3...6 {
                try FileManager.default.removeItem(at: outer.appending(path: "small_epoch_\(epoch)_iter_\(epoch).pth"))
            }
            #expect(kept(in: folder) == ["best.pth", name(2, "1"), name(4, "2"), name(6, "0.5")])
            // From epoch 2, whose list still has epoch 1, whose file is gone; and with other scores.
            let other: [Double] = [3, 1, 2.5, 6, 5, 4, 7]
            let plugin = try best(keep: 3)
            try train(other, in: folder, plugin, total: 3)
            #expect(plugin.entries.map(\.score) == [1, 2.5])
            #expect(
                kept(in: folder) == ["best.pth", name(2, "1"), name(3, "2.5"), name(4, "2"), name(6, "0.5")])
            #expect(try epoch(folder.appending(path: "small/best/best.pth")) == 2)
            try train(other, in: folder, best(keep: 3))
            #expect(kept(in: folder) == ["best.pth", name(2, "1"), name(3, "2.5"), name(6, "4")])
        }
    }

    @Test("what was half written is cleared away")
    func halfWritten() throws {
        try withTemporaryFolder { folder in
            try train(scores, in: folder, best(), total: 2)
            let half = folder.appending(path: "small/best/.helios-1.tmp")
            try Data("half".utf8).write(to: half)
            try train(scores, in: folder, best(), total: 3)
            #expect(!FileManager.default.fileExists(atPath: half.path))
        }
    }

    @Test("fewer may be kept in the next run, and more")
    func otherCount() throws {
        try withTemporaryFolder { folder in
            try train(scores, in: folder, best(keep: 3), total: 4)
            #expect(kept(in: folder) == ["best.pth", name(1, "3"), name(2, "1"), name(4, "2")])
            try folder.forgetEnd(of: "small")
            try train(scores, in: folder, best(keep: 1), total: 4)
            #expect(kept(in: folder) == ["best.pth", name(2, "1")])
            // The state of the last checkpoint still has three; two are gone, and one of them is that checkpoint
            // itself.
            let plugin = try best(keep: 4)
            try train(scores, in: folder, plugin)
            #expect(plugin.entries.map(\.score) == [0.5, 1, 2, 5])
            let log = try String(contentsOf: folder.appending(path: "small.resumes.log"), encoding: .utf8)
            #expect(log.contains("\(name(1, "3")) is gone: 'best-checkpoints' forgets it"))
        }
    }

    @Test("with another score it starts over, and leaves what it kept by the first")
    func otherMetric() throws {
        final class Both: ScoredModel {
            override var metrics: Scores { ["other": 1] }
        }
        try withTemporaryFolder { folder in
            try train(scores, in: folder, best(), total: 2)
            let trainer = try Trainer.quiet(
                .epochs(3), validation: .every(1), checkpoints: .in(folder, every: 1), data: .first(train: 1),
                logs: .in(folder))
            try trainer.register(BestCheckpoints(metric: "other", mode: .max))
            try trainer.fit(Both(scores), SmallData())
            #expect(
                kept(in: folder) == [
                    "best.pth", name(1, "3"), name(2, "1"), "small_epoch_3_iter_3_other_1.pth",
                ])
        }
    }

    @Test("a list that names files elsewhere is refused")
    func hostileState() throws {
        let plugin = try best()
        for name in ["../../x.pth", "/etc/x.pth", "x", "a\u{0}.pth"] {
            for key in ["replaced", "pending", "entries"] {
                var state = plugin.stateDict()
                let value = StateValue.string(name)
                state[.string(key)] =
                    switch key {
                    case "replaced": .list([value])
                    case "pending": value
                    default: .list([.dictionary(["file": value, "score": 1])])
                    }
                #expect(throws: StateDictError.self) { try plugin.loadStateDict(state) }
            }
        }
    }

    @Test("a test changes nothing in the folder")
    func testing() throws {
        try withTemporaryFolder { folder in
            try train(scores, in: folder, best(keep: 3), total: 4)
            let files = folder.filesBelow
            let trainer = try Trainer.quiet(checkpoints: .in(folder))
            try trainer.register(best(keep: 1))
            try trainer.test(ScoredModel(scores), SmallData())
            #expect(folder.filesBelow == files)
        }
    }
}
