import ArgumentParser
import Foundation
import Helios
import HeliosConfiguration

/// `train`
struct TrainCommand<Program: TrainingCommand>: ParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "train", abstract: "Trains the model, and tests it if there is test data.",
            discussion: """
                Resumes from the newest checkpoint if the folder has one, and only if that was trained with the same \
                configuration: what says how to train, such as trainer.epochs or the number of workers, may differ. \
                The configuration, with all defaults, goes into the folder's config.yaml and into each checkpoint.

                Examples:
                  \(Program.name) train --config \(Program.name).yaml --set trainer.epochs=30
                  \(Program.name) train --folder runs/second --device cpu
                """)
    }

    @OptionGroup var options: RunOptions<Program>

    func run() throws {
        try Program.register()
        try Self.train(ProgramRun(options, readsRun: false), mayChange: false)
    }

    /// - Parameter mayChange: whether a training that was configured differently may be resumed.
    static func train(_ run: ProgramRun<Program>, mayChange: Bool) throws {
        let trainer = try run.trainerThatKeepsConfiguration(hasBanner: true, mayChange: mayChange)
        if case .interrupted(.signal(let number)) = try trainer.fit(run.model, run.data).outcome {
            // What a shell expects of a program that a signal ended.
            throw ExitCode(128 + number)
        }
        // Of several processes, each has the same weights.
        if run.model.rank == 0 { try TorchFile.save(run.model.trainedStateDict(), to: run.trainedNetwork) }
        try trainer.waitForRanks()
        if run.data.testDataset != nil {
            try run.trainer(hasCheckpoints: false).test(run.model, run.data)
        }
        try run.summarize(checkpoint: trainer.lastCheckpoint, log: trainer.logFile, trained: true)
    }
}

/// `resume`
struct ResumeCommand<Program: TrainingCommand>: ParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "resume", abstract: "Trains on, with the configuration that the run in the folder has.",
            discussion: """
                --set changes it: a greater trainer.epochs trains the rest, and trainer.checkpoints.onResume=override \
                lets other options of the optimizer count.
                """)
    }

    @OptionGroup var options: RunOptions<Program>

    func validate() throws {
        guard options.config.isEmpty else {
            throw ValidationError("resume reads the configuration of the run: use train for another one.")
        }
    }

    func run() throws {
        try Program.register()
        let file = RunOptions<Program>.savedFile(in: options.url)
        guard FileManager.default.fileExists(atPath: file.path) else {
            throw ConfigurationError("there is no run in \(options.folder): it has no config.yaml; begin it with train")
        }
        try TrainCommand<Program>.train(ProgramRun(options, readsRun: true), mayChange: true)
    }
}
