import Foundation
import TestSupport
import Testing
import Torch
import TorchNN
import TorchScript

@testable import HeliosONNX

/// The exporter that programs have.
@Suite(.standardGenerator)
struct ONNXExporterTests {
    /// Adds numbers that Swift makes of the batch's size.
    private final class Counting: Module, Layer {
        func forward(_ input: Tensor) throws -> Tensor { try input + Tensor((0..<input.shape[0]).map { Float($0) }) }
    }

    private func request(_ network: some Layer, _ shape: [Int], to folder: URL) throws -> ExportRequest {
        try ExportRequest(
            network.eval(), [Tensor.randn(shape)], to: folder.appending(path: "network.onnx"), validation: .none
        ) { [try network($0[0])] }
    }

    private func shape(_ request: ExportRequest) throws -> [String] {
        try ONNXModelProto(serializedBytes: Data(contentsOf: request.file)).graph.input[0].type.tensorType.shape.dim.map
        {
            $0.dimParam.isEmpty ? "\($0.dimValue)" : $0.dimParam
        }
    }

    @Test("the batch may have any size unless shapes are fixed, or dynamic axes are given")
    func batchIsDynamic() throws {
        try withTemporaryFolder { folder in
            var request = try request(Linear(3, 4), [2, 3], to: folder)
            #expect(try ONNXExporter().export(request) == nil)
            #expect(try shape(request) == ["batch", "3"])
            let named = ONNXExportOptions(inputNames: ["x"], dynamicAxes: ["x": [0: "rows"]])
            _ = try ONNXExporter(named).export(request)
            #expect(try shape(request) == ["rows", "3"])
            request.hasFixedShapes = true
            _ = try ONNXExporter(named).export(request)
            #expect(try shape(request) == ["2", "3"])
        }
    }

    @Test("only inputs with the batch's size are batches")
    func otherInputsAreFixed() throws {
        try withTemporaryFolder { folder in
            let network = Bilinear(3, 4, 5)
            let file = folder.appending(path: "network.onnx")
            let inputs = [try Tensor.randn([2, 3]), try Tensor.randn([2, 4]), try Tensor.randn([5]), try Tensor(1.5)]
            let request = ExportRequest(network, inputs, to: file, validation: .none) {
                [try network($0[0], $0[1]) * $0[2] * $0[3]]
            }
            #expect(request.batchInputs == [0, 1])
            _ = try ONNXExporter().export(request)
            let graph = try ONNXModelProto(serializedBytes: Data(contentsOf: file)).graph
            let names = graph.input.map { $0.type.tensorType.shape.dim.first?.dimParam }
            #expect(names == ["batch", "batch", "", nil])
        }
    }

    @Test("a network that depends on the batch's size is an error, and exported with fixed shapes")
    func batchSizeCounts() throws {
        try withTemporaryFolder { folder in
            var request = try request(Counting(), [2], to: folder)
            let error = #expect(throws: BatchSizeError.self) { _ = try ONNXExporter().export(request) }
            #expect(error?.description.contains("Swift's numbers") == true, "\(String(describing: error))")
            #expect(!FileManager.default.fileExists(atPath: request.file.path))
            request.hasFixedShapes = true
            _ = try ONNXExporter().export(request)
            #expect(try shape(request) == ["2"])
        }
    }

    @Test("what cannot be exported at all is no error about the batch")
    func otherErrorsComeOut() throws {
        try withTemporaryFolder { folder in
            let request = try request(FractionalMaxPool2d(kernelSize: 2, outputSize: 2), [1, 1, 5, 5], to: folder)
            let error = #expect(throws: ONNXExportError.self) { _ = try ONNXExporter().export(request) }
            #expect(error?.operation == "aten::rand")
        }
    }

    @Test("onnxruntime compares the outputs, for twice the batch too", .needsONNX)
    func validates() throws {
        try withTemporaryFolder { folder in
            let python = PythonCommand(environment: Python.trackingEnvironment)
            var request = try request(Linear(3, 4), [2, 3], to: folder)
            request.validation = .required
            let note = try ONNXExporter(.init(validation: .init(python: python))).export(request)
            #expect(note?.wholeMatch(of: /onnxruntime [\d.]+ computes the same outputs with it/) != nil)

            // The first call gives the outputs, the next three are traced, and the fifth gives those for twice the batch.
            let network = Linear(3, 4)
            var count = 0
            request = ExportRequest(network, request.inputs, to: request.file) { inputs in
                count += 1
                return [try network(inputs[0]) + (count == 5 ? 1 : 0)]
            }
            let error = #expect(throws: ONNXExportError.self) {
                _ = try ONNXExporter(.init(validation: .init(python: python))).export(request)
            }
            #expect(
                error?.message.contains("with twice the size of its dynamic axes: output differs") == true,
                "\(String(describing: error))")
        }
    }

    @Test("without Python, the file is written only if the comparison need not be")
    func missingPython() throws {
        try withTemporaryFolder { folder in
            let exporter = ONNXExporter(.init(validation: .init(python: PythonCommand("helios-no-such-python"))))
            var request = try request(Linear(3, 4), [2, 3], to: folder)
            request.validation = .required
            #expect(throws: ONNXExportError.self) { _ = try exporter.export(request) }
            #expect(!FileManager.default.fileExists(atPath: request.file.path))
            request.validation = .ifPossible
            let note = try exporter.export(request)
            #expect(note?.hasPrefix("not compared with the network: there is no helios-no-such-python") == true)
            #expect(FileManager.default.fileExists(atPath: request.file.path))
        }
    }
}
