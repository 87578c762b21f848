import Foundation
import TestSupport
import Testing
import Torch
import TorchNN

@testable import HeliosONNX

/// The file that `exportToONNX` writes, and its errors.
@Suite(.standardGenerator)
struct ExportToONNXTests {
    private func model(_ path: URL) throws -> ONNXModelProto {
        try ONNXModelProto(serializedBytes: Data(contentsOf: path))
    }

    /// An operation that has no counterpart.
    private final class Inverse: Module, Layer {
        func forward(_ input: Tensor) throws -> Tensor { try input.inverse() }
    }

    /// One matrix in two places.
    private final class Tied: Module, Layer {
        let embedding = Embedding(7, 4)

        func forward(_ input: Tensor) throws -> Tensor { try embedding(input).matmul(embedding.weight.t()) }
    }

    /// A part of the input is overwritten through a view.
    private final class Overwriting: Module, Layer {
        func forward(_ input: Tensor) throws -> Tensor {
            let copy = try input * 1
            try copy.select(dim: 0, index: 0).zero_()
            return copy
        }
    }

    @Test("weights keep their names, inputs and outputs get theirs, and the mode is as before")
    func namesAreKept() throws {
        try withTemporaryFolder { folder in
            let network = Sequential(Linear(3, 4), Dropout(), BatchNorm1d(4))
            let file = folder.appending(path: "network.onnx")
            let options = ONNXExportOptions(inputNames: ["x"], outputNames: ["y"], dynamicAxes: ["x": [0: "batch"]])
            try exportToONNX(network, Tensor.zeros([2, 3]), to: file.path, options: options)
            let graph = try model(file).graph
            let names = Set(graph.initializer.map(\.name))
            #expect(names.isSuperset(of: ["0.weight", "0.bias", "2.weight", "2.running_mean"]))
            #expect(graph.input.map(\.name) == ["x"] && graph.output.map(\.name) == ["y"])
            #expect(graph.output[0].type.tensorType.shape.dim.map(\.dimParam) == ["batch", ""])
            #expect(network.isTraining)
        }
    }

    @Test("a weight that is used twice is written once")
    func sharedWeightsAreWrittenOnce() throws {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "tied.onnx")
            try exportToONNX(Tied(), Tensor([[1, 2]]), to: file.path)
            #expect(try model(file).graph.initializer.filter { $0.dims == [7, 4] || $0.dims == [4, 7] }.count == 2)
            #expect(try model(file).graph.initializer.contains { $0.name == "embedding.weight" })
        }
    }

    @Test("large weights lie in a file of their own, which onnxruntime reads", .needsONNX)
    func externalDataAreRead() async throws {
        try await withTemporaryFolder { folder in
            let network = Sequential(Linear(30, 40), ReLU(), Linear(40, 2))
            let options = ONNXExportOptions(externalDataThreshold: 0)
            let exported = try ExportedNetwork(network, [Tensor.randn([2, 30])], options) { [try network($0[0])] }
            let place = folder.appending(path: "0")
            try exported.write(forComparisonIn: place, rtol: 1e-4, atol: 1e-4)
            let data = try Data(contentsOf: place.appending(path: "network.onnx.data"))
            #expect(data.count == 30 * 40 * 4)
            #expect(try await Python.onnxErrors(in: folder) == [nil])
        }
    }

    @Test("an operation without a counterpart is an error that names it and its layer")
    func unknownOperationsThrow() throws {
        let error = #expect(throws: ONNXExportError.self) {
            try exportToONNX(
                Sequential(Identity(), Sequential(Inverse())), Tensor.eye(3), to: "/nonexistent/never-written.onnx")
        }
        #expect(error?.layer == "1.0" && error?.operation.contains("inv") == true)
    }

    @Test("writing through a view is an error, and no wrong result")
    func writingThroughViewsThrows() throws {
        #expect(throws: ONNXExportError.self) {
            try exportToONNX(Overwriting(), Tensor.ones([2, 2]), to: "/nonexistent/never-written.onnx")
        }
    }

    @Test("an input and an output of the same name are an error")
    func sharedNamesThrow() {
        let error = #expect(throws: ONNXExportError.self) {
            try exportToONNX(
                Sequential(Linear(2, 3)), Tensor.ones([2, 2]), to: "/nonexistent/never-written.onnx",
                options: ONNXExportOptions(inputNames: ["x"], outputNames: ["x"]))
        }
        let text = error.map { "\($0)" } ?? ""
        #expect(text.contains("the name x"))
    }

    @Test("what the network throws, comes out")
    func ownErrorsComeOut() {
        #expect(throws: TorchError.self) {
            try exportToONNX(Sequential(Linear(2, 3)), Tensor.ones([2, 5]), to: "/nonexistent/never-written.onnx")
        }
    }

    private func validation(_ change: (inout ONNXValidation) -> Void = { _ in }) -> ONNXValidation {
        var validation = ONNXValidation(python: PythonCommand(environment: Python.trackingEnvironment))
        change(&validation)
        return validation
    }

    @Test("onnxruntime finds the same outputs", .needsONNX)
    func validationSucceeds() throws {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "network.onnx").path
            try exportToONNX(
                Linear(2, 3), Tensor.randn([4, 2]), to: file,
                options: ONNXExportOptions(dynamicAxes: ["input": [0: "batch"]], validation: validation()))
            #expect(FileManager.default.fileExists(atPath: file))
        }
    }

    @Test("outputs that differ are an error, and the file is written only if that is asked for", .needsONNX)
    func differencesThrow() throws {
        try withTemporaryFolder { folder in
            for saves in [false, true] {
                let file = folder.appending(path: "network.onnx").path
                let validation = validation { ($0.rtol, $0.atol, $0.savesOnFailure) = (0, 0, saves) }
                #expect(throws: ONNXExportError.self) {
                    try exportToONNX(
                        // Long sums are not added up in the same order.
                        Linear(1000, 300), Tensor.randn([16, 1000]), to: file,
                        options: ONNXExportOptions(validation: validation))
                }
                #expect(FileManager.default.fileExists(atPath: file) == saves)
            }
        }
    }

    @Test("without the packages, validation is an error that says what to install")
    func missingPackagesThrow() throws {
        let validation = validation { $0.python = PythonCommand("helios-no-such-python") }
        let error = #expect(throws: ONNXExportError.self) {
            try exportToONNX(
                Linear(2, 3), Tensor.randn([4, 2]), to: "/nonexistent/never-written.onnx",
                options: ONNXExportOptions(validation: validation))
        }
        #expect(error?.message.contains("pip") == true)
    }
}
