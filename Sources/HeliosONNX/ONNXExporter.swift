// A program names the formats of its `exporters` without a further import.
@_exported import protocol TorchScript.NetworkExporter
import Torch
import TorchScript

/// Writes networks as ONNX, for programs whose `export` has the option `--onnx`.
///
/// ```swift
/// static let exporters: [any NetworkExporter] = [ONNXExporter()]
/// ```
public struct ONNXExporter: NetworkExporter {
    /// The names, and how onnxruntime is found and compares. Without `dynamicAxes`, the batch may have any size.
    public var options: ONNXExportOptions

    /// An exporter.
    public init(_ options: ONNXExportOptions = ONNXExportOptions()) {
        self.options = options
    }

    public var format: ExportFormat { .onnx }

    /// Exports the network, lets onnxruntime compare the outputs, and writes the file.
    public func export(_ request: ExportRequest) throws -> String? {
        var options = options
        options.validation = request.validation == .none ? nil : options.validation ?? ONNXValidation()
        if request.hasFixedShapes {
            options.dynamicAxes = [:]
        } else if options.dynamicAxes.isEmpty {
            let names = try ExportedNetwork.names(options.inputNames, "input", request.inputs.count)
            for place in request.batchInputs { options.dynamicAxes[names[place]] = [0: "batch"] }
        }
        let exported: ExportedNetwork
        do {
            exported = try ExportedNetwork(request.network, request.inputs, options, request.forward)
        } catch {
            guard !options.dynamicAxes.isEmpty else { throw error }
            options.dynamicAxes = [:]
            // What fails with fixed shapes too is not about the batch.
            _ = try ExportedNetwork(request.network, request.inputs, options, request.forward)
            throw BatchSizeError("\(error)")
        }
        do {
            return try exported.write(request.file.path, validation: options.validation).map {
                "onnxruntime \($0) computes the same outputs with it"
            }
        } catch let error as NetworkCheck.Unavailable {
            guard request.validation == .ifPossible else {
                throw ONNXExportError("the exported network cannot be compared with the original: \(error.reason)")
            }
            try exported.write(request.file.path)
            return "not compared with the network: \(error.reason)"
        }
    }
}
