import Helios
import TestSupport
import Testing

@Suite(.standardGenerator) struct AccumulationTests {
    /// A linear network without randomness, that steps if a step is due.
    private final class Accumulating: Model<LabeledBatch> {
        var network: Linear!
        var optimizer: SGD!
        var clip: Double?
        private(set) var stepCount = 0

        init(clip: Double? = nil) {
            self.clip = clip
            super.init(saveName: "accumulating")
        }

        override func setup(fastInit: Bool) throws {
            network = Linear(9, 3)
            optimizer = try SGD(network.parameters(), learningRate: 0.1)
        }

        override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws {
            let loss = try crossEntropy(network(batch.inputs.flatten(startDim: 1)), batch.targets)
            try (loss / Double(batchesPerStep)).backward()
            lossItems["loss"] = loss
            guard isStepDue else { return }
            if let clip { try clipGradients(network.parameters(), optimizer, maxNorm: clip) }
            try optimizer.step()
            try optimizer.zeroGrad()
            stepCount += 1
        }
    }

    private func train(batchSize: Int, accumulating steps: Int, clip: Double? = nil) throws -> Linear {
        let (model, data) = (Accumulating(clip: clip), SmallData())
        data.count = 24
        data.options = LoaderOptions(batchSize: batchSize)
        try Trainer.quiet(.iterations(4), accumulation: .batches(steps)).fit(model, data)
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

    // MARK: The batches at the end of an epoch

    /// Trains three epochs.
    private func train(
        count: Int, batchSize: Int, accumulating steps: Int = 1, _ remainder: AccumulationRemainder = .step,
        dropLast: Bool = false, plugins: [Plugin] = []
    ) throws -> Accumulating {
        let (model, data) = (Accumulating(), SmallData())
        data.count = count
        data.options = LoaderOptions(batchSize: batchSize, dropLast: dropLast)
        let trainer = try Trainer(
            .epochs(3), validation: .every(3), accumulation: .batches(steps, remainder: remainder), device: .cpu,
            display: .nothing)
        for plugin in plugins { try trainer.register(plugin) }
        try trainer.fit(model, data)
        return model
    }

    @Test(
        "by epoch the remainder makes a step of its own, the mean over its batches, as a smaller last batch does",
        arguments: [(20, 4, 4, 2), (20, 4, 16, 1), (20, 4, 5, 1), (4, 4, 4, 1), (17, 1, 3, 6)])
    func remainderSteps(count: Int, batchSize: Int, steps: Int, stepsPerEpoch: Int) throws {
        let ema = try EMA(decay: 0.5)
        let monitor = try LearningRateMonitor(.steps(1), historyLimit: 100)
        let small = try train(count: count, batchSize: batchSize, accumulating: steps, plugins: [ema, monitor])
        let large = try train(count: count, batchSize: batchSize * steps)
        #expect(small.stepCount == 3 * stepsPerEpoch && large.stepCount == 3 * stepsPerEpoch)
        try expectClose(small.network.weight, large.network.weight, relative: 1e-5, absolute: 1e-6)
        #expect(ema.stepCount == 3 * stepsPerEpoch && monitor.history.count == 3 * stepsPerEpoch)
    }

    @Test("a remainder that is dropped is not trained")
    func droppedRemainder() throws {
        let small = try train(count: 20, batchSize: 4, accumulating: 4, .drop)
        let large = try train(count: 20, batchSize: 16, dropLast: true)
        #expect(small.stepCount == 3)
        try expectClose(small.network.weight, large.network.weight, relative: 1e-5, absolute: 1e-6)
    }

    @Test("by iteration the next epoch completes a step, unless the remainder is dropped")
    func remainderByIteration() throws {
        final class Noting: Model<LabeledBatch> {
            var batches: [String] = []
            override func setup(fastInit: Bool) {}
            override func trainStep(_ batch: LabeledBatch, state: TrainingState) {
                batches.append("\(state.datasetIter)\(isStepDue ? " steps" : "")")
                #expect(batchesPerStep == 2)
            }
        }
        for (remainder, expected) in [
            (AccumulationRemainder.step, ["0", "1 steps", "2", "0 steps"]), (.drop, ["0", "1 steps", "0", "1 steps"]),
        ] {
            let (model, data) = (Noting(saveName: "noting"), SmallData())
            data.count = 10
            let trainer = try Trainer(
                .iterations(2), accumulation: .batches(2, remainder: remainder), device: .cpu, display: .nothing)
            try trainer.fit(model, data)
            #expect(model.batches == expected)
        }
    }

    @Test("a training in which not one step can be made is an error before it begins")
    func noStepPossible() throws {
        let error = #expect(throws: DataError.self) {
            try train(count: 20, batchSize: 4, accumulating: 16, .drop)
        }
        #expect(
            error?.description.contains("an epoch has 5 batches, accumulation is .batches(16, remainder: .drop)")
                == true)
    }

    /// Counts batches by itself, and never gets to a step.
    private final class OwnCount: SmallModel {
        override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws {
            let loss = try crossEntropy(network(batch.inputs), batch.targets)
            try loss.backward()
            lossItems["loss"] = loss
            if state.globalIteration.isMultiple(of: 16) { try optimizer.step() }
        }
    }

    @Test("a training that ends without a single step is an error, and warned of with the first step that is left out")
    func noStepMade() throws {
        let data = SmallData()
        data.count = 20
        let trainer = try Trainer.quiet(.epochs(3), validation: .every(3), accumulation: .batches(16))
        let text = try trainer.printedText {
            let error = #expect(throws: ConfigurationError.self) { try trainer.fit(OwnCount(), data) }
            #expect(error?.description.contains("no optimizer made a single step in its 15 batches") == true)
        }
        #expect(text.components(separatedBy: "no optimizer stepped with the batch that completes a step").count == 2)
    }

    @Test("a model that does not accumulate at all is warned of once")
    func notAccumulating() throws {
        let trainer = try Trainer.quiet(.epochs(2), validation: .every(2), accumulation: .batches(4))
        let text = try trainer.printedText { try trainer.fit(SmallModel(), SmallData()) }
        #expect(text.components(separatedBy: "stepped with a batch that does not complete a step").count == 2)
    }

    @Test("a fast run makes at least one step")
    func fastRun() throws {
        let data = SmallData()
        data.count = 40
        let trainer = try Trainer(
            .epochs(5), accumulation: .batches(4, remainder: .drop), device: .cpu, display: .nothing)
        let model = Accumulating()
        try trainer.fastRun(model, data, limit: 3)
        #expect(model.stepCount == 1)
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
