import TestSupport
import Testing
import Torch
import TorchOptim

struct SGDTests {
    @Test("a parameter whose first gradient comes later starts its momentum then")
    func lateStart() throws {
        let fixture = try OptimizerFixture.recorded.get()
        let parameters = try fixture.parameters()
        let optimizer = try SGD(parameters, learningRate: 0.1, momentum: 0.9)
        for step in fixture.gradients.indices {
            try fixture.setGradients(step, of: parameters)
            if step < 3 { try parameters[1].setGrad(nil) }
            try optimizer.step()
        }
        // PyTorch's other kernel, which is compared with here, rounds at other places.
        for (parameter, value) in zip(parameters, fixture.lateStart) {
            try expectClose(parameter, value.tensor, within: .optimizerSteps(fixture.gradients.count))
        }
    }

    @Test("options that make no sense are errors that name them")
    func nonsenseThrows() throws {
        let parameters = [try Tensor.zeros([1]).requiresGrad_()]
        let makers: [(String, () throws -> SGD)] = [
            ("'lr'", { try SGD(parameters, learningRate: -1) }),
            ("'lr'", { try SGD(parameters, learningRate: .nan) }),
            ("'momentum'", { try SGD(parameters, momentum: -0.1) }),
            ("'weight_decay'", { try SGD(parameters, weightDecay: -0.1) }),
            ("'nesterov'", { try SGD(parameters, nesterov: true) }),
            ("'nesterov'", { try SGD(parameters, momentum: 0.9, dampening: 0.1, nesterov: true) }),
        ]
        for (name, make) in makers {
            let error = #expect(throws: OptimizerError.self) { try make() }
            #expect(error?.description.contains(name) == true)
        }
    }
}
