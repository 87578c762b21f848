import ArgumentParser
import Foundation
import Helios
import HeliosConfiguration

/// `cross-validate`
struct CrossValidateCommand<Program: TrainingCommand>: ParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "cross-validate",
            abstract: "Trains a model for each of several folds of the data, and validates it with the rest.",
            discussion: """
                Prints the scores of each fold, their means and their standard deviations. The folder has one for each \
                fold, fold-1 and so on. Run again after an interruption, it skips the folds that are over and resumes \
                the next from its newest checkpoint.

                Example:
                  \(Program.name) cross-validate --folds 5 --stratified --folder runs/folds
                """)
    }

    @OptionGroup var options: RunOptions<Program>

    @Option(help: "How many folds.")
    var folds = 5

    @Flag(help: "Keep the proportions of the classes in each fold.")
    var stratified = false

    @Flag(help: "Keep the samples of a group together, in training or in validation.")
    var grouped = false

    @Option(
        help: "Draws which samples are in a fold. (default: each fold is a stretch of them, as in scikit-learn)")
    var foldSeed: UInt64?

    @Flag(help: "Validate with the best checkpoint of the plug-in BestCheckpoints instead of the newest.")
    var best = false

    func validate() throws {
        guard folds >= 2 else { throw ValidationError("--folds must be at least 2, not \(folds).") }
        guard !stratified || !grouped else {
            throw ValidationError("--stratified and --grouped are two ways to split: leave one out.")
        }
    }

    func run() throws {
        try Program.register()
        let (settings, configuration) = try options.layers(readsRun: false).decodeToKeep(
            ProgramSettings<Program>.self)
        let kFold = try split(Program.foldSamples(settings.options))
        let result = try kFold.run(in: options.url, checkpoint: best ? .best : nil) { fold in
            let run = try ProgramRun(options, (settings, configuration), folder: fold.folder) {
                try Program.makeData($0, fold: fold.samples)
            }
            try checkConfiguration(of: run)
            let trainer = try run.trainerThatKeepsConfiguration(hasBanner: fold.number == 1, mayChange: false)
            return (trainer, run.model, run.data)
        }
        if case .signal(let number) = result.interruption { throw ExitCode(128 + number) }
        if options.quiet, World.current?.rank ?? 0 == 0 { print("\(result)") }
    }

    /// Folds that are over would otherwise be counted among those of another configuration.
    private func checkConfiguration(of run: ProgramRun<Program>) throws {
        let saved = RunOptions<Program>.savedFile(in: run.folder)
        guard FileManager.default.fileExists(atPath: saved.path) else { return }
        var layers = ConfigLayers()
        try layers.add(file: saved)
        let former = try layers.decodeToKeep(ProgramSettings<Program>.self).kept
        guard let list = try run.differences(from: former) else { return }
        throw ConfigurationError(
            "\(saved.path): this fold was trained with another configuration: \(list). Name another --folder")
    }

    private func split(_ samples: FoldSamples) throws -> KFold {
        if stratified {
            guard let labels = samples.labels else {
                throw ConfigurationError(
                    "--stratified needs classes, and foldSamples(_:) of \(Program.self) gives none")
            }
            return try KFold(folds: folds, stratifiedBy: labels, seed: foldSeed)
        }
        if grouped {
            guard let groups = samples.groups else {
                throw ConfigurationError("--grouped needs groups, and foldSamples(_:) of \(Program.self) gives none")
            }
            return try KFold(folds: folds, groupedBy: groups, seed: foldSeed)
        }
        return try KFold(folds: folds, count: samples.count, seed: foldSeed)
    }
}
