import Foundation
import TestSupport
import Testing

@testable import Helios

/// Runs that Python Helios began, gone on with here. Tests/Fixtures/python_helios.py trained them to their end, too.
@Suite(.standardGenerator) struct PythonHeliosTests {
    struct Run: Decodable, CustomTestStringConvertible {
        let file: String
        let unit: String
        let total: Int
        let weights: [String: FixtureTensor]

        var testDescription: String { file }

        /// Twelve steps at most, whose gradients are sums over a batch and the places in it: 32 terms or fewer.
        var tolerance: Tolerance { .sum(of: 12 * 32) }
    }

    /// The network of the script, without the dropout of `SmallModel`: Python's loaders draw from the same generator.
    private final class Net: SmallModel {
        override func setup(fastInit: Bool) throws {
            try super.setup(fastInit: fastInit)
            network = Sequential(Conv2d(1, 2, kernelSize: 2), BatchNorm2d(2), ReLU(), Flatten(), Linear(8, 3))
            if !fastInit { optimizer = try SGD(network.parameters(), learningRate: 0.05, momentum: 0.9) }
        }
    }

    static let runs = (try? fixture("python-helios", as: [Run].self)) ?? []

    private func source(_ run: Run) -> URL {
        URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Fixtures/python-helios")
            .appending(path: run.file).standardizedFileURL
    }

    private func trainer(_ run: Run, in folder: URL, keeping: CheckpointRetention = .all) throws -> Trainer {
        try Trainer.quiet(
            .of(run.unit == "epoch" ? .epoch : .iteration, run.total),
            checkpoints: .in(folder, every: 2, keeping: keeping))
    }

    @Test("there are runs of three versions by epoch and by iteration")
    func complete() {
        #expect(PythonHeliosTests.runs.count == 6)
    }

    @Test("gone on with, it ends in the weights of Python's own uninterrupted run", arguments: runs)
    func goingOn(run: Run) throws {
        try withTemporaryFolder { folder in
            let small = folder.appending(path: "small")
            try FileManager.default.createDirectory(at: small, withIntermediateDirectories: true)
            let file = small.appending(path: source(run).lastPathComponent)
            try FileManager.default.copyItem(at: source(run), to: file)
            let before = try Data(contentsOf: file)

            let model = Net()
            let trainer = try trainer(run, in: folder, keeping: .last(1))
            let result = try trainer.fit(model, SmallData())
            #expect(result.outcome == .completed)
            #expect(model.losses.count == (run.unit == "epoch" ? 12 : 8))
            let state = try model.network.stateDict()
            #expect(Set(state.names) == Set(run.weights.keys))
            for (name, expected) in run.weights {
                try expectClose(state.tensor(.string(name)), expected.tensor, within: run.tolerance, name)
            }
            #expect(try Data(contentsOf: file) == before, "Python's own file is not this training's to remove")
            #expect(small.filesBelow.count == 2)
        }
    }

    @Test("after a migration on the disk, training resumes the same way", arguments: runs)
    func migrated(run: Run) throws {
        try withTemporaryFolder { folder in
            let small = folder.appending(path: "small")
            try FileManager.default.createDirectory(at: small, withIntermediateDirectories: true)
            let file = small.appending(path: source(run).lastPathComponent)
            try FileManager.default.copyItem(at: source(run), to: file)
            let results = try CheckpointMigration.migrate(small)
            #expect(results.count == 1)
            guard case .migrated(.pythonHelios(let version), let original)? = results.first?.outcome else {
                Issue.record("not migrated: \(results)")
                return
            }
            #expect(version.map { run.file.hasPrefix($0) } == true)
            #expect(try Data(contentsOf: original) == Data(contentsOf: source(run)))

            let model = Net()
            try trainer(run, in: folder).fit(model, SmallData())
            let state = try model.network.stateDict()
            for (name, expected) in run.weights {
                try expectClose(state.tensor(.string(name)), expected.tensor, within: run.tolerance, name)
            }
        }
    }
}
