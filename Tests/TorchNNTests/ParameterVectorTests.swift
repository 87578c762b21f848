import TestSupport
import Testing
import Torch
import TorchNN

struct ParameterVectorTests {
    @Test("parameters lie in a row in the vector, and gradients go through it")
    func toVector() throws {
        let first = try Tensor([1, 2, 3, 4, 5, 6], shape: [2, 3]).to(.float32).requiresGrad_()
        let second = try Tensor([7, 8]).to(.float32).requiresGrad_()
        let vector = try parametersToVector([first.transpose(0, 1), second])
        #expect(try vector.array(Float.self) == [1, 4, 2, 5, 3, 6, 7, 8])
        try vector.square().sum().backward()
        #expect(try first.grad?.array(Float.self) == [2, 4, 6, 8, 10, 12])
        #expect(throws: TorchError.self) { try parametersToVector([]) }
    }

    @Test("a vector goes back into the parameters, which stay the same tensors")
    func toParameters() throws {
        let parameters = try [[2, 3], [], [0, 4], [2]].map { try Tensor.zeros($0).requiresGrad_() }
        try vectorToParameters(Tensor.arange(9, dtype: .float32), parameters)
        #expect(try parametersToVector(parameters).array(Float.self) == [0, 1, 2, 3, 4, 5, 6, 7, 8])
        #expect(parameters.allSatisfy { $0.isLeaf && $0.requiresGrad })
    }

    @Test(
        "a vector of another size is an error that names both, and changes nothing",
        arguments: [[8], [10], [9, 1], []])
    func sizesDiffer(shape: [Int]) throws {
        let parameters = [try Tensor.zeros([2, 3]), try Tensor.zeros([3])]
        let error = #expect(throws: TorchError.self) { try vectorToParameters(Tensor.ones(shape), parameters) }
        #expect(error?.message.contains("9 elements") == true && error?.message.contains("\(shape)") == true)
        #expect(try parametersToVector(parameters).sum().item(Double.self) == 0)
    }
}
