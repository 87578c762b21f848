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
        try self.init(run, run.layers(readsRun: readsRun).decodeToKeep(ProgramSettings<Program>.self), folder: run.url)
        { try Program.makeData($0) }
    }

    /// - Parameters:
    ///   - decoded: what the configuration says, and the configuration with all defaults.
    ///   - folder: the folder of the run.
    init(
        _ run: RunOptions<Program>, _ decoded: (ProgramSettings<Program>, ConfigValue), folder: URL,
        _ makeData: (Program.Options) throws -> DataModule<Program.Batch>
    ) throws {
        (settings, configuration) = decoded
        (self.folder, isQuiet) = (folder, run.quiet)
        model = try Program.makeModel(settings.options, folder: folder)
        data = try makeData(settings.options)
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

    /// A trainer that keeps the configuration in the folder and in each checkpoint.
    ///
    /// - Parameter mayChange: whether a training that was configured differently may be resumed.
    func trainerThatKeepsConfiguration(hasBanner: Bool, mayChange: Bool) throws -> Trainer {
        let trainer = try trainer(hasBanner: hasBanner)
        trainer.configuration = configuration.stateDict
        trainer.whenResuming = { [unowned trainer] checkpoint, former in
            guard let former = former.flatMap({ ConfigValue($0) }) else { return }
            guard let list = try differences(from: former) else { return }
            guard mayChange || settings.trainer.checkpoints?.onResume == .override else {
                throw ConfigurationError(
                    "\(checkpoint.path) was trained with another configuration: \(list). For a new training, name "
                        + "another --folder; to continue this one, run `\(Program.name) resume` with the same --folder, "
                        + "and --set for what should change")
            }
            if model.rank == 0 { trainer.announce("the configuration has changed since the checkpoint: \(list)") }
        }
        trainer.whenTrainingBegins = { [unowned trainer] in
            do {
                try ConfigurationFile.write(
                    configuration, to: RunOptions<Program>.savedFile(in: folder), program: Program.name)
            } catch {
                // A disk that is full now may have room for the first checkpoint, which has the configuration too.
                trainer.warn("the configuration cannot be kept for resume: \(error)")
            }
        }
        return trainer
    }

    /// What differs from the configuration of an earlier run and may not, as a list; `nil` if nothing does.
    func differences(from former: ConfigValue) throws -> String? {
        let differences = try ProgramSettings<Program>.differences(configuration, from: former)
        guard !differences.isEmpty else { return nil }
        let rest = differences.count > 8 ? ", and \(differences.count - 8) more" : ""
        return differences.prefix(8).map(\.description).joined(separator: ", ") + rest
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
