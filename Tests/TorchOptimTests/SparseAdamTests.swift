import TestSupport
import Testing
import Torch
import TorchOptim

struct SparseAdamTests {
    @Test("only the rows with a gradient move, and only their means")
    func rowsWithoutGradientStay() throws {
        let parameter = try Tensor.ones([3, 2]).requiresGrad_()
        let optimizer = try SparseAdam([parameter], learningRate: 0.1)
        let rows = try Tensor([[1]], dtype: .int64)
        try parameter.setGrad(
            Tensor.sparseCooTensor(rows, values: Tensor.full([1, 2], 5.0), size: [3, 2]))
        try optimizer.step()
        try expectClose(parameter.detach(), Tensor([[1, 1], [0.9, 0.9], [1, 1]], dtype: .float32))
        let mean = try optimizer.stateDict().dictionary("state").dictionary(0).tensor("exp_avg")
        try expectClose(mean, Tensor([[0, 0], [0.5, 0.5], [0, 0]], dtype: .float32))
    }

    @Test("a gradient without rows counts a step and changes nothing")
    func emptyGradient() throws {
        let parameter = try Tensor.ones([3, 2]).requiresGrad_()
        let optimizer = try SparseAdam([parameter])
        try parameter.setGrad(Tensor.zeros([3, 2]).toSparse())
        try optimizer.step()
        try expectSameBits(parameter.detach(), Tensor.ones([3, 2]))
        #expect(try optimizer.stateDict().dictionary("state").dictionary(0).int("step") == 1)
    }

    @Test("a dense gradient is an error that tells of Adam")
    func denseGradientThrows() throws {
        let parameter = try Tensor.ones([2]).requiresGrad_()
        try parameter.setGrad(Tensor.ones([2]))
        let error = #expect(throws: OptimizerError.self) { try SparseAdam([parameter]).step() }
        #expect(error?.description.contains("use Adam") == true)
    }
}
