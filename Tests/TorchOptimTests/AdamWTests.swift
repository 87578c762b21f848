import TestSupport
import Testing
import Torch
import TorchOptim

struct AdamWTests {
    @Test("a step count that is a plain number, as old versions of PyTorch wrote it, is read")
    func plainStepCount() throws {
        let parameter = try Tensor.zeros([2]).requiresGrad_()
        let optimizer = try AdamW([parameter])
        try parameter.setGrad(Tensor.ones([2]))
        try optimizer.step()
        var state = try optimizer.stateDict()
        var entry = try state.dictionary("state").dictionary(0)
        entry["step"] = 4
        state["state"] = .dictionary([0: .dictionary(entry)])
        try optimizer.loadStateDict(state)
        let step = try optimizer.stateDict().dictionary("state").dictionary(0).tensor("step")
        #expect(step.dtype == .float32)
        #expect(try step.item(Double.self) == 4)
    }

    @Test("options that make no sense are errors that name them")
    func nonsenseThrows() throws {
        let parameters = [try Tensor.zeros([1]).requiresGrad_()]
        let makers: [(String, () throws -> AdamW)] = [
            ("'lr'", { try AdamW(parameters, learningRate: -1) }),
            ("'betas'", { try AdamW(parameters, betas: (1, 0.9)) }),
            ("'betas'", { try AdamW(parameters, betas: (0.9, -0.1)) }),
            ("'betas'", { try AdamW(parameters, betas: (.nan, 0.9)) }),
            ("'eps'", { try AdamW(parameters, eps: -1) }),
            ("'weight_decay'", { try AdamW(parameters, weightDecay: -1) }),
        ]
        for (name, make) in makers {
            let error = #expect(throws: OptimizerError.self) { try make() }
            #expect(error?.description.contains(name) == true)
        }
    }
}
