import ArgumentParser
import Foundation
import Helios
import HeliosTensorBoard
import HeliosTracking

/// Trains a classifier of handwritten digits, and tests it.
@main
struct Digits: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "digits",
        abstract: "Trains a classifier of handwritten digits, and tests it.",
        discussion: """
            Trains on 1,437 digits and tests on 360 that other people wrote. Run it again to resume from the newest \
            checkpoint: a run that is complete is only tested, and a greater --epochs trains the rest.
            """)

    static func main() {
        // What `print` could not write shows at the end only: on a full disk, say.
        atexit {
            guard fflush(nil) != 0 else { return }
            perror("digits: the output cannot be written")
            _exit(1)
        }
        main(nil)
    }

    @Option(help: "How many epochs to train in all.")
    var epochs = 20

    @Option(help: "How many digits go into a step.")
    var batchSize = 32

    @Option(help: "The learning rate of AdamW.")
    var learningRate = 1e-3

    @Option(help: "What the initial weights and the orders of the digits are drawn from.")
    var seed: UInt64 = 0

    @Option(
        help: "Where to train: auto (a CUDA device if there is one), cpu, cuda or cuda:<number>. (default: auto)",
        transform: { $0 == "auto" ? .auto : try Device($0) })
    var device = Device.auto

    @Option(
        help:
            "How many processes train together. They share each step's digits, so --batch-size is the number for all of them. (default: as many as torchrun started, else 1)"
    )
    var processes: Int?

    @Flag(
        help:
            "Compute the same bits on 1, 2 and 4 processes: each step's digits are cut into four parts, whose gradients are added up in a fixed order."
    )
    var deterministicAcrossRanks = false

    @Option(help: "How many threads make batches ahead of the training.")
    var workers = 0

    @Option(help: "What training is counted in: epoch or iteration.")
    var unit = TrainingUnit.epoch

    @Option(help: "The number of units between two checkpoints. (default: each epoch)")
    var checkpointFrequency: Int?

    @Option(help: "Which options a resumed run uses if they differ: keep (the checkpoint's) or override (these).")
    var onResume = ResumePolicy.keep

    @Option(help: "The folder of everything that is written.", completion: .directory)
    var folder = "runs/digits"

    @Option(
        help:
            "What writes curves into the folder's logs, separated by commas: csv, jsonl, tensorboard, wandb (offline), mlflow. A text log is always there.",
        transform: LogFormat.list)
    var log: [LogFormat] = []

    @Flag(help: "Print the test accuracy and nothing else.")
    var quiet = false

    func validate() throws {
        func require(_ condition: Bool, _ message: String) throws {
            guard condition else { throw ValidationError(message) }
        }
        try require(epochs > 0, "--epochs must be positive, not \(epochs).")
        try require(batchSize > 0, "--batch-size must be positive, not \(batchSize).")
        try require(
            batchSize <= DigitsData.trainCount,
            "--batch-size \(batchSize) is larger than the \(DigitsData.trainCount) digits to train with.")
        try require(
            learningRate.isFinite && learningRate > 0, "--learning-rate must be positive, not \(learningRate).")
        try require(processes ?? 1 > 0, "--processes must be positive, not \(processes ?? 0).")
        try require(workers >= 0, "--workers must not be negative, and is \(workers).")
        try require(
            checkpointFrequency ?? 1 > 0, "--checkpoint-frequency must be positive, not \(checkpointFrequency ?? 0).")
        try require(
            epochs.multipliedReportingOverflow(by: stepsPerEpoch).overflow == false, "--epochs \(epochs) is too many.")
        try require(!folder.isEmpty, "--folder must be a path.")
    }

    func run() throws {
        let folder = URL(filePath: folder)
        let trainedNetwork = folder.appending(path: "digits.pth")
        let model = DigitsModel(learningRate: learningRate, trainedNetwork: trainedNetwork)
        let data = DigitsData(batchSize: batchSize, workers: workers)

        let trainer = try makeTrainer(folder: folder, trains: true)
        if case .interrupted(.signal(let number)) = try trainer.fit(model, data).outcome {
            // What a shell expects of a program that a signal ended.
            throw ExitCode(128 + number)
        }
        // Of several processes, each has the same weights.
        if model.rank == 0 { try TorchFile.save(model.trainedStateDict(), to: trainedNetwork) }
        try trainer.waitForRanks()
        try makeTrainer(folder: folder, trains: false).test(model, data)

        guard model.rank == 0 else { return }
        if !quiet {
            print("\n\(ConfusionMatrix.caption)\n\(model.confusion)\n")
            print("checkpoint: \(trainer.lastCheckpoint?.path ?? "none")")
            print("trained network: \(trainedNetwork.path)")
            print("log: \(trainer.logFile?.path ?? "none")")
        }
        print("test accuracy: \(String(format: "%.2f", 100 * (model.testScores["accuracy"] ?? 0))) %")
    }

    /// The trainer for the training, or for the test, which takes the trained network and no checkpoint.
    private func makeTrainer(folder: URL, trains: Bool) throws -> Trainer {
        let unitsPerEpoch = unit == .epoch ? 1 : stepsPerEpoch
        let checkpoints = TrainerOptions.Checkpoints.in(
            folder.appending(path: "checkpoints"), every: checkpointFrequency ?? unitsPerEpoch, onResume: onResume)
        let trainer = try Trainer(
            .init(unit: unit, count: epochs * unitsPerEpoch), validation: .every(unitsPerEpoch),
            checkpoints: trains ? checkpoints : .none, logs: .in(folder.appending(path: "logs")), seed: seed,
            deterministic: deterministicAcrossRanks ? .acrossRanks : false, device: device,
            processes: .init(count: processes),
            // The network is so small that a second thread costs more than it does.
            threads: 1, display: quiet ? .nothing : trains ? .all : .progress)
        for format in log { try trainer.register(format.makeLogger()) }
        return trainer
    }

    private var stepsPerEpoch: Int {
        (DigitsData.trainCount + batchSize - 1) / max(batchSize, 1)
    }
}

/// A logger that the command line names.
enum LogFormat: String, CaseIterable {
    case csv, jsonl, tensorboard, wandb, mlflow

    func makeLogger() -> any RunLogger {
        switch self {
        case .csv: CSVLogger()
        case .jsonl: JSONLinesLogger()
        case .tensorboard: TensorBoardLogger()
        // `wandb sync` uploads it.
        case .wandb: WandbLogger(project: "digits", mode: .offline)
        case .mlflow: MLflowLogger(experiment: "digits")
        }
    }

    /// The formats in a list such as `csv,jsonl`.
    static func list(_ text: String) throws -> [LogFormat] {
        var formats: [LogFormat] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let name = part.trimmingCharacters(in: .whitespaces)
            guard let format = LogFormat(rawValue: name) else {
                throw ValidationError(
                    "--log has no '\(name)': choose among \(allCases.map(\.rawValue).joined(separator: ", ")).")
            }
            if !formats.contains(format) { formats.append(format) }
        }
        return formats
    }
}

extension TrainingUnit: ExpressibleByArgument {}
extension ResumePolicy: ExpressibleByArgument {}
