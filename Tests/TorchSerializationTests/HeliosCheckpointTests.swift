import TestSupport
import Testing
import Torch

@testable import TorchSerialization

/// Files of Tests/Fixtures/helios_checkpoints.py: one that Python Helios 2.0.1 wrote, and what earlier versions wrote.
@Suite("Checkpoints of Python Helios")
struct HeliosCheckpointTests {
    @Test("all that is in one is read", arguments: ["helios-1.0", "helios-1.1", "helios-2"])
    func contents(name: String) throws {
        let expected: [String: String] = try fixture("helios-checkpoints")
        #expect(try StateText.of(TorchFile.load(fixtureFile(name))) == expected[name])
    }

    @Test("the objects in it are dictionaries, strings and large integers")
    func objects() throws {
        let state = try TorchFile.loadDictionary(fixtureFile("helios-2"))
        #expect(state.names == ["version", "training_state", "model", "rng", "loggers", "datamodule"])
        #expect(try state.dictionary("training_state").int("global_iteration") == 2)
        #expect(try state.dictionary("model").names == ["user"])
        let random = try state.dictionary("rng").dictionary("numpy")
        guard case .bigInteger(let number) = try random.dictionary("state").value("state") else {
            Issue.record("no large integer")
            return
        }
        #expect(UInt128(exactly: number) != nil)
        let old = try TorchFile.loadDictionary(fixtureFile("helios-1.1"))
        #expect(try old.string("run_path") == "/runs/tensorboard/line")
        #expect(try old.dictionary("training_state").double("average_iter_time") == 0.25)
    }

    @Test(
        "it is written as plain data, which no class of Helios is needed to read",
        arguments: ["helios-1.1", "helios-2"])
    func plainData(name: String) throws {
        let expected: [String: String] = try fixture("helios-checkpoints")
        #expect(try StateText.of(roundTrip(TorchFile.load(fixtureFile(name)))) == expected[name])
    }

    @Test("other classes of that library, and other uses of these, are errors")
    func otherClasses() throws {
        func reasonOf(_ pickle: String) -> String {
            reason { _ = try PickleReader.read(Array(pickle.utf8)) }
        }
        let trainer: [UInt8] = Array("chelios.trainer\nTrainer\n)".utf8) + [0x81]
        #expect(reason { _ = try PickleReader.read(trainer) }.hasPrefix("helios.trainer.Trainer is not data"))
        #expect(reasonOf("chelios.trainer\n_CheckpointKeys\n)R.").contains("of other kinds"))
        #expect(reasonOf("chelios.trainer\nTrainingState\n)R.").hasPrefix("helios.trainer.TrainingState is not data"))
        let state: [UInt8] = Array("chelios.trainer\nTrainingState\n)".utf8) + [0x81]
        #expect(reason { _ = try PickleReader.read(state + Array("]b.".utf8)) }.contains("is given attributes"))
        #expect(reason { _ = try load(state + Array(".".utf8)) }.contains("has no attributes"))
    }

    private func load(_ pickle: [UInt8]) throws -> StateValue {
        try withFolder { folder in
            let file = folder.appending(path: "value.pth")
            try writeArchive(to: file, ["data.pkl": pickle])
            return try TorchFile.load(file)
        }
    }
}
