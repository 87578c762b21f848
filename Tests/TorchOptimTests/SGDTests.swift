import TestSupport
import Testing
import Torch
import TorchOptim

struct SGDTests {
    static let cases: [String: @Sendable ([Tensor]) throws -> SGD] = [
        "sgd": { try SGD($0, learningRate: 0.1) },
        "sgd momentum": { try SGD($0, learningRate: 0.1, momentum: 0.9) },
        "sgd dampening": { try SGD($0, learningRate: 0.1, momentum: 0.9, dampening: 0.3) },
        "sgd weight decay": { try SGD($0, learningRate: 0.1, weightDecay: 0.02) },
        "sgd nesterov": { try SGD($0, learningRate: 0.1, momentum: 0.8, weightDecay: 0.02, nesterov: true) },
        "sgd maximize": { try SGD($0, learningRate: 0.1, momentum: 0.8, maximize: true) },
    ]

    @Test("twenty steps end in the bits of PyTorch's fused SGD, and so does the state", arguments: cases.keys.sorted())
    func stepsArePyTorchs(name: String) throws {
        let fixture = try fixture("optimisers", as: OptimizerFixture.self)
        let parameters = try fixture.parameters()
        let optimizer = try #require(try Self.cases[name]?(parameters))
        try fixture.run(optimizer, parameters)
        try fixture.expect(name, optimizer, parameters)
    }

    @Test("groups have options of their own")
    func groups() throws {
        let fixture = try fixture("optimisers", as: OptimizerFixture.self)
        let parameters = try fixture.parameters()
        let optimizer = try SGD(
            groups: [
                ParameterGroup([parameters[0]], learningRate: 0.2),
                ParameterGroup(Array(parameters[1...]), weightDecay: 0.3),
            ], learningRate: 0.05)
        try fixture.run(optimizer, parameters)
        for (parameter, value) in zip(parameters, try #require(fixture.cases["sgd groups"]).parameters) {
            try expectSameBits(parameter.detach(), value.tensor)
        }
    }

    @Test("a parameter whose first gradient comes later starts its momentum then")
    func lateStart() throws {
        let fixture = try fixture("optimisers", as: OptimizerFixture.self)
        let parameters = try fixture.parameters()
        let optimizer = try SGD(parameters, learningRate: 0.1, momentum: 0.9)
        for step in fixture.gradients.indices {
            try fixture.setGradients(step, of: parameters)
            if step < 3 { try parameters[1].setGrad(nil) }
            try optimizer.step()
        }
        // PyTorch's other kernel, which is compared with here, rounds at other places.
        for (parameter, value) in zip(parameters, fixture.lateStart) {
            try expectClose(parameter.detach(), value.tensor, relative: 1e-5, absolute: 1e-6)
        }
    }

    @Test("a run that is resumed from its state ends in the same bits", arguments: cases.keys.sorted())
    func resumes(name: String) throws {
        let fixture = try fixture("optimisers", as: OptimizerFixture.self)
        let parameters = try fixture.parameters()
        let optimizer = try #require(try Self.cases[name]?(parameters))
        try fixture.run(optimizer, parameters, to: 7)
        let resumed = try SGD(parameters, learningRate: 5)
        try resumed.loadStateDict(optimizer.stateDict())
        try fixture.run(resumed, parameters, from: 7)
        try fixture.expect(name, resumed, parameters)
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
