import Foundation
import Helios
import HeliosConfiguration
import TestSupport
import Testing

@testable import Digits

/// What PyTorch itself makes of a run's files. Runs where Python 3 and the wheel that scripts/bootstrap installs are,
/// and is skipped elsewhere.
@Suite("A run of the digits example in PyTorch") struct PythonTests {
    @Test(
        "PyTorch opens the checkpoint and the network as data, with equal values, and its module is as accurate",
        .needsPyTorch)
    func opening() async throws {
        try LibTorch.setThreadCount(1)
        try await withTemporaryFolder { folder in
            let network = folder.appending(path: "digits.pth")
            let model = DigitsModel(optimizer: ["type": "AdamW", "lr": 1e-3], trainedNetwork: network)
            let data = DigitsData(loader: LoaderSettings(batchSize: 32, shuffle: true))
            let trainer = try Trainer(
                .epochs(1), checkpoints: .in(folder, every: 1), seed: .max, device: .cpu, display: .nothing)
            let (result, user) = try await withStandardGenerator {
                let result = try trainer.fit(model, data)
                let user = try model.stateDict()
                try TorchFile.save(model.trainedStateDict(), to: network)
                try trainer.test(model, data)
                return (result, user)
            }
            let checkpoint = try #require(trainer.lastCheckpoint)

            let lines = try await Python.run("open_digits.py", [folder.path, checkpoint.path, network.path])
            let accuracy = try #require(model.testScores["accuracy"])
            #expect(lines == ["\(Int((accuracy * 360).rounded()))"])

            let copy = try TorchFile.loadDictionary(folder.appending(path: "checkpoint.pth"))
            try expectSame(.dictionary(copy), TorchFile.load(checkpoint))
            try expectSame(.dictionary(copy.dictionary("model").dictionary("user")), .dictionary(user))
            #expect(try copy.dictionary("training_state").int("global_iteration") == result.state.globalIteration)
            #expect(try copy.dictionary("rng").int("seed") == -1)
            let weights = try TorchFile.load(folder.appending(path: "network.pth"))
            try expectSame(weights, .dictionary(user.dictionary("network")))
        }
    }

    private func expectSame(_ actual: StateValue, _ expected: StateValue, _ path: String = "") throws {
        switch (actual, expected) {
        case (.none, .none): break
        case (.bool(let left), .bool(let right)): #expect(left == right, "\(path)")
        case (.int(let left), .int(let right)): #expect(left == right, "\(path)")
        case (.double(let left), .double(let right)): #expect(left.bitPattern == right.bitPattern, "\(path)")
        case (.string(let left), .string(let right)): #expect(left == right, "\(path)")
        case (.tensor(let left), .tensor(let right)): try expectSameBits(left, right, path)
        case (.list(let left), .list(let right)), (.tuple(let left), .tuple(let right)):
            #expect(left.count == right.count, "\(path)")
            for (number, (left, right)) in zip(left, right).enumerated() {
                try expectSame(left, right, "\(path)[\(number)]")
            }
        case (.dictionary(let left), .dictionary(let right)):
            #expect(left.keys == right.keys, "\(path)")
            for (key, value) in right { try expectSame(try left.value(key), value, "\(path).\(key)") }
        default: Issue.record("\(path) is a \(actual.typeName) instead of a \(expected.typeName)")
        }
    }
}
