import Foundation
import TestSupport
import Testing
import Torch
import TorchNN

@testable import HeliosONNX

/// Networks exported at one size and run at another.
@Suite(.standardGenerator)
struct DynamicAxisTests {
    /// Attention over a sequence, whose sizes the layers read from shapes.
    private final class Encoder: Module, Layer {
        let embedding = Embedding(11, 8)
        let attention = TransformerEncoderLayer(8, 2, dimFeedforward: 16, batchFirst: true)
        let head = Linear(8, 3)

        func forward(_ input: Tensor) throws -> Tensor {
            let states = try attention(embedding(input))
            return try head(states).reshape([input.shape[0] * input.shape[1], 3])
        }
    }

    private final class Recurrent: Module, Layer {
        let lstm = LSTM(5, 4, batchFirst: true, bidirectional: true)

        func forward(_ input: Tensor) throws -> Tensor { try lstm(input).0.mean(dim: 1) }
    }

    private final class Convolutions: Module, Layer {
        let layers = Sequential(
            Conv2d(3, 4, kernelSize: 3, padding: 1), BatchNorm2d(4), ReLU(inPlace: true), MaxPool2d(kernelSize: 2),
            AdaptiveAvgPool2d(1), Flatten(), Linear(4, 2))

        func forward(_ input: Tensor) throws -> Tensor { try layers(input) }
    }

    /// Exports with one argument, and writes the call with another beside it.
    private func export(
        _ network: some Layer, _ argument: Tensor, _ axes: [Int: String], runWith other: Tensor, in folder: URL
    ) throws {
        let options = ONNXExportOptions(dynamicAxes: ["input": axes])
        let exported = try ExportedNetwork(network, [argument], options) { [try network($0[0])] }
        network.eval()
        let output = try network(other)
        try exported.calling([other], giving: [output]).write(forComparisonIn: folder, rtol: 1e-4, atol: 1e-4)
    }

    @Test("a network exported with dynamic axes runs at other sizes", .needsONNX)
    func otherSizesRun() async throws {
        try manualSeed(3)
        try await withTemporaryFolder { folder in
            try export(
                Encoder(), Tensor.ones([2, 5], dtype: .int64), [0: "batch", 1: "length"],
                runWith: Tensor.arange(21).reshape([3, 7]) % 11, in: folder.appending(path: "0"))
            try export(
                Recurrent(), Tensor.randn([2, 6, 5]), [0: "batch", 1: "length"], runWith: Tensor.randn([5, 3, 5]),
                in: folder.appending(path: "1"))
            try export(
                Convolutions(), Tensor.randn([2, 3, 8, 8]), [0: "batch", 2: "height", 3: "width"],
                runWith: Tensor.randn([3, 3, 10, 14]), in: folder.appending(path: "2"))
            let answers = try await Python.onnxErrors(in: folder)
            #expect(answers == [nil, nil, nil])
        }
    }

    @Test("what depends on an axis in a way that ONNX cannot say is an error that names the layer")
    func otherDependenciesThrow() throws {
        let network = Sequential(AdaptiveAvgPool2d(2))
        let options = ONNXExportOptions(dynamicAxes: ["input": [2: "height"]])
        let error = #expect(throws: ONNXExportError.self) {
            try withTemporaryFolder {
                try exportToONNX(
                    network, Tensor.zeros([1, 1, 4, 4]), to: $0.appending(path: "a.onnx").path, options: options)
            }
        }
        #expect(error?.layer == "0" && error?.operation == "aten::adaptive_avg_pool2d")
    }

    @Test("an axis that no input has is an error")
    func unknownAxesThrow() throws {
        for axes in [["image": [0: "batch"]], ["input": [4: "batch"]]] {
            #expect(throws: ONNXExportError.self) {
                try ExportedNetwork(Linear(2, 3), [Tensor.zeros([1, 2])], ONNXExportOptions(dynamicAxes: axes)) { $0 }
            }
        }
    }
}
