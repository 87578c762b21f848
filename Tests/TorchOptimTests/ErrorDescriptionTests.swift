import Foundation
import Testing
import Torch
import TorchNN
import TorchOptim
import TorchSerialization

@Suite struct ErrorDescriptionTests {
    @Test("an error's localizedDescription, which Foundation and dialogs show, says what its description says")
    func localizedDescriptions() throws {
        let path = "/no/such/file.pth"
        let failures: [(type: String, cause: () throws -> Void)] = [
            ("TorchError", { _ = try Tensor.zeros([2, 3]).mm(Tensor.zeros([4, 5])) }),
            ("StateDictError", { _ = try StateDict().tensor("weight") }),
            ("OptimizerError", { _ = try SGD([]) }),
            ("SchedulerError", { _ = try StepLR(SGD([Tensor.zeros([1])]), stepSize: 0) }),
            ("TorchFileError", { _ = try TorchFile.load(URL(filePath: path)) }),
        ]
        for (type, cause) in failures {
            let error = try #require(throws: (any Error).self) { try cause() }
            #expect("\(Swift.type(of: error))" == type)
            #expect(error.localizedDescription == "\(error)", "\(type)")
            #expect(!error.localizedDescription.contains("could not be completed"), "\(type)")
        }
    }
}
