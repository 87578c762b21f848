import Foundation
import TestSupport
import Testing

@testable import Helios

@Suite(.standardGenerator) struct CheckpointTests {
    /// Trains two epochs into a folder, and gives the newest checkpoint's file.
    private func train(in folder: URL, epochs: Int = 2) throws -> URL {
        let trainer = try Trainer.quiet(.epochs(epochs), checkpoints: .in(folder, every: 1))
        try trainer.fit(SmallModel(), SmallData())
        return try #require(trainer.lastCheckpoint)
    }

    @Test("a checkpoint holds what Python Helios' does, under its names")
    func contents() throws {
        try withTemporaryFolder { folder in
            let file = try train(in: folder)
            #expect(file.lastPathComponent == "small_epoch_2_iter_12.pth")
            let state = try TorchFile.loadDictionary(file)
            #expect(
                state.names == [
                    "version", "training_state", "model", "rng", "loggers", "datamodule", "epoch_shape",
                    "resume_point", "progress", "save_number", "setup_options", "accumulation_steps",
                    "environment",
                ])
            #expect(try state.string("version") == HeliosVersion.current)
            let training = try state.dictionary("training_state")
            #expect(try training.int("global_epoch") == 2)
            #expect(try training.int("global_iteration") == 12)
            let user = try state.dictionary("model").dictionary("user")
            #expect(user.names == ["network", "optimizer"])
            #expect(try user.dictionary("network").names.contains("0.weight"))
            #expect(try user.dictionary("optimizer").names == ["state", "param_groups"])
            #expect(try state.dictionary("rng").tensor("torch").dtype == .uint8)
            #expect(try state.dictionary("datamodule").int("phase") == 0)
        }
    }

    @Test("a broken newest checkpoint is passed over, and training resumes from the one before", arguments: [0, 100])
    func brokenNewest(length: Int) throws {
        try withTemporaryFolder { folder in
            let newest = try train(in: folder)
            try Data(contentsOf: newest).prefix(length).write(to: newest)
            let model = SmallModel()
            let trainer = try Trainer.quiet(.epochs(2), checkpoints: .in(folder, every: 1), logs: .in(folder))
            try trainer.fit(model, SmallData())
            #expect(model.losses.count == 6)
            #expect(trainer.lastCheckpoint?.lastPathComponent == newest.lastPathComponent)
            let found = try Trainer.newestCheckpoint(of: "small", in: folder)
            #expect(found?.lastPathComponent == newest.lastPathComponent)
            #expect(try Trainer.newestCheckpoint(of: "other", in: folder) == nil)
            let log = try String(contentsOf: folder.appending(path: "small.log"), encoding: .utf8)
            #expect(log.contains("warning passed over: checkpoint \(newest.path): "), "\(log)")
        }
    }

    @Test("if no checkpoint can be read, nothing is trained and nothing is touched")
    func allBroken() throws {
        try withTemporaryFolder { folder in
            let newest = try train(in: folder, epochs: 1)
            try Data("no checkpoint".utf8).write(to: newest)
            let model = SmallModel()
            let error = #expect(throws: CheckpointError.self) {
                try Trainer.quiet(checkpoints: .in(folder, every: 1)).fit(model, SmallData())
            }
            #expect(error?.path == newest.deletingLastPathComponent().path)
            #expect(model.losses.isEmpty)
            #expect(try Data(contentsOf: newest) == Data("no checkpoint".utf8))
        }
    }

    @Test("a file of PyTorch that is no checkpoint is an error that says what it lacks")
    func otherFile() throws {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "small/small_epoch_1_iter_1.pth")
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            for (value, message) in [
                (StateValue.dictionary(["weight": 1]), "it has no version, training_state, model, rng, datamodule"),
                (.list([1]), "it holds a list"),
            ] {
                try TorchFile.save(value, to: file)
                let error = #expect(throws: CheckpointError.self) { try CheckpointFolder.read(file) }
                #expect(error?.reason.contains(message) == true, "\(error?.reason ?? "")")
            }
        }
    }

    @Test("a checkpoint of a newer version is refused with a sentence, one of an older is not")
    func versions() throws {
        try withTemporaryFolder { folder in
            let file = try train(in: folder)
            var state = try TorchFile.loadDictionary(file)
            for (version, isAccepted) in [("99.0.0", false), ("0.1", true), ("0.0.9", true), ("0.3.0", false)] {
                state["version"] = .string(version)
                try TorchFile.save(.dictionary(state), to: file)
                if isAccepted {
                    _ = try CheckpointFolder.read(file)
                } else {
                    let error = #expect(throws: CheckpointError.self) { try CheckpointFolder.read(file) }
                    #expect(error?.reason.contains("Helios \(version), which is newer") == true)
                }
            }
        }
    }

    @Test("a checkpoint of another network is an error that names the file and the keys")
    func otherNetwork() throws {
        final class Other: SmallModel {
            override func setup(fastInit: Bool) throws {
                network = Sequential(Linear(9, 3))
                optimizer = try SGD(network.parameters(), learningRate: 0.1)
            }
        }
        try withTemporaryFolder { folder in
            let file = try train(in: folder)
            let error = #expect(throws: CheckpointError.self) {
                try Trainer.quiet(.epochs(3), checkpoints: .in(folder)).fit(Other(), SmallData())
            }
            #expect(error?.path == file.path)
            #expect(error?.reason.contains("unexpected: 1.weight") == true, "\(error?.reason ?? "")")
        }
    }

    @Test("with the longest saveName, metadata are cut to what a file's name can have, and are no reason to stop")
    func longMetadata() throws {
        final class Named: SmallModel {
            override func appendMetadata(toCheckpointName name: String) -> String {
                name + "_loss_" + String(repeating: "9", count: 100)
            }
        }
        try withTemporaryFolder { folder in
            let saveName = String(repeating: "x", count: 200)
            func fit(_ epochs: Int) throws -> (TrainingState, String) {
                let model = Named()
                model.saveName = saveName
                let trainer = try Trainer.quiet(
                    .epochs(epochs), validation: .every(1), checkpoints: .in(folder, every: 1))
                var state = TrainingState()
                let text = try trainer.printedText { state = try trainer.fit(model, SmallData()).state }
                #expect(trainer.lastCheckpoint?.lastPathComponent.utf8.count == 255)
                return (state, text)
            }
            let (_, text) = try fit(2)
            #expect(text.components(separatedBy: "a checkpoint's name is cut to the 255 bytes").count == 2)
            // They are found again.
            #expect(try fit(3).0.globalIteration == 18)
            #expect(folder.filesBelow.filter { $0.hasSuffix(".pth") }.count == 3)
        }
    }

    @Test("metadata go into the name, but not into another folder")
    func metadata() throws {
        final class Named: SmallModel {
            var suffix = ""
            override func appendMetadata(toCheckpointName name: String) -> String { name + suffix }
        }
        try withTemporaryFolder { folder in
            let model = Named()
            model.suffix = "_loss_0.5"
            let trainer = try Trainer.quiet(.epochs(1), checkpoints: .in(folder, every: 1))
            try trainer.fit(model, SmallData())
            #expect(trainer.lastCheckpoint?.lastPathComponent == "small_epoch_1_iter_6_loss_0.5.pth")
            model.suffix = "/../../out"
            let again = try Trainer.quiet(.epochs(2), checkpoints: .in(folder, every: 1))
            #expect(throws: CheckpointError.self) { try again.fit(model, SmallData()) }
            #expect(folder.filesBelow == ["small/small_epoch_1_iter_6_loss_0.5.pth"])
        }
    }

    @Test(
        "a name that a later run would not find, or take for another, is an error",
        arguments: ["best", "small_epoch_1_iter_67", "small_epoch_1_iter_", "", "other_epoch_1_iter_6"])
    func strayingName(name: String) throws {
        final class Renamed: SmallModel {
            var name = ""
            override func appendMetadata(toCheckpointName name: String) -> String { self.name }
        }
        try withTemporaryFolder { folder in
            let model = Renamed()
            model.name = name
            let trainer = try Trainer.quiet(.epochs(1), checkpoints: .in(folder, every: 1))
            let error = #expect(throws: CheckpointError.self) { try trainer.fit(model, SmallData()) }
            #expect(error?.reason.contains("epoch 1 and iteration 6") == true, "\(error?.reason ?? "")")
            #expect(folder.filesBelow.isEmpty)
        }
    }

    @Test("a folder, a broken link or a pipe of a checkpoint's name is passed over")
    func oddFiles() throws {
        try withTemporaryFolder { folder in
            let newest = try train(in: folder)
            let checkpoints = newest.deletingLastPathComponent()
            func path(_ epoch: Int) -> String { checkpoints.appending(path: "small_epoch_\(epoch)_iter_1.pth").path }
            try FileManager.default.createDirectory(atPath: path(7), withIntermediateDirectories: false)
            try FileManager.default.createSymbolicLink(atPath: path(8), withDestinationPath: "nothing")
            #expect(mkfifo(path(9), 0o600) == 0)
            let trainer = try Trainer.quiet(.epochs(2), checkpoints: .in(folder))
            try trainer.fit(SmallModel(), SmallData())
            #expect(trainer.lastCheckpoint == newest)
        }
    }

    @Test(
        "odd but possible names are names like others", arguments: ["a b", "100%", "ü#?", "~", "x_epoch_1_iter_2", "-"])
    func oddNames(_ saveName: String) throws {
        final class Named: Model<LabeledBatch> {
            override func setup(fastInit: Bool) {}
            override func trainStep(_ batch: LabeledBatch, state: TrainingState) {}
        }
        try withTemporaryFolder { folder in
            let first = try Trainer.quiet(.epochs(1), checkpoints: .in(folder, every: 1), logs: .in(folder))
            try first.fit(Named(saveName: saveName), SmallData())
            #expect(folder.filesBelow == ["\(saveName).log", "\(saveName)/\(saveName)_epoch_1_iter_6.pth"].sorted())
            let second = try Trainer.quiet(.epochs(2), checkpoints: .in(folder, every: 1))
            #expect(try second.fit(Named(saveName: saveName), SmallData()).state.globalIteration == 12)
            #expect(folder.filesBelow.count == 3)
        }
    }

    @Test("what a checkpoint held is not kept in memory after training has resumed from it")
    func memory() throws {
        final class Watching: SmallModel {
            weak var saved: TensorHandle?
            override func loadStateDict(_ state: StateDict, fastInit: Bool) throws {
                saved = try state.dictionary("network").tensor("0.weight").handle
                #expect(saved != nil)
                try super.loadStateDict(state, fastInit: fastInit)
            }
            override func onTrainingStart() { #expect(saved == nil) }
            override func onTestingStart() { #expect(saved == nil) }
        }
        try withTemporaryFolder { folder in
            _ = try train(in: folder, epochs: 1)
            let trainer = try Trainer.quiet(.epochs(2), checkpoints: .in(folder))
            try trainer.fit(Watching(), SmallData())
            try trainer.test(Watching(), SmallData())
        }
    }

    @Test("the model may say that a checkpoint is not worth it")
    func shouldSaveCheckpoint() throws {
        final class Choosy: SmallModel {
            override func shouldSaveCheckpoint() -> Bool { losses.count > 6 }
        }
        try withTemporaryFolder { folder in
            try Trainer.quiet(.epochs(2), checkpoints: .in(folder, every: 1)).fit(Choosy(), SmallData())
            #expect(folder.filesBelow == ["small/small_epoch_2_iter_12.pth"])
        }
    }

    @Test("what a killed run left half written goes, and nothing else")
    func leftovers() throws {
        try withTemporaryFolder { folder in
            _ = try train(in: folder, epochs: 1)
            // Plug-ins' checkpoints lie in folders inside.
            try FileManager.default.createDirectory(
                at: folder.appending(path: "small/inner"), withIntermediateDirectories: true)
            for name in [
                ".helios-1f.tmp", ".helios", "notes.tmp", "small_epoch_9.pth", "inner/.helios-2.tmp", "inner/x.tmp",
            ] {
                try Data().write(to: folder.appending(path: "small/\(name)"))
            }
            _ = try train(in: folder, epochs: 2)
            #expect(
                folder.appending(path: "small").filesBelow == [
                    ".helios", "inner/x.tmp", "notes.tmp", "small_epoch_1_iter_6.pth", "small_epoch_2_iter_12.pth",
                    "small_epoch_9.pth",
                ])
        }
    }
}
