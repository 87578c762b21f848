import ArgumentParser
import Foundation
import Helios
import HeliosConfiguration
// A program names its exporters without a further import.
@_exported import protocol TorchScript.NetworkExporter

/// A whole program: its options, its model and its data. The commands come with it.
///
/// ```swift
/// @main
/// struct Digits: TrainingCommand {
///     struct Options: ConfigOptions {
///         var optimizer: OptimizerEntry = ["type": "AdamW", "lr": 1e-3]
///         var loader = LoaderSettings(batchSize: 32, shuffle: true)
///     }
///
///     static func makeModel(_ options: Options, folder: URL) -> Model<LabeledBatch> { DigitsModel(options) }
///     static func makeData(_ options: Options) -> DataModule<LabeledBatch> { DigitsData(options.loader) }
/// }
/// ```
/// That is `train` (which is also what the program does without a command), `resume`, `test`, `validate`, `predict`,
/// `find-lr`, `find-batch-size`, `cross-validate`, `export` and `config`, each with `--config`, `--set`, `--folder`, `--device`,
/// `--processes`, `--log` and `--help`; `--generate-completion-script` writes a completion script for a shell.
///
/// A configuration has the keys of `Options`, and `trainer` (`TrainerSettings`) and `plugins` (a list of entries of
/// `Registries.plugins`).
public protocol TrainingCommand {
    /// The batches of the data.
    associatedtype Batch: Sendable
    /// What a configuration can set, besides the trainer and the plug-ins.
    associatedtype Options: ConfigOptions
    /// Options of the command line that stand for keys of the configuration.
    associatedtype Flags: ConfigFlags = NoFlags

    /// What the program is called; the name of its file by default.
    static var name: String { get }
    /// What the program does, in a sentence.
    static var abstract: String { get }
    /// Where runs go unless `--folder` says it; `runs/<name>` by default.
    static var defaultFolder: String { get }
    /// The defaults of the trainer's options. By default ten epochs, with a validation and a checkpoint after each.
    static var trainer: TrainerSettings { get }
    /// The plug-ins that a configuration without `plugins` has; none by default.
    static var plugins: [PluginEntry] { get }
    /// Loggers that `--log` can name besides `csv` and `jsonl`; none by default.
    static var loggers: [String: @Sendable () throws -> any RunLogger] { get }
    /// What `export` can write besides the network's weights and TorchScript; nothing by default. `ONNXExporter` of the
    /// product `HeliosONNX` gives it the option `--onnx`.
    static var exporters: [any NetworkExporter] { get }

    /// Registers what the program adds to the registries. Called first. Nothing by default.
    static func register() throws
    /// Makes the model.
    ///
    /// - Parameter folder: the folder of the run.
    static func makeModel(_ options: Options, folder: URL) throws -> Model<Batch>
    /// Makes the data module.
    static func makeData(_ options: Options) throws -> DataModule<Batch>
    /// The samples to train with, which `cross-validate` splits into folds; an error by default.
    static func foldSamples(_ options: Options) throws -> FoldSamples
    /// Makes the data module of one fold of a cross-validation; an error by default.
    ///
    /// - Parameter fold: which of the samples that `foldSamples` counts to train with, and which to validate with.
    static func makeData(_ options: Options, fold: DataFold) throws -> DataModule<Batch>
    /// Changes the trainer's options by those of the program. Nothing by default.
    static func adjust(_ trainer: inout TrainerSettings, for options: Options) throws
    /// Inputs of a network, by which an exporter sees what it does. By default those of the first two samples of the
    /// data, if a batch is a tensor or a `LabeledBatch`.
    ///
    /// - Parameters:
    ///   - network: the network's name.
    ///   - batch: reads the first batch of the data to test with, or else to validate, to predict for or to train with.
    static func exampleInputs(
        of network: String, _ options: Options, _ batch: () throws -> Batch
    ) throws -> [Tensor]
    /// Calls a network, for an exporter. By default as a `Layer`, with one input and one output.
    static func outputs(of network: Module, _ inputs: [Tensor]) throws -> [Tensor]
    /// Prints what a training or a test has found. By default each score of the test, and where files are.
    static func summarize(_ model: Model<Batch>, _ summary: RunSummary) throws
}

extension TrainingCommand {
    public static var name: String {
        let name = URL(filePath: CommandLine.arguments.first ?? "").lastPathComponent
        return name.isEmpty ? "train" : name
    }
    public static var abstract: String { "Trains a model, tests it and exports it." }
    public static var defaultFolder: String { "runs/\(name)" }
    public static var trainer: TrainerSettings { TrainerSettings(epochs: 10) }
    public static var plugins: [PluginEntry] { [] }
    public static var loggers: [String: @Sendable () throws -> any RunLogger] { [:] }
    public static var exporters: [any NetworkExporter] { [] }

    public static func register() throws {}
    public static func adjust(_ trainer: inout TrainerSettings, for options: Options) throws {}

    public static func foldSamples(_ options: Options) throws -> FoldSamples {
        throw ConfigurationError(
            "\(Self.self) must have foldSamples(_:) and makeData(_:fold:), which a cross-validation needs")
    }

    public static func makeData(_ options: Options, fold: DataFold) throws -> DataModule<Batch> {
        throw ConfigurationError(
            "\(Self.self) must have makeData(_:fold:), which gives a cross-validation the data of a fold")
    }

    public static func exampleInputs(
        of network: String, _ options: Options, _ batch: () throws -> Batch
    ) throws -> [Tensor] {
        let batch = try batch()
        let inputs: Tensor
        switch batch {
        case let tensor as Tensor: inputs = tensor
        case let labeled as LabeledBatch: inputs = labeled.inputs
        default:
            throw ConfigurationError(
                "\(Self.self) must have exampleInputs(of:_:_:), since an exporter needs inputs of the network, and which "
                    + "part of a \(Batch.self) they are is not known")
        }
        // One sample could be taken for a dimension that is repeated.
        return [inputs.sampleCount > 2 ? try inputs.samples(0..<2) : inputs]
    }

    public static func outputs(of network: Module, _ inputs: [Tensor]) throws -> [Tensor] {
        guard let layer = network as? any Layer else {
            throw ConfigurationError(
                "\(Self.self) must have outputs(of:_:), which calls the network: \(type(of: network)) is no Layer")
        }
        guard let input = inputs.first, inputs.count == 1 else {
            throw ConfigurationError(
                "\(Self.self) must have outputs(of:_:), which calls the network: it has \(inputs.count) inputs")
        }
        return [try layer(input)]
    }

    public static func summarize(_ model: Model<Batch>, _ summary: RunSummary) throws {
        for line in summary.lines { Swift.print(line) }
        for (name, value) in model.testScores.numbers.sorted(by: { $0.key < $1.key }) {
            Swift.print("test \(name): \(value)")
        }
    }

    /// Runs the program.
    public static func main() {
        // What `print` could not write shows at the end only: on a full disk, say.
        atexit {
            guard fflush(nil) != 0 else { return }
            let program = URL(filePath: CommandLine.arguments.first ?? "").lastPathComponent
            perror("\(program): the output cannot be written")
            _exit(1)
        }
        ProgramCommand<Self>.main(nil)
    }
}

/// Options of the command line that stand for keys of the configuration.
///
/// ```swift
/// struct DigitsFlags: ConfigFlags {
///     @Option(help: "How many epochs to train.") var epochs: Int?
///     func overrides() -> [ConfigOverride] {
///         epochs.map { [ConfigOverride("trainer.epochs", $0, origin: "--epochs \($0)")] } ?? []
///     }
/// }
/// ```
/// They lie on top of `--config`, and below `--set`.
public protocol ConfigFlags: ParsableArguments {
    /// What was given, as values of keys.
    func overrides() throws -> [ConfigOverride]
}

/// No options of a program's own.
public struct NoFlags: ConfigFlags {
    public init() {}

    public func overrides() -> [ConfigOverride] { [] }
}

/// What a run has left behind.
public struct RunSummary: Sendable {
    /// The folder of the run.
    public let folder: URL
    /// The newest checkpoint.
    public let checkpoint: URL?
    /// The file of the trained network, if there was a training.
    public let trainedNetwork: URL?
    /// The text log.
    public let log: URL?
    /// Whether only the result is wanted.
    public let isQuiet: Bool

    /// Where the files are, a line for each; none if only the result is wanted.
    public var lines: [String] {
        guard !isQuiet else { return [] }
        return [
            "checkpoint: \(checkpoint?.path ?? "none")",
            trainedNetwork.map { "trained network: \($0.path)" }, "log: \(log?.path ?? "none")",
        ].compactMap(\.self)
    }
}
