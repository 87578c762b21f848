import ArgumentParser
import Foundation
import Helios
import HeliosConfiguration
import HeliosONNX
import HeliosProgram
import HeliosTensorBoard
import HeliosTracking

/// Trains a classifier of handwritten digits, and tests it.
@main
struct Digits: TrainingCommand {
    /// What a configuration can set besides the trainer; `digits.yaml` is an example.
    struct Options: ConfigOptions {
        var optimizer: OptimizerEntry = ["type": "AdamW", "lr": 1e-3]
        var loader = LoaderSettings(batchSize: 32, shuffle: true)
        /// What training is counted in. The length and the intervals of the trainer are epochs all the same, which are
        /// turned into iterations.
        var unit = TrainingUnit.epoch
        /// The number of units between two checkpoints; each epoch by default.
        var checkpointFrequency: Int?

        static let changeableOptions: Set<String> = ["checkpointFrequency"]

        func validate() throws {
            guard loader.batchSize <= DigitsData.trainCount else {
                throw ConfigOptionError(
                    "loader",
                    "has a batch size of \(loader.batchSize), which is larger than the "
                        + "\(DigitsData.trainCount) digits to train with")
            }
            if let checkpointFrequency, checkpointFrequency < 1 {
                throw ConfigOptionError("checkpointFrequency", "must be positive, not \(checkpointFrequency)")
            }
        }

        var stepsPerEpoch: Int {
            loader.dropLast
                ? DigitsData.trainCount / max(loader.batchSize, 1)
                : (DigitsData.trainCount + loader.batchSize - 1) / max(loader.batchSize, 1)
        }
    }

    typealias Flags = DigitsFlags

    static let name = "digits"
    static let abstract = "Trains a classifier of handwritten digits, and tests it."

    static var trainer: TrainerSettings {
        var settings = TrainerSettings(epochs: 20)
        settings.seed = 0
        // The network is so small that a second thread costs more than it does.
        settings.threads = 1
        return settings
    }

    static let loggers: [String: @Sendable () throws -> any RunLogger] = [
        "tensorboard": { TensorBoardLogger() },
        // `wandb sync` uploads it.
        "wandb": { WandbLogger(project: "digits", mode: .offline) },
        "mlflow": { MLflowLogger(experiment: "digits") },
    ]

    static let exporters: [any NetworkExporter] = [ONNXExporter()]

    static func makeModel(_ options: Options, folder: URL) -> Model<LabeledBatch> {
        DigitsModel(optimizer: options.optimizer, trainedNetwork: folder.appending(path: "digits.pth"))
    }

    static func makeData(_ options: Options) -> DataModule<LabeledBatch> {
        DigitsData(loader: options.loader)
    }

    static func foldSamples(_ options: Options) throws -> FoldSamples {
        FoldSamples(labels: Array(try DigitsData.load().labels.array(Int.self).prefix(DigitsData.trainCount)))
    }

    static func makeData(_ options: Options, fold: DataFold) -> DataModule<LabeledBatch> {
        DigitsData(loader: options.loader, fold: fold)
    }

    static func adjust(_ trainer: inout TrainerSettings, for options: Options) throws {
        if options.unit == .iteration, let epochs = trainer.epochs {
            trainer.epochs = nil
            trainer.iterations = try iterations("trainer.epochs", epochs, options)
            if let validation = trainer.validation,
                validation.fraction == nil, validation.iterations == nil, validation.time == nil
            {
                trainer.validation?.every = try iterations("trainer.validation.every", validation.every, options)
            }
            if let every = trainer.checkpoints?.every {
                trainer.checkpoints?.every = try iterations("trainer.checkpoints.every", every, options)
            }
        }
        if let frequency = options.checkpointFrequency { trainer.checkpoints?.every = frequency }
    }

    private static func iterations(_ key: String, _ epochs: Int, _ options: Options) throws -> Int {
        let (count, overflow) = epochs.multipliedReportingOverflow(by: options.stepsPerEpoch)
        guard !overflow else { throw ConfigurationError("\(key) \(epochs) is too many") }
        return count
    }

    static func summarize(_ model: Model<LabeledBatch>, _ summary: RunSummary) {
        if !summary.isQuiet, let model = model as? DigitsModel {
            print("\n\(ConfusionMatrix.caption)\n\(model.confusion)\n")
        }
        for line in summary.lines { print(line) }
        print("test accuracy: \(String(format: "%.2f", 100 * (model.testScores["accuracy"] ?? 0))) %")
    }
}
