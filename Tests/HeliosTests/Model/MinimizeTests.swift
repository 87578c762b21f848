import Helios
import TestSupport
import Testing

/// `minimize` does what a step that is written by hand does, to the bit.
@Suite(.standardGenerator) struct MinimizeTests {
    /// Trains with `minimize`, or in the same way by hand.
    final class Stepping: Model<LabeledBatch> {
        struct Options: Sendable, CustomTestStringConvertible {
            var clip: GradientClip?
            var hasScheduler = false
            var isMixed = false
            var usesLBFGS = false
            var testDescription: String {
                "clip: \(clip.map { "\($0)" } ?? "none"), scheduler: \(hasScheduler), mixed: \(isMixed), LBFGS: \(usesLBFGS)"
            }
        }

        let options: Options
        let isByHand: Bool
        var network: Sequential!
        var optimizer: Optimizer!
        var scheduler: ExponentialLR!
        var losses: [Double] = []

        init(_ options: Options, isByHand: Bool) {
            self.options = options
            self.isByHand = isByHand
            super.init(saveName: "stepping")
        }

        override func setup(fastInit: Bool) throws {
            try LibTorch.setThreadCount(1)
            network = Sequential(Flatten(), Linear(9, 8), ReLU(), Dropout(p: 0.2), Linear(8, 3))
            if options.isMixed { try createScaler(dtype: .bfloat16) }
            optimizer =
                options.usesLBFGS
                ? try LBFGS(network.parameters(), learningRate: 0.1, maxIterations: 4)
                : try AdamW(network.parameters(), learningRate: 0.01)
            scheduler = try ExponentialLR(optimizer, gamma: 0.9)
        }

        private func loss(_ batch: LabeledBatch) throws -> Tensor {
            try crossEntropy(network(batch.inputs).to(.float32), batch.targets)
        }

        override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws {
            guard isByHand else {
                if options.hasScheduler {
                    try minimize(optimizer, clip: options.clip, scheduler: scheduler) { try loss(batch) }
                } else {
                    try minimize(optimizer, clip: options.clip) { try loss(batch) }
                }
                return
            }
            try options.usesLBFGS ? closureStep(batch) : handWrittenStep(batch)
            if options.hasScheduler, isStepDue { try scheduler.step() }
        }

        private func closureStep(_ batch: LabeledBatch) throws {
            lossItems["loss"] = try optimizer.step {
                try optimizer.zeroGrad()
                let loss = try self.loss(batch)
                try loss.backward()
                try clipGradients()
                return loss
            }
        }

        private func handWrittenStep(_ batch: LabeledBatch) throws {
            let loss = try autocast { try self.loss(batch) }
            lossItems["loss"] = loss
            let part = try loss / Double(batchesPerStep)
            if let scaler = mixedPrecision?.scaler {
                try scaler.scale(part).backward()
                guard isStepDue else { return }
                try clipGradients()
                try scaler.step(optimizer)
                try scaler.update()
            } else {
                try part.backward()
                guard isStepDue else { return }
                try clipGradients()
                try optimizer.step()
            }
            try optimizer.zeroGrad()
        }

        private func clipGradients() throws {
            switch options.clip {
            case nil: break
            case .norm(let norm, let type):
                try clipGradients(network.parameters(), optimizer, maxNorm: norm, normType: type)
            case .value(let limit):
                try mixedPrecision?.scaler.unscale_(optimizer)
                try clipGradValue_(network.parameters(), clipValue: limit)
            }
        }

        override func onTrainingBatchEnd(state: TrainingState, shouldLog: Bool) throws {
            try super.onTrainingBatchEnd(state: state, shouldLog: shouldLog)
            losses.append(lastLosses["loss"] ?? .nan)
        }
    }

    static let options = [
        Stepping.Options(), .init(clip: .norm(0.5)), .init(clip: .norm(0.1, type: .infinity)),
        .init(clip: .value(0.05)), .init(hasScheduler: true), .init(isMixed: true),
        .init(clip: .norm(0.5), hasScheduler: true, isMixed: true), .init(clip: .value(0.05), isMixed: true),
    ]

    private func expectSameTraining(
        _ options: Stepping.Options, _ length: TrainerOptions.Length = .epochs(2),
        accumulation: TrainerOptions.Accumulation = .batches(1)
    ) throws {
        func train(isByHand: Bool) throws -> Stepping {
            let model = Stepping(options, isByHand: isByHand)
            try Trainer.quiet(length, accumulation: accumulation).fit(model, SmallData())
            return model
        }
        let (one, other) = (try train(isByHand: false), try train(isByHand: true))
        #expect(one.losses == other.losses && !one.losses.isEmpty)
        try expectSameState(one.network, other.network)
        #expect(one.scheduler.lastLearningRates == other.scheduler.lastLearningRates)
        // Otherwise nothing was trained, and anything is the same as anything.
        #expect(Set(one.losses).count == one.losses.count)
    }

    @Test("a step for each batch", arguments: options)
    func plain(options: Stepping.Options) throws {
        try expectSameTraining(options)
    }

    @Test(
        "accumulated gradients, with a step of its own for the rest of an epoch or without it",
        arguments: options, AccumulationRemainder.allCases)
    func accumulation(options: Stepping.Options, remainder: AccumulationRemainder) throws {
        // Six batches in an epoch: a remainder of one, which is a step of one batch, and one of two.
        for count in [4, 5] {
            try expectSameTraining(options, accumulation: .batches(count, remainder: remainder))
            try expectSameTraining(options, .iterations(3), accumulation: .batches(count, remainder: remainder))
        }
    }

    @Test("an optimizer that evaluates the loss several times in a step", arguments: [nil, GradientClip.norm(0.5)])
    func closure(clip: GradientClip?) throws {
        try expectSameTraining(.init(clip: clip, hasScheduler: true, usesLBFGS: true))
    }

    @Test("what such an optimizer cannot do is an error")
    func impossible() throws {
        let accumulating = Stepping(.init(usesLBFGS: true), isByHand: false)
        let error = #expect(throws: ConfigurationError.self) {
            try Trainer.quiet(accumulation: .batches(2)).fit(accumulating, SmallData())
        }
        #expect(error?.description.contains("LBFGS") == true)
        let mixed = Stepping(.init(isMixed: true, usesLBFGS: true), isByHand: false)
        #expect(throws: ConfigurationError.self) { try Trainer.quiet().fit(mixed, SmallData()) }
    }

    @Test("a limit that would turn gradients around, or stop them, is an error")
    func clips() throws {
        for clip in [GradientClip.norm(0), .norm(-1), .norm(.nan), .norm(1, type: 0), .value(-1), .value(.nan)] {
            #expect(throws: ConfigurationError.self) {
                try Trainer.quiet().fit(Stepping(.init(clip: clip), isByHand: false), SmallData())
            }
        }
        let parameter = try Tensor([1.0, 2]).asParameter()
        try parameter.sum().backward()
        #expect(throws: TorchError.self) { try clipGradNorm_([parameter], maxNorm: -1) }
        #expect(throws: TorchError.self) { try clipGradNorm_([parameter], maxNorm: 1, normType: .nan) }
        #expect(throws: TorchError.self) { try clipGradValue_([parameter], clipValue: .nan) }
        try expectSameBits(#require(parameter.grad), Tensor([1.0, 1]))
    }

    @Test("calls of one step that would hide or undo each other are errors")
    func contradictions() throws {
        final class Contradicting: SmallModel {
            let step: (Contradicting, LabeledBatch) throws -> Void
            var other: SGD!

            init(_ step: @escaping (Contradicting, LabeledBatch) throws -> Void) { self.step = step }

            override func setup(fastInit: Bool) throws {
                try super.setup(fastInit: fastInit)
                other = try SGD(network.parameters(), learningRate: 0.1)
            }
            override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws { try step(self, batch) }
            func loss(_ batch: LabeledBatch) throws -> Tensor { try crossEntropy(network(batch.inputs), batch.targets) }
        }
        func error(
            _ batches: Int = 1, _ step: @escaping (Contradicting, LabeledBatch) throws -> Void
        ) -> ConfigurationError? {
            #expect(throws: ConfigurationError.self) {
                try Trainer.quiet(accumulation: .batches(batches)).fit(Contradicting(step), SmallData())
            }
        }
        let names = error { model, batch in
            try model.minimize(model.optimizer) { try model.loss(batch) }
            try model.minimize(model.other) { try model.loss(batch) }
        }
        #expect(names?.description.contains("are called 'loss'") == true)
        let twice = error(2) { model, batch in
            for name in ["a", "b"] { try model.minimize(model.optimizer, as: name) { try model.loss(batch) } }
        }
        #expect(twice?.description.contains("called twice for one optimizer") == true)
        let scheduler = error { model, batch in
            let scheduler = try ExponentialLR(model.other, gamma: 0.9)
            try model.minimize(model.optimizer, scheduler: scheduler) { try model.loss(batch) }
        }
        #expect(scheduler?.description.contains("a scheduler (ExponentialLR) of another optimizer") == true)
    }

    @Test("the loss is returned, and in lossItems under its name")
    func name() throws {
        final class Naming: SmallModel {
            override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws {
                let loss = try minimize(optimizer, as: "classes") {
                    try crossEntropy(network(batch.inputs), batch.targets)
                }
                try expectSameBits(loss, try #require(lossItems["classes"]))
                #expect(lossItems.count == 1)
            }
        }
        try Trainer.quiet(.epochs(1)).fit(Naming(), SmallData())
    }

    /// Two networks, the loss of the second of which goes through the first too.
    final class Adversarial: Model<LabeledBatch> {
        let isByHand, isMixed: Bool
        var first, second: Linear!
        var firstOptimizer, secondOptimizer: SGD!

        init(isByHand: Bool, isMixed: Bool = false) {
            self.isByHand = isByHand
            self.isMixed = isMixed
            super.init(saveName: "adversarial")
        }

        override func setup(fastInit: Bool) throws {
            if isMixed {
                let scaler = try GradScaler(device: .cpu, initialScale: 8, growthInterval: 2)
                try createScaler(dtype: .bfloat16, scaler: scaler)
            }
            (first, second) = (Linear(9, 4), Linear(4, 3))
            firstOptimizer = try SGD(first.parameters(), learningRate: 0.1)
            secondOptimizer = try SGD(second.parameters(), learningRate: 0.1)
        }

        private func loss(_ batch: LabeledBatch, factor: Double) throws -> Tensor {
            try crossEntropy(second(first(batch.inputs.flatten(startDim: 1))), batch.targets) * factor
        }

        override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws {
            guard isByHand else {
                try minimize(firstOptimizer, as: "first") { try loss(batch, factor: -1) }
                try minimize(secondOptimizer, as: "second") { try loss(batch, factor: 1) }
                return
            }
            if let scaler = mixedPrecision?.scaler { return try scaledSteps(batch, scaler) }
            try step(firstOptimizer, first, batch, factor: -1)
            try step(secondOptimizer, second, batch, factor: 1)
        }

        /// What PyTorch's documentation does with several losses and optimizers: one update for all.
        private func scaledSteps(_ batch: LabeledBatch, _ scaler: GradScaler) throws {
            for (optimizer, factor) in [(firstOptimizer, -1.0), (secondOptimizer, 1.0)] {
                guard let optimizer else { continue }
                try optimizer.zeroGrad()
                try scaler.scale(autocast { try loss(batch, factor: factor) }).backward()
                try scaler.step(optimizer)
            }
            try scaler.update()
        }

        /// Accumulates the gradients of one network by itself.
        private func step(_ optimizer: SGD, _ network: Linear, _ batch: LabeledBatch, factor: Double) throws {
            let parameters = try network.parameters()
            let loss = try self.loss(batch, factor: factor) / Double(batchesPerStep)
            for (parameter, gradient) in zip(parameters, try grad(of: [loss], withRespectTo: parameters)) {
                let gradient = try #require(gradient)
                try parameter.setGrad(parameter.grad.map { try $0 + gradient } ?? gradient)
            }
            guard isStepDue else { return }
            try optimizer.step()
            try optimizer.zeroGrad()
        }
    }

    @Test("with two optimizers each loss changes its own network only", arguments: [1, 4])
    func twoOptimizers(batches: Int) throws {
        func train(isByHand: Bool) throws -> Adversarial {
            let model = Adversarial(isByHand: isByHand)
            try Trainer.quiet(.epochs(2), accumulation: .batches(batches)).fit(model, SmallData())
            return model
        }
        let (one, other) = (try train(isByHand: false), try train(isByHand: true))
        try expectSameState(one.first, other.first)
        try expectSameState(one.second, other.second)
    }

    @Test("with two optimizers the scaler is updated once a step, as PyTorch does")
    func oneUpdate() throws {
        func train(isByHand: Bool) throws -> Adversarial {
            let model = Adversarial(isByHand: isByHand, isMixed: true)
            try Trainer.quiet(.epochs(2)).fit(model, SmallData())
            return model
        }
        let (one, other) = (try train(isByHand: false), try train(isByHand: true))
        try expectSameState(one.first, other.first)
        try expectSameState(one.second, other.second)
        let (state, expected) = (
            try one.mixedPrecision?.scaler.stateDict(), try other.mixedPrecision?.scaler.stateDict()
        )
        #expect(try state?.double("scale") == expected?.double("scale"))
        // Twelve steps with an update each.
        #expect(try state?.double("scale") == 8 * 64)
    }

    @Test("a second step of one optimizer in the same batch has the scale that the first one led to")
    func twoSteps() throws {
        final class Twice: SmallModel {
            var scales: [Double] = []

            override func setup(fastInit: Bool) throws {
                try super.setup(fastInit: fastInit)
                let scaler = try GradScaler(device: .cpu, initialScale: 2, growthInterval: 1)
                try createScaler(dtype: .bfloat16, scaler: scaler)
            }

            override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws {
                for _ in 0..<2 {
                    try minimize(optimizer) { try crossEntropy(network(batch.inputs).to(.float32), batch.targets) }
                    scales.append(try mixedPrecision?.scaler.currentScale() ?? 0)
                }
            }
        }
        let model = Twice()
        try Trainer.quiet(.iterations(2)).fit(model, SmallData())
        #expect(model.scales == [2, 4, 8, 16])
    }

    @Test("outside a run every call is a step")
    func alone() throws {
        let model = Stepping(.init(), isByHand: false)
        try model.setup(fastInit: false)
        let weights = try model.network.parameters().map { try $0.detach().clone() }
        let batch = LabeledBatch(inputs: try Tensor.randn([4, 1, 3, 3]), targets: try Tensor([0, 1, 2, 0]))
        try model.trainStep(batch, state: TrainingState())
        #expect(try zip(model.network.parameters(), weights).allSatisfy { try !$0.equal($1) })
    }
}
