import ArgumentParser
import Foundation
import Helios
import HeliosConfiguration

/// Which weights a command uses.
struct WeightOptions: ParsableArguments {
    @Option(
        help: "The checkpoint: newest, best (of the plug-in BestCheckpoints), or a file. (default: newest)",
        completion: .file(extensions: ["pth"]))
    var checkpoint: String?

    var choice: CheckpointChoice? {
        switch checkpoint {
        case nil: nil
        case "newest": .newest
        case "best": .best
        case let path?: .file(URL(filePath: path))
        }
    }
}

/// `test`
struct TestCommand<Program: TrainingCommand>: ParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "test", abstract: "Tests a checkpoint of the run in the folder.",
            discussion: "The configuration is the one of the run, unless --config says another.")
    }

    @OptionGroup var options: RunOptions<Program>
    @OptionGroup var weights: WeightOptions

    func run() throws {
        try Program.register()
        let run = try ProgramRun(options, readsRun: true)
        let trainer = try run.trainer()
        try trainer.test(run.model, run.data, checkpoint: weights.choice)
        guard run.data.testDataset != nil else {
            throw ConfigurationError("there is nothing to test: \(type(of: run.data)).setup() sets no test data")
        }
        try run.summarize(checkpoint: trainer.lastCheckpoint, log: trainer.logFile, trained: false)
    }
}

/// `validate`
struct ValidateCommand<Program: TrainingCommand>: ParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "validate", abstract: "Validates a checkpoint of the run in the folder.",
            discussion: "The configuration is the one of the run, unless --config says another.")
    }

    @OptionGroup var options: RunOptions<Program>
    @OptionGroup var weights: WeightOptions

    func run() throws {
        try Program.register()
        let run = try ProgramRun(options, readsRun: true)
        let trainer = try run.trainer(hasLogs: false)
        let scores = try trainer.validate(run.model, run.data, checkpoint: weights.choice)
        guard run.model.rank == 0 else { return }
        for (name, value) in scores.numbers.sorted(by: { $0.key < $1.key }) { print("validation \(name): \(value)") }
    }
}
