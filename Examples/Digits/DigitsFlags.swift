import ArgumentParser
import Helios
import HeliosProgram
import HeliosConfiguration

/// The options of the command line that stand for keys of the configuration.
struct DigitsFlags: ConfigFlags {
    @Option(help: "How many epochs to train in all. (default: 20)")
    var epochs: Int?

    @Option(help: "How many digits go into a step. (default: 32)")
    var batchSize: Int?

    @Option(help: "The learning rate of AdamW. (default: 0.001)")
    var learningRate: Double?

    @Option(help: "What the initial weights and the orders of the digits are drawn from. (default: 0)")
    var seed: UInt64?

    @Flag(
        help:
            "Compute the same bits on 1, 2 and 4 processes: each step's digits are cut into four parts, whose gradients are added up in a fixed order."
    )
    var deterministicAcrossRanks = false

    @Option(help: "How many threads make batches ahead of the training. (default: 0)")
    var workers: Int?

    @Option(help: "What training is counted in: epoch or iteration. (default: epoch)")
    var unit: TrainingUnit?

    @Option(help: "The number of units between two checkpoints. (default: each epoch)")
    var checkpointFrequency: Int?

    @Option(
        help:
            "Which options a resumed run uses if they differ: keep (the checkpoint's) or override (these). (default: keep)"
    )
    var onResume: ResumePolicy?

    func validate() throws {
        func require(_ condition: Bool, _ message: String) throws {
            guard condition else { throw ValidationError(message) }
        }
        try require(epochs ?? 1 > 0, "--epochs must be positive, not \(epochs ?? 0).")
        try require(batchSize ?? 1 > 0, "--batch-size must be positive, not \(batchSize ?? 0).")
        try require(
            batchSize ?? 1 <= DigitsData.trainCount,
            "--batch-size \(batchSize ?? 0) is larger than the \(DigitsData.trainCount) digits to train with.")
        if let learningRate {
            try require(
                learningRate.isFinite && learningRate > 0, "--learning-rate must be positive, not \(learningRate).")
        }
        try require(workers ?? 0 >= 0, "--workers must not be negative, and is \(workers ?? 0).")
        try require(
            checkpointFrequency ?? 1 > 0, "--checkpoint-frequency must be positive, not \(checkpointFrequency ?? 0).")
    }

    func overrides() -> [ConfigOverride] {
        var overrides: [ConfigOverride] = []
        func add(_ key: String, _ option: String, _ value: (some ConfigOverrideValue)?) {
            guard let value else { return }
            overrides.append(ConfigOverride(key, value, origin: "--\(option) \(value.overrideText)"))
        }
        add("trainer.epochs", "epochs", epochs)
        add("loader.batchSize", "batch-size", batchSize)
        add("optimizer.lr", "learning-rate", learningRate)
        add("trainer.seed", "seed", seed)
        if deterministicAcrossRanks { add("trainer.deterministic", "deterministic-across-ranks", "acrossRanks") }
        add("loader.workers", "workers", workers)
        add("unit", "unit", unit?.rawValue)
        add("checkpointFrequency", "checkpoint-frequency", checkpointFrequency)
        add("trainer.checkpoints.onResume", "on-resume", onResume?.rawValue)
        return overrides
    }
}

extension TrainingUnit: ExpressibleByArgument {}
extension ResumePolicy: ExpressibleByArgument {}
