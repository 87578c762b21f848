import ArgumentParser
import Foundation
import Helios
import HeliosConfiguration

/// `find-lr`
struct FindLearningRateCommand<Program: TrainingCommand>: ParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "find-lr", abstract: "Trains some steps with a growing learning rate, and suggests one.",
            discussion: "Writes no files.")
    }

    @OptionGroup var options: RunOptions<Program>

    @Option(help: "The rate of the first step.")
    var from = 1e-7

    @Option(help: "The rate of the last step.")
    var to = 10.0

    @Option(help: "How many steps.")
    var steps = 100

    func run() throws {
        try Program.register()
        let run = try ProgramRun(options, readsRun: false)
        let trainer = try run.trainer(hasCheckpoints: false, hasLogs: false)
        let search = try trainer.findLearningRate(run.model, run.data, from: from, to: to, steps: steps)
        if run.isQuiet { print(search.suggestion.map { "\($0)" } ?? "no suggestion") }
    }
}

/// `find-batch-size`
struct FindBatchSizeCommand<Program: TrainingCommand>: ParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "find-batch-size", abstract: "Finds the largest batch size that the memory suffices for.",
            discussion: "Writes no files. Give an upper limit on a CPU, whose memory the system may promise twice.")
    }

    @OptionGroup var options: RunOptions<Program>

    @Option(help: "The size to begin with.")
    var from = 2

    @Option(help: "The largest size to try. (default: as many as there are samples)")
    var upTo: Int?

    @Option(help: "How many steps a size must survive.")
    var steps = 3

    @Flag(help: "Also try the sizes between the last that works and the first that does not.")
    var exact = false

    func run() throws {
        try Program.register()
        let run = try ProgramRun(options, readsRun: false)
        let trainer = try run.trainer(hasCheckpoints: false, hasLogs: false)
        let search = try trainer.findBatchSize(
            run.model, run.data, from: from, upTo: upTo, steps: steps, mode: exact ? .binarySearch : .doubling)
        if run.isQuiet { print(search.batchSize) }
    }
}
