import Foundation
import TestSupport
import Testing
import Torch
import TorchNN
import TorchScript

/// The exporter that programs have.
@Suite(.standardGenerator)
struct TorchScriptExporterTests {
    private func request(
        to folder: URL, _ forward: @escaping ([Tensor]) throws -> [Tensor]
    ) throws -> ExportRequest {
        try ExportRequest(
            Module(), [Tensor.randn([2, 3])], to: folder.appending(path: "network.pt"), forward)
    }

    @Test("a module that computes the same is written, for any batch")
    func writes() throws {
        try withTemporaryFolder { folder in
            let network = Sequential(Linear(3, 4), Dropout()).eval()
            let input = try Tensor.randn([2, 3])
            let file = folder.appending(path: "network.pt")
            let note = try TorchScriptExporter().export(
                ExportRequest(network, [input], to: file) { [try network($0[0])] })
            #expect(note == "libtorch computes the same outputs with it")
            let other = try Tensor.randn([5, 3])
            #expect(try ScriptModule(path: file.path)(other).allclose(network(other)))
        }
    }

    @Test("a tensor that the network makes of numbers is a constant of the module")
    func constants() throws {
        try withTemporaryFolder { folder in
            func scaled(_ input: Tensor) throws -> Tensor {
                try input * Tensor([1.5, -2, 1e6], shape: [3]).to(.float32)
            }
            let request = try request(to: folder) { [try scaled($0[0])] }
            #expect(try TorchScriptExporter().export(request) != nil)
            let module = try ScriptModule(path: request.file.path)
            let input = try Tensor.randn([4, 3])
            #expect(try module(input).equal(scaled(input)))
            #expect(try !module.code().contains("torch.empty"))
        }
    }

    @Test("what depends on the batch's size is an error, and written with fixed shapes")
    func batchSizeCounts() throws {
        try withTemporaryFolder { folder in
            var request = try request(to: folder) { [try $0[0] + $0[0].shape[0]] }
            let error = #expect(throws: BatchSizeError.self) { _ = try TorchScriptExporter().export(request) }
            #expect(error?.reason.contains("output 0 is different") == true)
            #expect(!FileManager.default.fileExists(atPath: request.file.path))
            request.hasFixedShapes = true
            #expect(try TorchScriptExporter().export(request) != nil)
        }
    }

    @Test("a network that fails for twice the batch is one, too")
    func batchSizeFails() throws {
        try withTemporaryFolder { folder in
            let request = try request(to: folder) { [try $0[0].reshape([2, 3])] }
            let error = #expect(throws: BatchSizeError.self) { _ = try TorchScriptExporter().export(request) }
            #expect(error?.reason.contains("with twice the batch, it fails") == true)
        }
    }

    @Test("a network that draws random numbers is an error unless nothing is compared")
    func randomNetworks() throws {
        try withTemporaryFolder { folder in
            var request = try request(to: folder) { [try $0[0] + Tensor.rand([3])] }
            let error = #expect(throws: TorchError.self) { _ = try TorchScriptExporter().export(request) }
            #expect(error?.message.contains("draws random numbers") == true)
            request.validation = .none
            #expect(try TorchScriptExporter().export(request) == nil)
            #expect(FileManager.default.fileExists(atPath: request.file.path))
        }
    }
}
