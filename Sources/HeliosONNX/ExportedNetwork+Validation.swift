import Foundation
import Torch
import TorchSerialization

extension ExportedNetwork {
    /// One call, as validate.py reads it.
    private struct Call: Encodable {
        struct Part: Encodable {
            let name: String
            let dtype: String
            let shape: [Int]
            let file: String
        }

        let inputs: [Part]
        let outputs: [Part]
        let rtol: Double
        let atol: Double
    }

    /// Writes the network with its arguments and outputs into a folder, for validate.py.
    func write(forComparisonIn folder: URL, rtol: Double, atol: Double) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try write(folder.appending(path: "network.onnx").path)
        func parts(_ names: [String], _ tensors: [Tensor], _ kind: String) throws -> [Call.Part] {
            try zip(names, tensors).enumerated().map { place, part in
                let (name, tensor) = part
                let file = "\(kind)-\(place).bin"
                let bytes = try tensor.withContiguousBytes { Data($0) }
                try bytes.write(to: folder.appending(path: file))
                return Call.Part(name: name, dtype: "\(tensor.dtype)", shape: tensor.shape, file: file)
            }
        }
        let call = Call(
            inputs: try parts(inputNames, arguments, "input"), outputs: try parts(outputNames, outputs, "output"),
            rtol: rtol, atol: atol)
        try JSONEncoder().encode(call).write(to: folder.appending(path: "call.json"))
    }

    /// The same network with another call to compare with.
    func calling(_ arguments: [Tensor], giving outputs: [Tensor]) -> ExportedNetwork {
        var other = self
        (other.arguments, other.outputs) = (arguments, outputs)
        return other
    }

    /// Lets onnx check the network and onnxruntime run it, with twice the size of dynamic axes too.
    ///
    /// - Returns: the version of onnxruntime.
    /// - Throws: `NetworkCheck.Unavailable`; `ONNXExportError` if the exported network is not the original.
    func validate(_ validation: ONNXValidation) throws -> String {
        let folder = FileManager.default.temporaryDirectory.appending(path: "helios-onnx-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        var folders: [URL] = []
        let networks = [self] + (resized.map { [calling($0.arguments, giving: $0.outputs)] } ?? [])
        for (place, network) in networks.enumerated() {
            folders.append(folder.appending(path: "\(place)"))
            try network.write(forComparisonIn: folders[place], rtol: validation.rtol, atol: validation.atol)
        }
        let (errors, version) = try NetworkCheck.run(
            folders, validation.python, errors: folder.appending(path: "errors"))
        for (error, size) in zip(errors, ["", " with twice the size of its dynamic axes"]) {
            guard let error else { continue }
            throw ONNXExportError("the exported network is not the original\(size): \(error)")
        }
        return version
    }
}
