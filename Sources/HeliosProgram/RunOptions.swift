import ArgumentParser
import Foundation
import Helios
import HeliosConfiguration

/// The options of all commands that run something.
struct RunOptions<Program: TrainingCommand>: ParsableArguments {
    @Option(
        name: [.customShort("c"), .long],
        help: "A file of the configuration, YAML or JSON. Of several, a later one lies on top.",
        completion: .file(extensions: ["yaml", "yml", "json"]))
    var config: [String] = []

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp(
            "The value of a key, as in optimizer.learningRate=3e-4. May be given several times.",
            valueName: "key=value"))
    var overrides: [String] = []

    @Option(help: "The folder of everything that is written.", completion: .directory)
    var folder = Program.defaultFolder

    @Option(help: "Where to train: auto (a CUDA device if there is one), cpu, cuda or cuda:<number>.")
    var device: String?

    @Option(
        help: "How many processes train together. (default: as many as a launcher such as torchrun started, else 1)")
    var processes: Int?

    @Option(
        help: ArgumentHelp(
            "What writes curves into the folder's logs, separated by commas: \(RunOptions<Program>.names.joined(separator: ", ")). A text log is always there.",
            valueName: "loggers"))
    var log: String?

    @Flag(help: "Print the result and nothing else.")
    var quiet = false

    @OptionGroup(title: "Options of this program")
    var flags: Program.Flags

    /// The loggers that there are.
    static var names: [String] { ["csv", "jsonl"] + Program.loggers.keys.sorted() }

    func validate() throws {
        guard processes ?? 1 > 0 else {
            throw ValidationError("--processes must be positive, not \(processes ?? 0).")
        }
        guard !folder.isEmpty else { throw ValidationError("--folder must be a path.") }
        _ = try loggers()
        for text in overrides { _ = try ConfigOverride(text) }
    }

    var url: URL { URL(filePath: folder) }

    /// The loggers that `--log` names; `nil` if it is not given.
    private func loggers() throws -> [String]? {
        try log?.split(separator: ",", omittingEmptySubsequences: false).reduce(into: [String]()) { found, part in
            let name = part.trimmingCharacters(in: .whitespaces)
            guard Self.names.contains(name) else {
                throw ValidationError("--log has no '\(name)': choose among \(Self.names.joined(separator: ", ")).")
            }
            if !found.contains(name) { found.append(name) }
        }
    }

    /// The file in a run's folder that has its configuration.
    static func savedFile(in folder: URL) -> URL { folder.appending(path: "config.yaml") }

    /// The configuration that files and options say.
    ///
    /// - Parameter readsRun: whether that of the run in the folder lies below, unless `--config` says another.
    func layers(readsRun: Bool) throws -> ConfigLayers {
        var layers = ConfigLayers()
        guard !readsRun || FileManager.default.fileExists(atPath: url.path) else {
            throw ConfigurationError("there is no run in \(folder): name its --folder, or begin one with train")
        }
        let saved = Self.savedFile(in: url)
        if readsRun, config.isEmpty, FileManager.default.fileExists(atPath: saved.path) {
            try layers.add(file: saved)
        }
        for file in config { try layers.add(file: file) }
        for override in try flags.overrides() { try layers.add(override) }
        if let device { try layers.add(ConfigOverride("trainer.device", device, origin: "--device \(device)")) }
        if let processes {
            try layers.add(ConfigOverride("trainer.processes", processes, origin: "--processes \(processes)"))
        }
        if let names = try loggers() {
            try layers.add(ConfigOverride("trainer.logs.loggers", names, origin: "--log \(log ?? "")"))
        }
        for text in overrides { try layers.add(ConfigOverride(text)) }
        return layers
    }
}
