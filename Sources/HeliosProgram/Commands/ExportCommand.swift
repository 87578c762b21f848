import ArgumentParser
import Foundation
import Helios
import HeliosConfiguration
import TorchScript

/// `export`
struct ExportCommand<Program: TrainingCommand>: ParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "export", abstract: "Writes the trained network for other programs.",
            discussion: "At least one file must be named. The weights are those of a checkpoint of the run.")
    }

    @OptionGroup var options: RunOptions<Program>
    @OptionGroup var weights: WeightOptions

    @Option(help: "The ONNX file to write.", completion: .file(extensions: ["onnx"]))
    var onnx: String?

    @Option(help: "The TorchScript file to write.", completion: .file(extensions: ["pt"]))
    var torchscript: String?

    @Option(help: "The safetensors file of the weights to write.", completion: .file(extensions: ["safetensors"]))
    var safetensors: String?

    @Option(help: "The file of the weights to write, as torch.save does.", completion: .file(extensions: ["pth"]))
    var pth: String?

    @Option(help: "Which of the model's networks. (default: the only one)")
    var network: String?

    @Flag(
        help: ArgumentHelp(
            "Write --onnx and --torchscript for inputs of exactly the example's shapes.",
            discussion: "Without it, the batch may have any size."))
    var fixedShapes = false

    @Flag(
        name: .customLong("validate"), inversion: .prefixedNo,
        help: ArgumentHelp(
            "Compare the outputs of --onnx and --torchscript with the network's.",
            discussion: """
                ONNX takes a Python with onnx and onnxruntime; without them, it is compared only if this is given, which \
                is an error then.
                """))
    var isValidated: Bool?

    private var files: [(format: ExportFormat, path: String)] {
        [(.onnx, onnx), (.torchscript, torchscript)].compactMap { format, path in path.map { (format, $0) } }
    }

    func validate() throws {
        guard !files.isEmpty || safetensors != nil || pth != nil else {
            throw ValidationError("name a file: --onnx, --torchscript, --safetensors or --pth.")
        }
        guard !files.isEmpty || !fixedShapes && isValidated == nil else {
            throw ValidationError("--fixed-shapes and --validate are for --onnx and --torchscript.")
        }
        let paths = [onnx, torchscript, safetensors, pth].compactMap(\.self).map { URL(filePath: $0).standardized.path }
        guard Set(paths).count == paths.count else {
            throw ValidationError("each format needs a file of its own: two options name the same one.")
        }
    }

    func run() throws {
        try Program.register()
        let jobs = try files.map { (exporter: try exporter(of: $0.format), path: $0.path) }
        let run = try ProgramRun(options, readsRun: true)
        var (name, inputs) = ("", [Tensor]())
        var network: Module?
        try run.trainer(hasLogs: false).load(run.model, run.data, checkpoint: weights.choice) {
            guard run.model.rank == 0 else { return }
            let found = try chosen(run.model.namedNetworks())
            (name, network) = (found.name, found.network)
            guard !jobs.isEmpty else { return }
            inputs = try Program.exampleInputs(of: name, run.settings.options) { try firstBatch(of: run.data) }
        }
        guard let network else { return }
        func report(_ path: String, _ note: String? = nil) {
            print("exported: \(path)\(note.map { " (\($0))" } ?? "")")
        }
        if let safetensors {
            try SafetensorsFile.save(network.stateDict(), to: URL(filePath: safetensors))
            report(safetensors)
        }
        if let pth {
            try TorchFile.save(network.stateDict(), to: URL(filePath: pth))
            report(pth)
        }
        guard !jobs.isEmpty else { return }
        // A file for a processor runs everywhere; one for the device of the training only there.
        try network.to(.cpu).eval()
        inputs = try inputs.map { try $0.to(.cpu) }
        for (exporter, path) in jobs {
            let request = ExportRequest(
                network, inputs, to: URL(filePath: path), hasFixedShapes: fixedShapes,
                validation: isValidated.map { $0 ? .required : .none } ?? .ifPossible
            ) { try Program.outputs(of: network, $0) }
            do {
                report(path, try exporter.export(request))
            } catch let error as BatchSizeError {
                throw ConfigurationError(
                    "\(path): \(error). With --fixed-shapes, the file is for inputs of the shapes "
                        + inputs.map { "\($0.shape)" }.joined(separator: ", "))
            }
        }
    }

    /// The program's exporter, or the one that every program has.
    private func exporter(of format: ExportFormat) throws -> any NetworkExporter {
        if let own = Program.exporters.first(where: { $0.format == format }) { return own }
        switch format {
        case .torchscript: return TorchScriptExporter()
        case .onnx:
            throw ConfigurationError(
                "this program cannot write ONNX: add the product HeliosONNX to its target in Package.swift, and "
                    + "`static let exporters: [any NetworkExporter] = [ONNXExporter()]` to \(Program.self)")
        }
    }

    private func firstBatch(of data: DataModule<Program.Batch>) throws -> Program.Batch {
        let loaders = [data.testDataLoader, data.validDataLoader, data.predictionDataLoader, data.trainDataLoader]
        for loader in loaders.compactMap(\.self) {
            if let batch = try loader.batches(epoch: 0).next() { return batch }
        }
        throw ConfigurationError(
            "there are no data to take inputs of the network from: set some in \(type(of: data)).setup(), or give the "
                + "inputs in \(Program.self).exampleInputs(of:_:_:)")
    }

    private func chosen(_ networks: [(name: String, network: Module)]) throws -> (name: String, network: Module) {
        let names = networks.map(\.name)
        if let network {
            if let found = networks.first(where: { $0.name == network }) { return found }
            throw ConfigurationError(
                "the model has no network '\(network)'\(NearNames.question(network, among: names)) (there are: "
                    + "\(names.joined(separator: ", ")))")
        }
        guard let only = networks.first, networks.count == 1 else {
            throw ConfigurationError(
                "the model has \(names.isEmpty ? "no network" : "the networks \(names.joined(separator: ", "))"): say "
                    + "which one with --network")
        }
        return only
    }
}
