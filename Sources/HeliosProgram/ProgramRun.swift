import Foundation
import Helios
import HeliosConfiguration

/// The model, the data and the trainers of a command.
struct ProgramRun<Program: TrainingCommand> {
    let settings: ProgramSettings<Program>
    /// The configuration with all defaults, as the run's folder and its checkpoints keep it.
    let configuration: ConfigValue
    let folder: URL
    let isQuiet: Bool
    let model: Model<Program.Batch>
    let data: DataModule<Program.Batch>

    /// - Parameter readsRun: whether the configuration of the run in the folder counts.
    init(_ run: RunOptions<Program>, readsRun: Bool) throws {
        (settings, configuration) = try run.layers(readsRun: readsRun).decodeToKeep()
        (folder, isQuiet) = (run.url, run.quiet)
        model = try Program.makeModel(settings.options, folder: folder)
        data = try Program.makeData(settings.options)
    }

    /// The file of the trained network.
    var trainedNetwork: URL { folder.appending(path: "\(model.saveName).pth") }

    /// A trainer with the options of the configuration.
    ///
    /// - Parameters:
    ///   - hasCheckpoints: whether it uses those in the folder.
    ///   - hasLogs: whether it logs.
    func trainer(hasCheckpoints: Bool = true, hasLogs: Bool = true, hasBanner: Bool = false) throws -> Trainer {
        var adjusted = settings.trainer
        try Program.adjust(&adjusted, for: settings.options)
        var options = try adjusted.options(in: folder)
        if !hasCheckpoints { options.checkpoints = nil }
        if !hasLogs { options.logs = .none }
        if !hasBanner { options.display.remove(.banner) }
        if isQuiet { options.display = .nothing }
        let trainer = try Trainer(options)
        for entry in settings.plugins { try trainer.register(entry.make()) }
        if options.logs.file != nil {
            for name in adjusted.logs?.loggers ?? [] { try trainer.register(Self.logger(name)) }
        }
        return trainer
    }

    private static func logger(_ name: String) throws -> any RunLogger {
        switch name {
        case "csv": return CSVLogger()
        case "jsonl": return JSONLinesLogger()
        default:
            if let make = Program.loggers[name] { return try make() }
            // The configuration was checked: this comes from `adjust`.
            throw ConfigurationError("trainer.logs.loggers has no '\(name)'")
        }
    }

    /// Prints what was found, once.
    func summarize(checkpoint: URL?, log: URL?, trained: Bool) throws {
        guard model.rank == 0 else { return }
        try Program.summarize(
            model,
            RunSummary(
                folder: folder, checkpoint: checkpoint, trainedNetwork: trained ? trainedNetwork : nil, log: log,
                isQuiet: isQuiet))
    }
}
