import Foundation
import TestSupport
import Testing
import Torch
import TorchNN
import TorchOptim
import TorchSerialization

/// A network, an optimizer and a scheduler that are trained in turns with Python's PyTorch, through files of either
/// side. It runs if Python 3 and the wheel that scripts/bootstrap installs are available, and is skipped otherwise.
@Suite("Training that continues in the other language", .standardGenerator)
struct TrainingExchangeTests {
    private static let turn = 4
    private typealias Maker = @Sendable ([Tensor]) throws -> (Optimizer, LRScheduler)
    private static let cases: [(name: String, make: Maker)] = [
        (
            "AdamW StepLR",
            {
                let optimizer = try AdamW($0, learningRate: 0.05)
                return (optimizer, try StepLR(optimizer, stepSize: 3, gamma: 0.5))
            }
        ),
        (
            "AdamW OneCycleLR",
            {
                let optimizer = try AdamW($0, learningRate: 0.05)
                return (optimizer, try OneCycleLR(optimizer, maxLearningRate: 0.1, totalSteps: 4 * turn))
            }
        ),
        (
            "SGD OneCycleLR",
            {
                let optimizer = try SGD($0, learningRate: 0.05, momentum: 0.9)
                return (
                    optimizer,
                    try OneCycleLR(optimizer, maxLearningRate: 0.2, totalSteps: 4 * turn, threePhase: true)
                )
            }
        ),
        (
            "SGD MultiStepLR",
            {
                let optimizer = try SGD($0, learningRate: 0.1, momentum: 0.9, nesterov: true)
                return (optimizer, try MultiStepLR(optimizer, milestones: [2, 5, 5, 9]))
            }
        ),
        (
            "SGD ReduceLROnPlateau",
            {
                let optimizer = try SGD($0, learningRate: 0.5, momentum: 0.9)
                return (optimizer, try ReduceLROnPlateau(optimizer, patience: 0, cooldown: 1))
            }
        ),
        (
            "LBFGS ReduceLROnPlateau",
            {
                let optimizer = try LBFGS($0, learningRate: 0.5, maxIterations: 3, historySize: 4)
                return (optimizer, try ReduceLROnPlateau(optimizer, patience: 0, threshold: 0.5))
            }
        ),
        (
            "LBFGS StepLR",
            {
                let optimizer = try LBFGS($0, maxIterations: 3, lineSearch: .strongWolfe)
                return (optimizer, try StepLR(optimizer, stepSize: 2))
            }
        ),
    ]

    private final class Network: Module, Layer {
        let first: Linear
        let norm: BatchNorm1d
        let last: Linear

        init(_ state: StateDict) throws {
            first = Linear(4, 8)
            norm = BatchNorm1d(8)
            last = Linear(8, 1)
            super.init()
            try loadStateDict(state)
        }

        func forward(_ x: Tensor) throws -> Tensor {
            try last(norm(first(x)).tanh())
        }
    }

    @Test(
        "the losses are those of a run that stays in Python, to the bit, whoever begins",
        .needsPyTorch)
    func sameLosses() async throws {
        let lines = try await withTemporaryFolder { folder in
            try await Python.run("training_exchange.py", [folder.path]) {
                let start = try TorchFile.loadDictionary(folder.appending(path: "start"))
                for (name, make) in Self.cases {
                    let pythonFirst = folder.appending(path: "\(name), python first")
                    try train(start, make, from: TorchFile.loadDictionary(pythonFirst), to: pythonFirst)
                    try train(start, make, from: nil, to: folder.appending(path: "\(name), swift first"))
                }
            }
        }
        #expect(lines.count == 2 * Self.cases.count)
        for line in lines { #expect(line.hasSuffix(": same"), "\(line)") }
    }

    /// Makes one turn's steps, after those of a saved state or from the first on, and saves the result.
    private func train(
        _ start: StateDict, _ make: Maker, from saved: StateDict?, to file: URL
    ) throws {
        let (inputs, targets) = (try start.tensor("inputs"), try start.tensor("targets"))
        let network = try Network(start.dictionary("network"))
        let (optimizer, scheduler) = try make(network.parameters())
        var losses: [StateValue] = []
        if let saved {
            try network.loadStateDict(saved.dictionary("network"))
            try optimizer.loadStateDict(saved.dictionary("optimizer"))
            try scheduler.loadStateDict(saved.dictionary("scheduler"))
            losses = try saved.list("losses")
        }
        for step in losses.count..<losses.count + Self.turn {
            let loss = try optimizer.step {
                try optimizer.zeroGrad()
                let loss = try mseLoss(network(inputs[step]), targets[step])
                try loss.backward()
                return loss
            }.item(Double.self)
            losses.append(.double(loss))
            if let plateau = scheduler as? ReduceLROnPlateau {
                try plateau.step(metric: loss)
            } else {
                try scheduler.step()
            }
        }
        try TorchFile.save(
            [
                "network": .dictionary(network.stateDict()), "optimizer": .dictionary(optimizer.stateDict()),
                "scheduler": .dictionary(scheduler.stateDict()), "losses": .list(losses),
            ], to: file)
    }
}
