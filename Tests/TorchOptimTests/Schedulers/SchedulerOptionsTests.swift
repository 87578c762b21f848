import Testing
import Torch
import TorchOptim

struct SchedulerOptionsTests {
    static let unfit: [String: @Sendable (Optimizer) throws -> LRScheduler] = [
        "no functions": { try LambdaLR($0, lambdas: []) },
        "three functions": { try MultiplicativeLR($0, lambdas: [{ _ in 1 }, { _ in 1 }, { _ in 1 }]) },
        "step_size 0": { try StepLR($0, stepSize: 0) },
        "step_size huge": { try StepLR($0, stepSize: .max) },
        "gamma negative": { try StepLR($0, stepSize: 1, gamma: -0.1) },
        "gamma nan": { try ExponentialLR($0, gamma: .nan) },
        "milestones negative": { try MultiStepLR($0, milestones: [3, -1]) },
        "factor 0": { try ConstantLR($0, factor: 0) },
        "factor 2": { try ConstantLR($0, factor: 2) },
        "total_iters 0": { try ConstantLR($0, totalIters: 0) },
        "start_factor 0": { try LinearLR($0, startFactor: 0) },
        "start_factor 1.5": { try LinearLR($0, startFactor: 1.5) },
        "end_factor -1": { try LinearLR($0, endFactor: -1) },
        "linear total_iters": { try LinearLR($0, totalIters: -3) },
        "power": { try PolynomialLR($0, power: -1) },
        "T_max": { try CosineAnnealingLR($0, tMax: 0) },
        "eta_min": { try CosineAnnealingLR($0, tMax: 5, etaMin: -1) },
        "T_0": { try CosineAnnealingWarmRestarts($0, t0: 0) },
        "T_mult": { try CosineAnnealingWarmRestarts($0, t0: 1, tMult: 0) },
        "plateau factor": { try ReduceLROnPlateau($0, factor: 1) },
        "patience": { try ReduceLROnPlateau($0, patience: -1) },
        "cooldown": { try ReduceLROnPlateau($0, cooldown: .max) },
        "min_lr": { try ReduceLROnPlateau($0, minLearningRate: [0.1]) },
        "base_lr": { try CyclicLR($0, baseLearningRate: -1.0, maxLearningRate: 1.0) },
        "max_lr": { try CyclicLR($0, baseLearningRate: 0.1, maxLearningRate: [1, 2, 3]) },
        "step_size_up": { try CyclicLR($0, baseLearningRate: 0.1, maxLearningRate: 1.0, stepSizeUp: 0) },
        "no length": { try OneCycleLR($0, maxLearningRate: 1.0) },
        "epochs alone": { try OneCycleLR($0, maxLearningRate: 1.0, epochs: 3) },
        "length huge": { try OneCycleLR($0, maxLearningRate: 1.0, epochs: 1 << 40, stepsPerEpoch: 1 << 40) },
        "pct_start": { try OneCycleLR($0, maxLearningRate: 1.0, totalSteps: 10, pctStart: 1.1) },
        "phase without a step": { try OneCycleLR($0, maxLearningRate: 1.0, totalSteps: 10, pctStart: 0.1) },
        "div_factor": { try OneCycleLR($0, maxLearningRate: 1.0, totalSteps: 10, divFactor: 0) },
        "swa anneal_epochs": { try SWALR($0, swaLearningRate: 0.1, annealEpochs: -1) },
        "no periods": { try CosineAnnealingRestartLR($0, periods: [], restartWeights: []) },
        "weights": { try CosineAnnealingRestartLR($0, periods: [3, 3]) },
        "period 0": { try CosineAnnealingRestartLR($0, periods: [0]) },
        "periods huge": { try CosineAnnealingRestartLR($0, periods: [.max, .max], restartWeights: [1, 1]) },
        "restarts": { try MultiStepRestartLR($0, milestones: [3], restarts: [0, 5]) },
        "warmup_steps": {
            try LinearWarmupScheduler($0, warmupSteps: -1, scheduler: ExponentialLR($0, gamma: 1))
        },
        "lastEpoch": { try ExponentialLR($0, gamma: 1, lastEpoch: -2) },
        "lastEpoch huge": { try ExponentialLR($0, gamma: 1, lastEpoch: .max) },
    ]

    @Test("options that make no sense are errors, and the rates stay", arguments: unfit.keys.sorted())
    func unfitOptionsThrow(name: String) throws {
        let optimizer = try twoGroups()
        let make = try #require(Self.unfit[name])
        #expect(throws: SchedulerError.self) { try make(optimizer) }
        #expect(optimizer.rates == [0.1, 0.02])
        #expect(try optimizer.momentums == [0.9, 0.9])
    }

    @Test("momentum that the optimizer cannot take, or does not have, is an error and changes nothing")
    func unfitMomentumThrows() throws {
        let optimizer = try twoGroups(betas: true)
        #expect(throws: OptimizerError.self) {
            try CyclicLR(optimizer, baseLearningRate: 0.1, maxLearningRate: 0.2, maxMomentum: 1.5)
        }
        #expect(throws: OptimizerError.self) {
            try OneCycleLR(optimizer, maxLearningRate: 0.2, totalSteps: 5, maxMomentum: 1.0)
        }
        #expect(optimizer.rates == [0.1, 0.02])
        #expect(try optimizer.momentums == [0.9, 0.9])
        let plain = try Optimizer(
            groups: [ParameterGroup([Tensor.zeros([1])])], defaults: ["lr": 0.1])
        #expect(throws: SchedulerError.self) { try CyclicLR(plain, baseLearningRate: 0.1, maxLearningRate: 0.2) }
        _ = try CyclicLR(plain, baseLearningRate: 0.1, maxLearningRate: 0.2, cycleMomentum: false)
    }

    @Test("a step beyond the one cycle is an error")
    func cycleEnds() throws {
        let scheduler = try OneCycleLR(twoGroups(), maxLearningRate: 0.2, totalSteps: 3)
        for _ in 0..<3 { try scheduler.step() }
        let error = #expect(throws: SchedulerError.self) { try scheduler.step() }
        #expect(error?.description.contains("no step 4") == true)
    }
}
