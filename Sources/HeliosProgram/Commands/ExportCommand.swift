import ArgumentParser
import Foundation
import Helios
import HeliosConfiguration

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

    private var files: [(format: ExportFormat, path: String)] {
        var files: [(format: ExportFormat, path: String)] = []
        if let onnx { files.append((.onnx, onnx)) }
        if let torchscript { files.append((.torchscript, torchscript)) }
        return files
    }

    func validate() throws {
        guard !files.isEmpty || safetensors != nil || pth != nil else {
            throw ValidationError("name a file: --onnx, --torchscript, --safetensors or --pth.")
        }
    }

    func run() throws {
        try Program.register()
        let jobs = try files.map { format, path in
            guard let exporter = Program.exporters.first(where: { $0.format == format }) else {
                throw ConfigurationError(format.remedy)
            }
            return (exporter, path)
        }
        let run = try ProgramRun(options, readsRun: true)
        try run.trainer(hasLogs: false).load(run.model, run.data, checkpoint: weights.choice)
        guard run.model.rank == 0 else { return }
        let network = try chosen(run.model.namedNetworks())
        if let safetensors { try SafetensorsFile.save(network.stateDict(), to: URL(filePath: safetensors)) }
        if let pth { try TorchFile.save(network.stateDict(), to: URL(filePath: pth)) }
        network.eval()
        for (exporter, path) in jobs {
            try exporter.export(
                network, inputs: Program.exampleInputs(run.settings.options), to: URL(filePath: path))
        }
        for path in [safetensors, pth].compactMap(\.self) + jobs.map(\.1) { print("exported: \(path)") }
    }

    private func chosen(_ networks: [(name: String, network: Module)]) throws -> Module {
        let names = networks.map(\.name)
        if let network {
            if let found = networks.first(where: { $0.name == network }) { return found.network }
            throw ConfigurationError(
                "the model has no network '\(network)'\(NearNames.question(network, among: names)) (there are: "
                    + "\(names.joined(separator: ", ")))")
        }
        guard let only = networks.first, networks.count == 1 else {
            throw ConfigurationError(
                "the model has \(names.isEmpty ? "no network" : "the networks \(names.joined(separator: ", "))"): say "
                    + "which one with --network")
        }
        return only.network
    }
}
