import Foundation
import TorchOptim

/// The schedulers of Tests/Fixtures/schedulers.py, by the same names.
enum SchedulerCases {
    typealias Make = @Sendable (Optimizer) throws -> LRScheduler

    static let cases: [String: Make] = chainable.merging(composed) { $1 }

    /// Those of PyTorch; the others are Helios'.
    static func arePyTorchs(_ names: some Collection<String>) -> [String] {
        let others = ["cosine restart", "multistep restart", "warm-up", "no warm-up"]
        return names.sorted().filter { name in !others.contains { name.hasPrefix($0) } }
    }

    private static let chainable: [String: Make] = [
        "lambda": { try LambdaLR($0) { pow(0.95, Double($0)) } },
        "lambda each": { try LambdaLR($0, lambdas: [{ 1 / Double(1 + $0) }, { Double($0 / 30) }]) },
        "multiplicative": { try MultiplicativeLR($0) { _ in 0.97 } },
        "multiplicative each": { try MultiplicativeLR($0, lambdas: [{ _ in 0.97 }, { 1 - 1 / Double($0 + 1) }]) },
        "step": { try StepLR($0, stepSize: 30) },
        "step gamma": { try StepLR($0, stepSize: 7, gamma: 0.7) },
        "multistep": { try MultiStepLR($0, milestones: [30, 80]) },
        "multistep repeated": { try MultiStepLR($0, milestones: [50, 10, 10, 0, 99], gamma: 0.5) },
        "constant": { try ConstantLR($0) },
        "constant options": { try ConstantLR($0, factor: 0.2, totalIters: 40) },
        "linear": { try LinearLR($0) },
        "linear options": { try LinearLR($0, startFactor: 0.9, endFactor: 0.05, totalIters: 60) },
        "exponential": { try ExponentialLR($0, gamma: 0.9) },
        "exponential growing": { try ExponentialLR($0, gamma: 1.02) },
        "polynomial": { try PolynomialLR($0) },
        "polynomial options": { try PolynomialLR($0, totalIters: 80, power: 0.9) },
        "cosine": { try CosineAnnealingLR($0, tMax: 100) },
        "cosine several": { try CosineAnnealingLR($0, tMax: 11, etaMin: 0.004) },
        "warm restarts": { try CosineAnnealingWarmRestarts($0, t0: 10) },
        "warm restarts options": { try CosineAnnealingWarmRestarts($0, t0: 5, tMult: 2, etaMin: 0.001) },
        "plateau": { try ReduceLROnPlateau($0) },
        "plateau options": {
            try ReduceLROnPlateau(
                $0, factor: 0.6, patience: 2, threshold: 0.05, thresholdMode: .absolute, cooldown: 4,
                minLearningRate: [0.01, 0.005], eps: 1e-3)
        },
        "plateau max": {
            try ReduceLROnPlateau($0, mode: .max, factor: 0.5, patience: 5, minLearningRate: 0.001)
        },
        "plateau max abs": {
            try ReduceLROnPlateau(
                $0, mode: .max, factor: 0.5, patience: 3, threshold: 0.02, thresholdMode: .absolute)
        },
        "cyclic": { try CyclicLR($0, baseLearningRate: 0.01, maxLearningRate: 0.2, stepSizeUp: 8) },
        "cyclic triangular2": {
            try CyclicLR(
                $0, baseLearningRate: [0.01, 0.001], maxLearningRate: [0.1, 0.05], stepSizeUp: 5, stepSizeDown: 12,
                mode: .triangular2, baseMomentum: 0.7)
        },
        "cyclic range": {
            try CyclicLR(
                $0, baseLearningRate: 0.01, maxLearningRate: 0.2, stepSizeUp: 10, mode: .expRange, gamma: 0.98,
                baseMomentum: [0.5, 0.6], maxMomentum: 0.95)
        },
        "cyclic function": {
            try CyclicLR(
                $0, baseLearningRate: 0.01, maxLearningRate: 0.2, stepSizeUp: 10, scale: { 0.5 * (1 + sin($0)) },
                scaleMode: .iterations)
        },
        "cyclic without momentum": {
            try CyclicLR($0, baseLearningRate: 0.01, maxLearningRate: 0.2, stepSizeUp: 10, cycleMomentum: false)
        },
        "one cycle": { try OneCycleLR($0, maxLearningRate: 0.3, totalSteps: 100) },
        "one cycle linear": {
            try OneCycleLR(
                $0, maxLearningRate: [0.3, 0.1], epochs: 12, stepsPerEpoch: 9, pctStart: 0.25, annealStrategy: .linear,
                baseMomentum: [0.8, 0.7], maxMomentum: 0.9, divFactor: 10, finalDivFactor: 50)
        },
        "one cycle three": {
            try OneCycleLR($0, maxLearningRate: 0.3, totalSteps: 101, pctStart: 0.4, threePhase: true)
        },
        "one cycle without momentum": {
            try OneCycleLR($0, maxLearningRate: 0.3, totalSteps: 120, pctStart: 0, cycleMomentum: false)
        },
        "swa": { try SWALR($0, swaLearningRate: 0.05) },
        "swa linear": {
            try SWALR($0, swaLearningRate: [0.05, 0.001], annealEpochs: 40, annealStrategy: .linear)
        },
        "swa at once": { try SWALR($0, swaLearningRate: 0.05, annealEpochs: 0) },
        "cosine restart": { try CosineAnnealingRestartLR($0, periods: [100]) },
        "cosine restart several": {
            try CosineAnnealingRestartLR($0, periods: [10, 20, 40], restartWeights: [1, 0.5, 0.25], etaMin: 1e-4)
        },
        "multistep restart": { try MultiStepRestartLR($0, milestones: [20, 60]) },
        "multistep restart several": {
            try MultiStepRestartLR(
                $0, milestones: [10, 10, 45], gamma: 0.5, restarts: [0, 30, 60], restartWeights: [1, 0.8, 0.4])
        },
    ]

    private static let composed: [String: Make] = [
        "warm-up": {
            try LinearWarmupScheduler($0, warmupSteps: 10, scheduler: CosineAnnealingLR($0, tMax: 90))
        },
        "warm-up options": {
            try LinearWarmupScheduler(
                $0, warmupSteps: 6, scheduler: StepLR($0, stepSize: 20, gamma: 0.5), warmupStartFactor: 0.1)
        },
        "no warm-up": { try LinearWarmupScheduler($0, warmupSteps: 0, scheduler: ExponentialLR($0, gamma: 0.95)) },
        "chained": {
            try ChainedScheduler([ConstantLR($0, factor: 0.1, totalIters: 20), ExponentialLR($0, gamma: 0.98)])
        },
        "chained four": {
            try ChainedScheduler([
                LinearLR($0, startFactor: 0.5, totalIters: 10), StepLR($0, stepSize: 25, gamma: 0.5),
                CosineAnnealingLR($0, tMax: 30, etaMin: 0.001), MultiplicativeLR($0) { _ in 0.99 },
            ])
        },
        "sequential": {
            try SequentialLR(
                $0, schedulers: [ConstantLR($0, factor: 0.1, totalIters: 20), ExponentialLR($0, gamma: 0.9)],
                milestones: [20])
        },
        "sequential warm-up": {
            try SequentialLR(
                $0, schedulers: [LinearLR($0, startFactor: 0.01), CosineAnnealingLR($0, tMax: 95)], milestones: [5])
        },
        "sequential many": {
            try SequentialLR(
                $0,
                schedulers: [
                    LinearLR($0, startFactor: 0.2, totalIters: 8), PolynomialLR($0, totalIters: 10, power: 2),
                    MultiStepLR($0, milestones: [3, 5]), LambdaLR($0) { pow(0.9, Double($0)) },
                    CosineAnnealingWarmRestarts($0, t0: 5), StepLR($0, stepSize: 4, gamma: 0.5),
                    ConstantLR($0, factor: 0.5, totalIters: 6), MultiplicativeLR($0) { _ in 0.9 },
                ], milestones: [8, 18, 28, 38, 52, 60, 80])
        },
        "sequential from zero": {
            try SequentialLR(
                $0, schedulers: [ConstantLR($0, factor: 0.1, totalIters: 20), ExponentialLR($0, gamma: 0.97)],
                milestones: [0])
        },
    ]

    /// Schedulers that are stepped one after another, each by itself.
    static let together: [String: @Sendable (Optimizer) throws -> [LRScheduler]] = [
        "linear, step": {
            [try LinearLR($0, startFactor: 0.1, totalIters: 10), try StepLR($0, stepSize: 20, gamma: 0.5)]
        },
        "polynomial, multistep, plateau": {
            [
                try PolynomialLR($0, totalIters: 90, power: 2),
                try MultiStepLR($0, milestones: [30, 60], gamma: 0.3), try ReduceLROnPlateau($0, patience: 4),
            ]
        },
        "cosine, exponential": {
            [try CosineAnnealingLR($0, tMax: 20, etaMin: 0.001), try ExponentialLR($0, gamma: 0.99)]
        },
    ]

    /// Schedulers that resume from the tenth step.
    static let later: [String: Make] = [
        "lambda": { try LambdaLR($0, lastEpoch: 9) { pow(0.95, Double($0)) } },
        "multiplicative": { try MultiplicativeLR($0, lastEpoch: 9) { _ in 0.97 } },
        "step": { try StepLR($0, stepSize: 10, lastEpoch: 9) },
        "multistep": { try MultiStepLR($0, milestones: [10, 20], lastEpoch: 9) },
        "constant": { try ConstantLR($0, factor: 0.5, totalIters: 20, lastEpoch: 9) },
        "linear": { try LinearLR($0, startFactor: 0.5, totalIters: 20, lastEpoch: 9) },
        "exponential": { try ExponentialLR($0, gamma: 0.9, lastEpoch: 9) },
        "polynomial": { try PolynomialLR($0, totalIters: 20, lastEpoch: 9) },
        "cosine": { try CosineAnnealingLR($0, tMax: 20, lastEpoch: 9) },
        "warm restarts": { try CosineAnnealingWarmRestarts($0, t0: 6, tMult: 2, lastEpoch: 9) },
        "cyclic": {
            try CyclicLR($0, baseLearningRate: 0.01, maxLearningRate: 0.2, stepSizeUp: 8, lastEpoch: 9)
        },
        "cosine restart": {
            try CosineAnnealingRestartLR($0, periods: [8, 20], restartWeights: [1, 0.5], lastEpoch: 9)
        },
        "multistep restart": { try MultiStepRestartLR($0, milestones: [10, 20], lastEpoch: 9) },
        "warm-up": {
            try LinearWarmupScheduler(
                $0, warmupSteps: 15, scheduler: ExponentialLR($0, gamma: 0.9), lastEpoch: 9)
        },
    ]
}
