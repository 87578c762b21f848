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

    /// What validate.py says of one network.
    private struct Answer: Decodable {
        let error: String?
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

    /// Lets onnx check the network and onnxruntime run it.
    func validate(_ validation: ONNXValidation) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "helios-onnx-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        try write(forComparisonIn: folder, rtol: validation.rtol, atol: validation.atol)
        let script = folder.appending(path: "validate.py")
        try Data(PackageResources.validate_py).write(to: script)

        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [validation.python, script.path, folder.path]
        process.environment = ProcessInfo.processInfo.environment.merging(validation.environment) { $1 }
        let (output, errors) = (Pipe(), folder.appending(path: "errors"))
        try Data().write(to: errors)
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = try FileHandle(forWritingTo: errors)
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        switch process.terminationStatus {
        case 0: break
        case 3, 127:
            throw ONNXExportError(
                "the exported network cannot be validated: it takes Python with the packages onnx and onnxruntime, which "
                    + "\(validation.python) does not find: install them with pip, or export without validation")
        default:
            let complaint = (try? String(contentsOf: errors, encoding: .utf8)) ?? ""
            throw ONNXExportError("the exported network cannot be validated: Python failed: \(complaint.suffix(2000))")
        }
        if let error = try JSONDecoder().decode(Answer.self, from: data).error {
            throw ONNXExportError("the exported network is not the original: \(error)")
        }
    }
}
