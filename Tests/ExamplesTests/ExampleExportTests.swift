import Foundation
import Helios
import TestSupport
import Testing

@testable import Digits
@testable import HeliosONNX
@testable import LanguageModel
@testable import RingGAN

struct ExampleExportTests {
    @Test("onnxruntime computes the networks of the examples, for another batch too", .needsONNX, .standardGenerator)
    func networksAreExported() async throws {
        try await withTemporaryFolder { folder in
            func export(_ network: some Layer, _ name: String, _ input: (Int) throws -> Tensor) throws {
                let options = ONNXExportOptions(dynamicAxes: ["input": [0: "batch"]])
                let exported = try ExportedNetwork(network, [input(2)], options) { [try network($0[0])] }
                network.eval()
                let other = try input(3)
                try exported.calling([other], giving: [network(other)])
                    .write(forComparisonIn: folder.appending(path: name), rtol: 1e-4, atol: 1e-4)
            }
            try export(DigitsNetwork(), "0") { try Tensor.rand([$0, 1, 8, 8]) }
            try export(LanguageNetwork(), "1") { try Tensor.randint(high: 10, size: [$0, 8]) }
            try export(Perceptron(4, 2), "2") { try Tensor.randn([$0, 4]) }
            let errors = try await Python.onnxErrors(in: folder)
            #expect(errors == [nil, nil, nil])
        }
    }
}
