import TestSupport
import Testing
import Torch
import TorchOptim

struct AdamWTests {
    static let cases: [String: @Sendable ([Tensor]) throws -> AdamW] = [
        "adamw": { try AdamW($0) },
        "adamw options": { try AdamW($0, learningRate: 0.05, betas: (0.8, 0.95), eps: 1e-5, weightDecay: 0.1) },
        "adamw amsgrad": { try AdamW($0, learningRate: 0.05, amsgrad: true) },
        "adamw maximize": { try AdamW($0, learningRate: 0.05, maximize: true) },
    ]

    @Test(
        "twenty steps end in the bits of PyTorch's fused AdamW, and so does the state", arguments: cases.keys.sorted())
    func stepsArePyTorchs(name: String) throws {
        let fixture = try fixture("optimisers", as: OptimizerFixture.self)
        let parameters = try fixture.parameters()
        let optimizer = try #require(try Self.cases[name]?(parameters))
        try fixture.run(optimizer, parameters)
        try fixture.expect(name, optimizer, parameters)
    }

    @Test("parameters in double precision have state in double precision")
    func doublePrecision() throws {
        let fixture = try fixture("optimisers", as: OptimizerFixture.self)
        let parameters = try fixture.parameters(.float64)
        let optimizer = try AdamW(parameters, learningRate: 0.05, amsgrad: true)
        try fixture.run(optimizer, parameters)
        try fixture.expect("adamw float64", optimizer, parameters)
    }

    @Test("groups have options of their own")
    func groups() throws {
        let fixture = try fixture("optimisers", as: OptimizerFixture.self)
        let parameters = try fixture.parameters()
        let optimizer = try AdamW(
            groups: [
                ParameterGroup([parameters[0]], learningRate: 0.2),
                ParameterGroup(Array(parameters[1...]), weightDecay: 0.3),
            ], learningRate: 0.05)
        try fixture.run(optimizer, parameters)
        for (parameter, value) in zip(parameters, try #require(fixture.cases["adamw groups"]).parameters) {
            try expectSameBits(parameter.detach(), value.tensor)
        }
    }

    @Test("a run that is resumed from its state ends in the same bits", arguments: cases.keys.sorted())
    func resumes(name: String) throws {
        let fixture = try fixture("optimisers", as: OptimizerFixture.self)
        let parameters = try fixture.parameters()
        let optimizer = try #require(try Self.cases[name]?(parameters))
        try fixture.run(optimizer, parameters, to: 7)
        let resumed = try AdamW(parameters, learningRate: 5)
        try resumed.loadStateDict(optimizer.stateDict())
        try fixture.run(resumed, parameters, from: 7)
        try fixture.expect(name, resumed, parameters)
    }

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
