import Helios

/// `halved` is a function that is registered here. `last_epoch` needs an optimizer that a scheduler had before.
let schedulerCases: RegistryCases<Optimizer, LRScheduler> = {
    try? Registries.functions.register("halved", replacing: true) { options in
        let offset = try options.double("plus", 0)
        return { $0 / 2 + offset }
    }
    return cases
}()

private let cases: RegistryCases<Optimizer, LRScheduler> = [
    "StepLR": [
        .init(["step_size": 3]) { try StepLR($0, stepSize: 3) },
        .init(["step_size": 3, "gamma": 0.7, "last_epoch": 5]) {
            try StepLR($0, stepSize: 3, gamma: 0.7, lastEpoch: 5)
        },
    ],
    "MultiStepLR": [
        .init(["milestones": [3, 5]]) { try MultiStepLR($0, milestones: [3, 5]) },
        .init(["milestones": [3, 5], "gamma": 0.7, "last_epoch": 5]) {
            try MultiStepLR($0, milestones: [3, 5], gamma: 0.7, lastEpoch: 5)
        },
    ],
    "ReduceLROnPlateau": [
        .init([:]) { try ReduceLROnPlateau($0) },
        .init([
            "mode": "max", "factor": 0.6, "patience": 2, "threshold": 0.05, "threshold_mode": "abs", "cooldown": 4,
            "min_lr": [0.01], "eps": 1e-3,
        ]) {
            try ReduceLROnPlateau(
                $0, mode: .max, factor: 0.6, patience: 2, threshold: 0.05, thresholdMode: .absolute, cooldown: 4,
                minLearningRate: [0.01], eps: 1e-3)
        },
    ],
    "ConstantLR": [
        .init([:]) { try ConstantLR($0) },
        .init(["factor": 0.2, "total_iters": 7, "last_epoch": 5]) {
            try ConstantLR($0, factor: 0.2, totalIters: 7, lastEpoch: 5)
        },
    ],
    "LinearLR": [
        .init([:]) { try LinearLR($0) },
        .init(["start_factor": 0.2, "end_factor": 0.7, "total_iters": 7, "last_epoch": 5]) {
            try LinearLR($0, startFactor: 0.2, endFactor: 0.7, totalIters: 7, lastEpoch: 5)
        },
    ],
    "ExponentialLR": [
        .init(["gamma": 0.9]) { try ExponentialLR($0, gamma: 0.9) },
        .init(["gamma": 0.9, "last_epoch": 5]) { try ExponentialLR($0, gamma: 0.9, lastEpoch: 5) },
    ],
    "PolynomialLR": [
        .init([:]) { try PolynomialLR($0) },
        .init(["total_iters": 7, "power": 2.5, "last_epoch": 5]) {
            try PolynomialLR($0, totalIters: 7, power: 2.5, lastEpoch: 5)
        },
    ],
    "CosineAnnealingLR": [
        .init(["T_max": 10]) { try CosineAnnealingLR($0, tMax: 10) },
        .init(["T_max": 10, "eta_min": 0.01, "last_epoch": 5]) {
            try CosineAnnealingLR($0, tMax: 10, etaMin: 0.01, lastEpoch: 5)
        },
    ],
    "LambdaLR": [
        .init(["lr_lambda": "halved"]) { try LambdaLR($0) { Double($0) / 2 } },
        .init(["lr_lambda": [["type": "halved", "plus": 1]], "last_epoch": 5]) {
            try LambdaLR($0, lambdas: [{ Double($0) / 2 + 1 }], lastEpoch: 5)
        },
    ],
    "MultiplicativeLR": [
        .init(["lr_lambda": "halved"]) { try MultiplicativeLR($0) { Double($0) / 2 } },
        .init(["lr_lambda": [["type": "halved", "plus": 1]], "last_epoch": 5]) {
            try MultiplicativeLR($0, lambdas: [{ Double($0) / 2 + 1 }], lastEpoch: 5)
        },
    ],
    "SWALR": [
        .init(["swa_lr": 0.05]) { try SWALR($0, swaLearningRate: 0.05) },
        .init(["swa_lr": [0.05], "anneal_epochs": 4, "anneal_strategy": "linear", "last_epoch": 5]) {
            try SWALR($0, swaLearningRate: [0.05], annealEpochs: 4, annealStrategy: .linear, lastEpoch: 5)
        },
    ],
    "CyclicLR": [
        .init(["base_lr": 0.01, "max_lr": 0.2]) { try CyclicLR($0, baseLearningRate: 0.01, maxLearningRate: 0.2) },
        .init([
            "base_lr": [0.01], "max_lr": [0.2], "step_size_up": 5, "step_size_down": 12, "mode": "exp_range",
            "gamma": 0.9, "base_momentum": [0.5], "max_momentum": 0.6,
        ]) {
            try CyclicLR(
                $0, baseLearningRate: [0.01], maxLearningRate: [0.2], stepSizeUp: 5, stepSizeDown: 12, mode: .expRange,
                gamma: 0.9, baseMomentum: [0.5], maxMomentum: 0.6)
        },
        .init([
            "base_lr": 0.01, "max_lr": 0.2, "scale_fn": "halved", "scale_mode": "iterations", "cycle_momentum": false,
            "last_epoch": 5,
        ]) {
            try CyclicLR(
                $0, baseLearningRate: 0.01, maxLearningRate: 0.2, scale: { $0 / 2 }, scaleMode: .iterations,
                cycleMomentum: false, lastEpoch: 5)
        },
    ],
    "OneCycleLR": [
        .init(["max_lr": 0.3, "total_steps": 50]) { try OneCycleLR($0, maxLearningRate: 0.3, totalSteps: 50) },
        .init([
            "max_lr": [0.3], "epochs": 12, "steps_per_epoch": 9, "pct_start": 0.25, "anneal_strategy": "linear",
            "base_momentum": [0.5], "max_momentum": 0.6, "div_factor": 10, "final_div_factor": 50, "three_phase": true,
        ]) {
            try OneCycleLR(
                $0, maxLearningRate: [0.3], epochs: 12, stepsPerEpoch: 9, pctStart: 0.25, annealStrategy: .linear,
                baseMomentum: [0.5], maxMomentum: 0.6, divFactor: 10, finalDivFactor: 50, threePhase: true)
        },
        // Another last_epoch needs an optimizer that this scheduler had before.
        .init(["max_lr": 0.3, "total_steps": 50, "cycle_momentum": false, "last_epoch": -1]) {
            try OneCycleLR($0, maxLearningRate: 0.3, totalSteps: 50, cycleMomentum: false)
        },
    ],
    "CosineAnnealingWarmRestarts": [
        .init(["T_0": 10]) { try CosineAnnealingWarmRestarts($0, t0: 10) },
        .init(["T_0": 3, "T_mult": 2, "eta_min": 0.01, "last_epoch": 5]) {
            try CosineAnnealingWarmRestarts($0, t0: 3, tMult: 2, etaMin: 0.01, lastEpoch: 5)
        },
    ],
    "CosineAnnealingRestartLR": [
        .init(["periods": [10]]) { try CosineAnnealingRestartLR($0, periods: [10]) },
        .init(["periods": [10, 20], "restart_weights": [1, 0.5], "eta_min": 0.01, "last_epoch": 5]) {
            try CosineAnnealingRestartLR($0, periods: [10, 20], restartWeights: [1, 0.5], etaMin: 0.01, lastEpoch: 5)
        },
    ],
    "MultiStepRestartLR": [
        .init(["milestones": [3, 8]]) { try MultiStepRestartLR($0, milestones: [3, 8]) },
        .init([
            "milestones": [3, 8], "gamma": 0.7, "restarts": [0, 5], "restart_weights": [1, 0.5], "last_epoch": 5,
        ]) {
            try MultiStepRestartLR(
                $0, milestones: [3, 8], gamma: 0.7, restarts: [0, 5], restartWeights: [1, 0.5], lastEpoch: 5)
        },
    ],
    "LinearWarmupScheduler": [
        .init(["warmup_steps": 5, "scheduler": ["type": "StepLR", "step_size": 3]]) {
            try LinearWarmupScheduler($0, warmupSteps: 5, scheduler: StepLR($0, stepSize: 3))
        },
        .init([
            "warmup_steps": 5, "scheduler": ["type": "StepLR", "step_size": 3], "warmup_start_factor": 0.2,
            "last_epoch": 5,
        ]) {
            try LinearWarmupScheduler(
                $0, warmupSteps: 5, scheduler: StepLR($0, stepSize: 3), warmupStartFactor: 0.2, lastEpoch: 5)
        },
    ],
    "SequentialLR": [
        .init(["schedulers": ["LinearLR", ["type": "CosineAnnealingLR", "T_max": 9]], "milestones": [4]]) {
            try SequentialLR($0, schedulers: [LinearLR($0), CosineAnnealingLR($0, tMax: 9)], milestones: [4])
        }
    ],
    "ChainedScheduler": [
        .init(["schedulers": ["LinearLR", ["type": "CosineAnnealingLR", "T_max": 9]]]) {
            try ChainedScheduler([LinearLR($0), CosineAnnealingLR($0, tMax: 9)])
        }
    ],
]
