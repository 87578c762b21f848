import Foundation
import TestSupport
import Testing

@testable import Helios
@testable import TorchNN

@Suite(.standardGenerator, .serialized) struct AnomalyTests {
    /// The square root of what is 0 for some inputs from the third batch on: its gradient is infinite there.
    private final class RootLayer: Module, Layer {
        var calls = 0

        func forward(_ input: Tensor) throws -> Tensor {
            calls += 1
            return try calls < 3 ? input : (input * 0).sqrt() * input
        }
    }

    private class Rooted: SmallModel {
        let root = RootLayer()

        override func setup(fastInit: Bool) throws {
            try super.setup(fastInit: fastInit)
            network = Sequential(Flatten(), Linear(9, 4), root, Linear(4, 3))
            optimizer = try SGD(network.parameters(), learningRate: 0.01)
        }

        override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws {
            try minimize(optimizer) { try crossEntropy(network(batch.inputs), batch.targets) }
        }
    }

    @Test("the function, the layer and the iteration are named, and all is off again afterwards")
    func layer() throws {
        let model = Rooted()
        let trainer = try Trainer.quiet(.epochs(2), diagnostics: .anomalies)
        let error = #expect(throws: NonFiniteGradientError.self) { try trainer.fit(model, SmallData()) }
        #expect(error?.origin == .function("SqrtBackward0", layer: "network.2", input: 0))
        #expect(error?.state.currentIteration == 3)
        #expect(error?.description.contains("in iteration 3 (epoch 1, batch 3) in SqrtBackward0") == true)
        #expect(!LibTorch.detectsAnomalies)
        #expect(model.network.namedModules().allSatisfy { $0.module.forwardHooks.isEmpty })
        #expect(model.willDifferentiate == nil)
    }

    @Test("an operation of the step itself is in no layer")
    func noLayer() throws {
        final class Dividing: SmallModel {
            override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws {
                try minimize(optimizer) {
                    let output = try network(batch.inputs)
                    return try crossEntropy(output, batch.targets) + (output * 0).sqrt().sum()
                }
            }
        }
        let trainer = try Trainer.quiet(.epochs(1), diagnostics: .anomalies)
        let error = #expect(throws: NonFiniteGradientError.self) { try trainer.fit(Dividing(), SmallData()) }
        #expect(error?.origin == .function("SqrtBackward0", layer: nil, input: 0))
    }

    @Test("a loss that is not finite is an error before it is differentiated")
    func loss() throws {
        final class Infinite: SmallModel {
            override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws {
                try minimize(optimizer) { try crossEntropy(network(batch.inputs), batch.targets) / 0 }
            }
        }
        let trainer = try Trainer.quiet(.epochs(1), diagnostics: .anomalies)
        let error = #expect(throws: NonFiniteLossError.self) { try trainer.fit(Infinite(), SmallData()) }
        #expect(error?.state.currentIteration == 1)
    }

    @Test("a gradient that is not finite before the step is named by its parameter")
    func parameter() throws {
        final class Spoiling: SmallModel {
            override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws {
                try optimizer.zeroGrad()
                let loss = try crossEntropy(network(batch.inputs), batch.targets)
                try loss.backward()
                lossItems["loss"] = loss
                if state.currentIteration == 2 { _ = try optimizer.parameters[4].grad?.fill_(Double.nan) }
                try optimizer.step()
            }
        }
        let trainer = try Trainer.quiet(.epochs(1), diagnostics: .anomalies)
        let error = #expect(throws: NonFiniteGradientError.self) { try trainer.fit(Spoiling(), SmallData()) }
        #expect(error?.origin == .parameter("network.5.weight") && error?.isNaN == true)
        #expect(error?.description.contains("the gradient of 'network.5.weight' has NaN in iteration 2") == true)
    }

    @Test("it changes nothing that is trained, by minimize or by hand")
    func unchanged() throws {
        func losses(_ diagnostics: TrainerOptions.Diagnostics) throws -> [Double] {
            let model = SmallModel()
            try Trainer.quiet(.epochs(2), diagnostics: diagnostics).fit(model, SmallData())
            return model.losses
        }
        #expect(try losses(.anomalies) == losses([]))
    }

    @Test("the function is the one that PyTorch's detect_anomaly names", .needsPyTorch)
    func beside() async throws {
        let lines = try await Python.run("anomalies.py", [])
        let losses: [(name: String, loss: (Tensor) throws -> Tensor)] = [
            ("sqrt", { try ($0.sqrt() * 0).sum() }),
            ("norm", { try ($0 * $0).sum().sqrt() * 0 + $0.pow(1.5).sum() * 0 }),
            ("division", { try ($0 / $0).nanToNum().sum() }),
            ("where", { try Tensor.where($0.gt(0), $0.log(), $0).sum() }),
        ]
        #expect(lines.count == losses.count)
        LibTorch.detectsAnomalies = true
        defer { LibTorch.detectsAnomalies = false }
        for (line, (name, loss)) in zip(lines, losses) {
            let x = try Tensor.zeros([3]).requiresGrad_()
            #expect(throws: TorchError.self) { try loss(x).backward() }
            let found = GradientAnomaly.takeLast()
            #expect("\(name) \(found?.function ?? "none")" == line)
            #expect(GradientAnomaly.takeLast() == nil)
        }
    }
}
