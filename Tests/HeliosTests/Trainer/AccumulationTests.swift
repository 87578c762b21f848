import Helios
import TestSupport
import Testing

@Suite(.standardGenerator) struct AccumulationTests {
    /// A linear network without randomness, that steps with every `accumulationSteps` batches.
    private final class Accumulating: Model<LabeledBatch> {
        var network: Linear!
        var optimizer: SGD!
        var clip: Double?

        init(clip: Double? = nil) {
            self.clip = clip
            super.init(saveName: "accumulating")
        }

        override func setup(fastInit: Bool) throws {
            network = try Linear(9, 3)
            optimizer = try SGD(network.parameters(), learningRate: 0.1)
        }

        override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws {
            let steps = trainer?.accumulationSteps ?? 1
            let loss = try crossEntropy(network(batch.inputs.flatten(startDim: 1)), batch.targets)
            try (loss / Double(steps)).backward()
            lossItems["loss"] = loss
            guard state.globalIteration % steps == 0 else { return }
            if let clip { try clipGradients(network.parameters(), optimizer, maxNorm: clip) }
            try optimizer.step()
            try optimizer.zeroGrad()
        }
    }

    private func train(batchSize: Int, accumulating steps: Int, clip: Double? = nil) throws -> Linear {
        let (model, data) = (Accumulating(clip: clip), SmallData())
        data.count = 24
        data.options = LoaderOptions(batchSize: batchSize)
        try Trainer.quiet(.iteration, 4, accumulationSteps: steps).fit(model, data)
        return model.network
    }

    @Test("small batches whose gradients add up train what large ones do", arguments: [nil, 0.1])
    func sameAsLarge(clip: Double?) throws {
        let (small, large) = (
            try train(batchSize: 4, accumulating: 3, clip: clip), try train(batchSize: 12, accumulating: 1, clip: clip)
        )
        try expectClose(small.weight, large.weight, relative: 1e-5, absolute: 1e-6)
        let other = try train(batchSize: 4, accumulating: 1, clip: clip)
        #expect(try !other.weight.allclose(large.weight))
    }

    @Test("gradients are clipped by the norm that is asked for, and one that is not finite is an error if asked to")
    func clipping() throws {
        let parameter = try Tensor([1.0, 2] as [Float]).requiresGrad_()
        let optimizer = try SGD([parameter])
        let model = Accumulating()
        try parameter.setGrad(Tensor([3.0, -4] as [Float]))
        #expect(try model.clipGradients([parameter], optimizer, maxNorm: 100).item(Double.self) == 5)
        let greatest = try model.clipGradients([parameter], optimizer, maxNorm: 2, normType: .infinity)
        #expect(try greatest.item(Double.self) == 4)
        // By 2 / (4 + 1e-6), as PyTorch.
        try expectClose(#require(parameter.grad), Tensor([1.5, -2] as [Float]), relative: 1e-6)
        try parameter.setGrad(Tensor([.infinity, 1.0] as [Float]))
        #expect(throws: TorchError.self) {
            try model.clipGradients([parameter], optimizer, maxNorm: 1, errorIfNonFinite: true)
        }
        _ = try model.clipGradients([parameter], optimizer, maxNorm: 1)
    }
}
