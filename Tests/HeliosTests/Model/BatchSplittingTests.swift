import Foundation
import TestSupport
import Testing

@testable import Helios

@Suite(.standardGenerator) struct BatchSplittingTests {
    /// Has memory for a number of samples only.
    private class Bounded: StoppingModel {
        var memory = Int.max
        var dropout = 0.0
        var usesBatchNorm = false
        var accuracy: Double?
        var isMixed = false
        private(set) var sizes: [Int] = []
        var reduction = Reduction.mean

        override func setup(fastInit: Bool) throws {
            try LibTorch.setThreadCount(1)
            network =
                usesBatchNorm
                ? Sequential(Flatten(), Linear(9, 8), BatchNorm1d(8), Tanh(), Dropout(p: dropout), Linear(8, 3))
                : Sequential(Flatten(), Linear(9, 8), Tanh(), Dropout(p: dropout), Linear(8, 3))
            if isMixed { try createScaler(dtype: .bfloat16) }
            optimizer = try SGD(network.parameters(), learningRate: 0.05, momentum: 0.9)
        }

        override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws {
            try minimize(optimizer, on: batch, reduction: reduction, clip: .norm(1)) { part in
                sizes.append(part.count)
                let loss = try crossEntropy(network(part.inputs).to(.float32), part.targets, reduction: reduction)
                // After the forward pass, which has drawn numbers and changed buffers by then.
                guard part.count <= memory else {
                    throw TorchError(kind: .outOfMemory, message: "none for \(part.count)")
                }
                return loss
            }
        }
    }

    private func train(
        _ outOfMemory: TrainerOptions.OutOfMemory = .splits, accumulation: Int = 1, epochs: Int = 2,
        _ change: (Bounded) -> Void = { _ in }
    ) throws -> (model: Bounded, text: String) {
        let (model, data) = (Bounded(), SmallData())
        data.options = LoaderOptions(batchSize: 8)
        change(model)
        let trainer = try Trainer(
            .epochs(epochs), accumulation: .batches(accumulation), outOfMemory: outOfMemory, device: .cpu,
            display: .nothing)
        let text = try trainer.printedText { try trainer.fit(model, data) }
        return (model, text)
    }

    @Test(
        "a step is repeated in parts until there is memory, with the result of the whole batch, and so are later steps",
        arguments: [1, 2], [Reduction.mean, .sum])
    func sameResult(accumulation: Int, reduction: Reduction) throws {
        let whole = try train(accumulation: accumulation) { $0.reduction = reduction }
        let parts = try train(accumulation: accumulation) { ($0.reduction, $0.memory) = (reduction, 3) }
        // 22 samples in batches of 8, 8 and 6: first 8 and 4 are tried.
        #expect(parts.model.sizes.prefix(9) == [8, 4, 2, 2, 2, 2, 2, 2, 2])
        #expect(parts.model.sizes.allSatisfy { $0 == 2 || $0 == 4 || $0 == 8 } && parts.model.sizes.count == 2 + 2 * 11)
        for (part, whole) in zip(try parts.model.network.parameters(), try whole.model.network.parameters()) {
            try expectClose(part, whole, relative: 1e-5, absolute: 1e-6)
        }
        for (part, whole) in zip(parts.model.losses, whole.model.losses) {
            #expect(abs(part - whole) < 1e-5 * max(1, whole))
        }
        #expect(parts.text.components(separatedBy: "too little memory for").count == 3)
        #expect(parts.text.contains("memory for 8 samples at once: the step is repeated in parts of at most 4"))
        #expect(!whole.text.contains("memory"))
    }

    @Test("a step that gives up leaves the gradients of the batches before it")
    func gradientsStay() throws {
        final class Failing: Bounded {
            var before: [Tensor] = []

            override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws {
                if sizes.count == 1 {
                    before = try network.parameters().map { try #require($0.grad).clone() }
                    memory = 0
                }
                try super.trainStep(batch, state: state)
            }
        }
        let (model, data) = (Failing(), SmallData())
        data.options = LoaderOptions(batchSize: 8)
        let trainer = try Trainer(
            .epochs(1), accumulation: .batches(2), outOfMemory: .splits(atLeast: 8), device: .cpu, display: .nothing)
        #expect(throws: TorchError.self) { try trainer.fit(model, data) }
        #expect(model.before.count == 4)
        for (parameter, gradient) in zip(try model.network.parameters(), model.before) {
            try expectSameBits(#require(parameter.grad), gradient)
        }
    }

    @Test("as long as there is memory, it changes nothing, to the bit", arguments: [false, true], [1, 2])
    func unused(isMixed: Bool, accumulation: Int) throws {
        func losses(_ outOfMemory: TrainerOptions.OutOfMemory) throws -> [Double] {
            try train(outOfMemory, accumulation: accumulation) { model in
                (model.dropout, model.usesBatchNorm, model.isMixed) = (0.5, true, isMixed)
            }.model.losses
        }
        #expect(try losses(.splits) == losses(.fails))
    }

    @Test("each attempt begins with the same random numbers and buffers")
    func beginnings() throws {
        // What fails first leaves no trace: with the size known from the beginning, all is the same.
        final class Known: Bounded {
            override func onTrainingStart() throws { batchSplitting?.limit = 2 }
        }
        let found = try train { ($0.memory, $0.dropout, $0.usesBatchNorm) = (3, 0.5, true) }.model
        let (known, data) = (Known(), SmallData())
        data.options = LoaderOptions(batchSize: 8)
        (known.dropout, known.usesBatchNorm) = (0.5, true)
        try Trainer(.epochs(2), outOfMemory: .splits, device: .cpu, display: .nothing).fit(known, data)
        #expect(known.losses == found.losses)
        try expectSameState(.dictionary(known.network.stateDict()), .dictionary(found.network.stateDict()))
    }

    @Test("stopped after any batch it ends the same: the size is in the checkpoints")
    func resume() throws {
        try expectExactResume { folder in
            let model = Bounded()
            (model.memory, model.dropout, model.usesBatchNorm) = (3, 0.5, true)
            let trainer = try Trainer(
                .epochs(2), checkpoints: .in(folder, every: 1), accumulation: .batches(2), outOfMemory: .splits,
                device: .cpu, display: .nothing)
            return (model, trainer)
        }
    }

    @Test("a resume that makes no parts takes whole batches again, and warns of it")
    func resumeWithoutParts() throws {
        func train(_ epochs: Int, _ outOfMemory: TrainerOptions.OutOfMemory, memory: Int, in folder: URL) throws
            -> (sizes: [Int], text: String)
        {
            let (model, data) = (Bounded(), SmallData())
            model.memory = memory
            data.options = LoaderOptions(batchSize: 8)
            let trainer = try Trainer(
                .epochs(epochs), checkpoints: .in(folder, every: 1), outOfMemory: outOfMemory, device: .cpu,
                display: .nothing)
            let text = try trainer.printedText { try trainer.fit(model, data) }
            return (model.sizes, text)
        }
        try withTemporaryFolder { folder in
            _ = try train(1, .splits, memory: 3, in: folder)
            let parts = try train(2, .splits, memory: .max, in: folder)
            #expect(parts.sizes == Array(repeating: 2, count: 11) && !parts.text.contains("trained in parts"))
            let whole = try train(3, .fails, memory: .max, in: folder)
            #expect(whole.sizes == [8, 8, 6])
            #expect(
                whole.text.contains(
                    "warning: the checkpoint was trained in parts of at most 2 samples, since there was too little memory"
                ))
            // From there on no checkpoint has a size.
            let later = try train(4, .fails, memory: .max, in: folder)
            #expect(later.sizes == [8, 8, 6] && !later.text.contains("trained in parts"))
        }
    }

    @Test("what cannot be repeated is the original error with what to do")
    func givingUp() throws {
        let tooSmall = #expect(throws: TorchError.self) { try train(.splits(atLeast: 4)) { $0.memory = 3 } }
        #expect(tooSmall?.kind == .outOfMemory)
        #expect(tooSmall?.message.contains("none for 4. there is too little memory for 4 samples") == true)
        #expect(throws: TorchError.self) { try train { $0.memory = 0 } }
        let plain = #expect(throws: TorchError.self) { try train(.fails) { $0.memory = 3 } }
        #expect(plain?.message == "none for 8")

        final class Elsewhere: SmallModel {
            override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws {
                try minimize(optimizer) { throw TorchError(kind: .outOfMemory, message: "none") }
            }
        }
        let trainer = try Trainer(.epochs(1), outOfMemory: .splits, device: .cpu, display: .nothing)
        let other = #expect(throws: TorchError.self) { try trainer.fit(Elsewhere(), SmallData()) }
        #expect(other?.message.contains("minimize(optimizer, on: batch)") == true)
        #expect(throws: ConfigurationError.self) {
            try Trainer(.epochs(1), outOfMemory: .splits(atLeast: 0), device: .cpu)
        }
        #expect(throws: ConfigurationError.self) {
            try Trainer(.epochs(1), outOfMemory: .splits, deterministic: .acrossRanks, device: .cpu)
        }
    }

    @Test("another error of the loss ends the training as ever")
    func otherErrors() throws {
        final class Failing: SmallModel {
            override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws {
                try minimize(optimizer, on: batch) { _ in throw TorchError(kind: .shape, message: "no") }
            }
        }
        let trainer = try Trainer(.epochs(1), outOfMemory: .splits, device: .cpu, display: .nothing)
        let error = #expect(throws: TorchError.self) { try trainer.fit(Failing(), SmallData()) }
        #expect(error?.message == "no")
    }

    @Test("parts have almost the same size", arguments: [(8, 3), (7, 2), (5, 5), (1, 1), (100, 7)])
    func parts(count: Int, limit: Int) {
        let parts = BatchSplitting.parts(of: count, limit: limit)
        #expect(parts.flatMap { $0 } == Array(0..<count))
        let sizes = parts.map(\.count)
        #expect((sizes.max() ?? 0) <= limit && (sizes.max() ?? 0) - (sizes.min() ?? 0) <= 1)
    }

    @Test("tensors, labeled batches and dictionaries of them are split along the first dimension")
    func batches() throws {
        let tensor = try Tensor.arange(12).reshape([6, 2])
        #expect(try tensor.samples(2..<5).equal(tensor[2..<5]) && tensor.sampleCount == 6)
        let batch = ["a": LabeledBatch(inputs: tensor, targets: tensor)]
        let part = try batch.samples(1..<3)
        #expect(part.sampleCount == 2)
        #expect(try part["a"]?.targets.equal(tensor[1..<3]) == true)
    }
}
