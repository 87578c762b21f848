import Foundation
import Helios
import TestSupport
import Testing

@Suite(.standardGenerator) struct MixedPrecisionTests {
    private final class Mixed: SmallModel {
        var dtypes: Set<DType> = []
        var norms: [Double] = []

        override func setup(fastInit: Bool) throws {
            try super.setup(fastInit: fastInit)
            try createScaler(dtype: .bfloat16)
        }

        override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws {
            try optimizer.zeroGrad()
            let output = try autocast { try network(batch.inputs) }
            dtypes.insert(output.dtype)
            let loss = try crossEntropy(output.to(.float32), batch.targets)
            guard let scaler = mixedPrecision?.scaler else { return }
            try scaler.scale(loss).backward()
            norms.append(try clipGradients(network.parameters(), optimizer, maxNorm: 0.1).item(Double.self))
            try scaler.step(optimizer)
            try scaler.update()
            lossItems["loss"] = loss
        }
    }

    @Test("the forward pass runs in the lower precision, and gradients are clipped by their true norm")
    func training() throws {
        let model = Mixed()
        try Trainer.quiet(.epochs(1)).fit(model, SmallData())
        #expect(model.dtypes == [.bfloat16])
        #expect(model.norms.count == 6)
        // Scaled by 65,536 they would be in the thousands.
        #expect(model.norms.allSatisfy { (1e-4...50).contains($0) })
    }

    @Test("the scaler is in the checkpoint, and a checkpoint without one is an error")
    func checkpoint() throws {
        try withTemporaryFolder { folder in
            func train<Training: SmallModel>(_ model: Training, _ epochs: Int, in name: String) throws -> Training {
                let root = folder.appending(path: name)
                try Trainer.quiet(.epochs(epochs), checkpoints: .in(root, every: 1))
                    .fit(model, SmallData())
                return model
            }
            _ = try train(Mixed(), 1, in: "parts")
            let resumed = try train(Mixed(), 2, in: "parts")
            try expectSameState(resumed.network, try train(Mixed(), 2, in: "whole").network)

            _ = try train(SmallModel(), 1, in: "single")
            #expect(throws: CheckpointError.self) { _ = try train(Mixed(), 2, in: "single") }
        }
    }

    @Test("a loss that is not finite is an error in bfloat16 too, which has the range of float32")
    func nonFiniteLoss() throws {
        let model = SmallModel()
        try model.createScaler(dtype: .bfloat16)
        model.lossItems["loss"] = try Tensor.full([], Double.nan)
        #expect(throws: NonFiniteLossError.self) {
            try model.onTrainingBatchEnd(state: TrainingState(), shouldLog: false)
        }
    }

    @Test("float16 on the CPU is an error that says what works")
    func otherTypes() {
        let model = SmallModel()
        for dtype in [DType.float16, .float32, .int64] {
            let error = #expect(throws: ConfigurationError.self) { try model.createScaler(dtype: dtype) }
            #expect(error?.description.contains("use bfloat16") == true)
        }
    }

    @Test("without mixed precision the body runs as it is")
    func off() throws {
        let model = SmallModel()
        let x = try Tensor.ones(2, 2)
        #expect(try model.autocast { try x.matmul(x) }.dtype == .float32)
    }
}
