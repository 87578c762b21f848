import Foundation
import TestSupport
import Testing
import Torch
import TorchOptim
import TorchSerialization

/// Training in turns with Python's PyTorch, through files. Runs where Python 3 and the wheel that scripts/bootstrap
/// installs are, and is skipped elsewhere.
struct PythonExchangeTests {
    @Test(
        "a run that goes from PyTorch to here and back ends in the bits of one that stays there",
        .needsPyTorch)
    func runsCrossOver() async throws {
        let fixture = try OptimizerFixture.recorded.get()
        let lines = try await withTemporaryFolder { folder in
            try await Python.run("optimizers_exchange.py", [folder.path]) {
                for name in OptimizerCases.all.keys { try takeTurn(name, fixture, folder.appending(path: name)) }
            }
        }
        #expect(lines.count == OptimizerCases.all.count)
        for line in lines { #expect(line.hasSuffix(": same"), "\(line)") }
    }

    /// Loads a run, makes the next five steps and saves it.
    private func takeTurn(_ name: String, _ fixture: OptimizerFixture, _ file: URL) throws {
        guard case .dictionary(let saved) = try TorchFile.load(file) else {
            Issue.record("\(name): no dictionary")
            return
        }
        let parameters = try saved.list("parameters").map { value in
            guard case .tensor(let tensor) = value else { throw StateDictError("no tensor") }
            return try tensor.requiresGrad_()
        }
        let optimizer = try #require(try OptimizerCases.make(name, parameters))
        try optimizer.loadStateDict(saved.dictionary("optimizer"))
        try fixture.run(optimizer, parameters, from: 5, to: 10)
        try TorchFile.save(
            .dictionary([
                "parameters": .list(parameters.map { .tensor($0) }),
                "optimizer": .dictionary(optimizer.stateDict()),
            ]), to: file)
    }
}
