import Foundation
import TestSupport
import Testing

@testable import Helios

@Suite(.standardGenerator) struct CheckpointMigrationTests {
    /// The layouts of Python Helios, whose training state is data here as `TorchFile` reads it.
    enum Layout: String, CaseIterable {
        case first = "1.0.0"
        case second = "2.0.1"

        func state(network: StateDict = ["weight": 1]) throws -> StateDict {
            let counts: StateDict = [
                "current_iteration": 12, "global_iteration": 12, "global_epoch": 2, "validation_cycles": 1,
                "dataset_iter": 0, "early_stop_count": 0, "average_iter_time": 0, "running_iter": 12,
            ]
            try manualSeed(6691)
            let random: StateDict = [
                "torch": .tensor(try Generator.standard().state()), "rand": .tuple([3, .tuple([1, 2]), .none]),
                "numpy": .dictionary(["bit_generator": "PCG64"]),
            ]
            var state: StateDict = ["version": .string(rawValue), "training_state": .dictionary(counts)]
            switch self {
            case .first:
                state["model"] = .dictionary(network)
                state["rng"] = .dictionary(random)
                state["log_path"] = "/logs/run.log"
                state["run_path"] = "/logs/run"
            case .second:
                state["model"] = .dictionary(["user": .dictionary(network)])
                state["rng"] = .dictionary(random)
                state["loggers"] = .dictionary(["root": .dictionary(["log_file": "/logs/run.log"])])
                state["datamodule"] = .dictionary(["phase": 1])
                state["my-plugin"] = .dictionary(["count": 4])
            }
            return state
        }
    }

    @Test("Python's layouts become this one", arguments: Layout.allCases)
    func layouts(layout: Layout) throws {
        let migrated = try CheckpointMigration.migrate(layout.state())
        let checkpoint = try Checkpoint(migrated)
        #expect(try migrated.string("version") == HeliosVersion.current)
        #expect(checkpoint.trainingState.globalEpoch == 2 && checkpoint.trainingState.runningIter == 12)
        #expect(checkpoint.position == .saved)
        #expect(try checkpoint.modelState.int("weight") == 1)
        #expect(checkpoint.random.seed == 6691)
        #expect(try checkpoint.logs.string("root", "log_file") == "/logs/run.log")
        #expect(try checkpoint.data.int("phase") == (layout == .second ? 1 : 0))
        #expect(checkpoint.plugins.names == (layout == .second ? ["my-plugin"] : []))
        #expect(migrated.names.contains("log_path") == false)
        // Once is enough.
        try expectSameState(.dictionary(CheckpointMigration.migrate(migrated)), .dictionary(migrated))
    }

    @Test("a file of 1.0 that Python's own migration has rewritten is read as one of 2")
    func migratedByPython() throws {
        var state = try Layout.first.state()
        state["model"] = .dictionary(["user": .dictionary(["weight": 3])])
        state["loggers"] = .dictionary([:])
        state["datamodule"] = .dictionary([:])
        #expect(try Checkpoint(CheckpointMigration.migrate(state)).modelState.int("weight") == 3)
    }

    @Test("a file of before 1.0 has no version, and a network called user is the user's")
    func unversioned() throws {
        var state = try Layout.first.state(network: ["user": .dictionary(["weight": 1])])
        state["version"] = nil
        #expect(CheckpointOrigin(of: state)?.description == "Python Helios before 1.0")
        #expect(try Checkpoint(CheckpointMigration.migrate(state)).modelState.dictionary("user").int("weight") == 1)
    }

    @Test("a newer Python Helios is refused with a sentence, newer numbers of 2 are not")
    func newerPython() throws {
        var state = try Layout.second.state()
        state["version"] = "2.41.3rc1"
        _ = try CheckpointMigration.migrate(state)
        state["version"] = "3.0"
        let error = #expect(throws: StateDictError.self) { try CheckpointMigration.migrate(state) }
        #expect(error?.description.contains("Python Helios 3.0, and this version reads those of 1 and 2") == true)
    }

    @Test("damaged parts are errors")
    func damaged() throws {
        for key in ["training_state", "model", "rng", "loggers", "datamodule"] {
            var state = try Layout.second.state()
            state[.string(key)] = 5
            #expect(throws: StateDictError.self, "\(key)") { try Checkpoint(CheckpointMigration.migrate(state)) }
        }
        var state = try Layout.second.state()
        state["rng"] = .dictionary(["torch": .tensor(try Tensor.zeros([4]))])
        #expect(throws: StateDictError.self) { try CheckpointMigration.migrate(state) }
    }

    @Test("what is no checkpoint is left as it is")
    func otherStates() throws {
        let state: StateDict = ["weight": 1]
        try expectSameState(.dictionary(CheckpointMigration.migrate(state)), .dictionary(state))
    }

    @Test("training resumes from a checkpoint of this library's first version")
    func olderHelios() throws {
        try withTemporaryFolder { folder in
            func train(_ epochs: Int) throws -> SmallModel {
                let model = SmallModel()
                try Trainer.quiet(.epochs(epochs), checkpoints: .in(folder, every: 1))
                    .fit(model, SmallData())
                return model
            }
            _ = try train(1)
            let file = folder.appending(path: "small/small_epoch_1_iter_6.pth")
            var state = try TorchFile.loadDictionary(file)
            for key in ["resume_point", "progress", "epoch_shape"] { state[.string(key)] = nil }
            state["version"] = "0.0.1"
            try TorchFile.save(state, to: file)
            #expect(try train(2).losses.count == 6)
        }
    }

    // MARK: On the disk

    @Test("a folder is migrated once, its originals are kept, and what is none of it stays")
    func folder() throws {
        try withTemporaryFolder { folder in
            func file(_ name: String) -> URL { folder.appending(path: name) }
            try TorchFile.save(Layout.first.state(), to: file("a_epoch_2_iter_12.pth"))
            try TorchFile.save(Layout.second.state(), to: file("b_epoch_2_iter_12.pth"))
            try TorchFile.save(["weight": 1] as StateDict, to: file("c.pth"))
            try Data("broken".utf8).write(to: file("d.pth"))
            try Data("text".utf8).write(to: file("notes.txt"))
            let before = try ["a_epoch_2_iter_12.pth", "b_epoch_2_iter_12.pth", "c.pth", "d.pth"]
                .map { try Data(contentsOf: file($0)) }

            let results = try CheckpointMigration.migrate(folder)
            let outcomes = results.map { result in
                switch result.outcome {
                case .migrated(let origin, _): "\(origin)"
                case .current: "current"
                case .failed(let error): error.path == result.file.path ? "failed" : error.path
                }
            }
            #expect(outcomes == ["Python Helios 1.0.0", "Python Helios 2.0.1", "failed", "failed"])
            #expect(results[2].description.contains("it is no checkpoint of a trainer"))
            for (number, name) in ["a_epoch_2_iter_12.pth", "b_epoch_2_iter_12.pth"].enumerated() {
                #expect(try Data(contentsOf: file("before-migration/\(name)")) == before[number])
                #expect(try TorchFile.loadDictionary(file(name)).string("version") == HeliosVersion.current)
            }
            #expect(try Data(contentsOf: file("c.pth")) == before[2])
            #expect(try Data(contentsOf: file("d.pth")) == before[3])

            let names = folder.filesBelow
            let again = try CheckpointMigration.migrate(folder)
            guard case .current = again[0].outcome, case .current = again[1].outcome else {
                Issue.record("migrated twice: \(again)")
                return
            }
            #expect(folder.filesBelow == names)
        }
    }

    @Test("an original of the same name from before is not overwritten")
    func secondOriginal() throws {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "a_epoch_2_iter_12.pth")
            for weight in [1, 2] {
                try TorchFile.save(Layout.second.state(network: ["weight": .int(weight)]), to: file)
                #expect(try CheckpointMigration.migrate(file).count == 1)
            }
            #expect(
                folder.filesBelow == [
                    "a_epoch_2_iter_12.pth", "before-migration/a_epoch_2_iter_12.2.pth",
                    "before-migration/a_epoch_2_iter_12.pth",
                ])
        }
    }

    @Test("a path of nothing, and a folder in use, are errors")
    func impossible() throws {
        try withTemporaryFolder { folder in
            #expect(throws: CheckpointError.self) { try CheckpointMigration.migrate(folder.appending(path: "missing")) }
            let lock = try FolderLock(folder)
            defer { lock.release() }
            let error = #expect(throws: CheckpointError.self) { try CheckpointMigration.migrate(folder) }
            #expect(error?.reason.contains("is training in this folder") == true)
        }
    }
}
