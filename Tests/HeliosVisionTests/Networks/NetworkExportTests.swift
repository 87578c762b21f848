import Foundation
import HeliosVision
import TestSupport
import Testing
import Torch

@testable import HeliosONNX

struct NetworkExportTests {
    @Test("onnxruntime computes the scores of every network, for another batch too", .needsONNX, .standardGenerator)
    func networksAreExported() async throws {
        try await withTemporaryFolder { folder in
            let names = NetworkCase.makers.keys.sorted()
            for (index, name) in names.enumerated() {
                try manualSeed(5)
                let make = try #require(NetworkCase.makers[name])
                let network = make()
                // The patches of a transformer are those of one size of images.
                let size = name.hasPrefix("vit") ? 224 : 64
                let options = ONNXExportOptions(dynamicAxes: ["input": [0: "batch"]])
                let example = try Tensor.rand([1, 3, size, size])
                let exported = try ExportedNetwork(network, [example], options) { inputs in [try network(inputs[0])] }
                network.eval()
                let images = try Tensor.rand([2, 3, size, size])
                let scores = try noGrad { try network(images) }
                try exported.calling([images], giving: [scores])
                    .write(forComparisonIn: folder.appending(path: "\(index)"), rtol: 1e-4, atol: 1e-4)
            }
            let errors = try await Python.onnxErrors(in: folder)
            for (name, error) in zip(names, errors) {
                #expect(error == nil, "\(name)")
            }
        }
    }
}
