import ArgumentParser
import Helios

/// The program itself, with its commands.
struct ProgramCommand<Program: TrainingCommand>: ParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: Program.name, abstract: Program.abstract,
            discussion: """
                Without a command it trains, with the options of 'train'. Run it again to resume from the newest \
                checkpoint: a run that is complete is only tested, and a greater trainer.epochs trains the rest.
                """,
            version: HeliosVersion.current,
            subcommands: [
                TrainCommand<Program>.self, ResumeCommand<Program>.self, TestCommand<Program>.self,
                ValidateCommand<Program>.self, PredictCommand<Program>.self, FindLearningRateCommand<Program>.self,
                FindBatchSizeCommand<Program>.self, CrossValidateCommand<Program>.self, ExportCommand<Program>.self,
                ConfigCommand<Program>.self,
            ],
            defaultSubcommand: TrainCommand<Program>.self)
    }
}
