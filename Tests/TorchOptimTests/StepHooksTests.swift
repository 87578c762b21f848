import TestSupport
import Testing
import Torch
import TorchOptim

@Suite struct StepHooksTests {
    private static let makers: [(String, @Sendable ([Tensor]) throws -> Optimizer)] = [
        ("Adadelta", { try Adadelta($0) }), ("Adagrad", { try Adagrad($0) }), ("Adam", { try Adam($0) }),
        ("AdamW", { try AdamW($0) }), ("Adamax", { try Adamax($0) }), ("ASGD", { try ASGD($0) }),
        ("LBFGS", { try LBFGS($0) }), ("NAdam", { try NAdam($0) }), ("RAdam", { try RAdam($0) }),
        ("RMSprop", { try RMSprop($0) }), ("Rprop", { try Rprop($0) }), ("SGD", { try SGD($0) }),
        ("SparseAdam", { try SparseAdam($0) }),
    ]

    @Test("every optimizer calls its hooks once before and once after a step", arguments: makers.indices)
    func allOptimizers(number: Int) throws {
        let (name, make) = StepHooksTests.makers[number]
        let parameter = try Tensor([1.0, 2]).requiresGrad_()
        let optimizer = try make([parameter])
        var calls: [String] = []
        func note(_ what: String) -> StepHook {
            { _ in calls.append("\(what) \(try parameter.array(Double.self) == [1, 2])") }
        }
        let handles = [
            optimizer.registerStepPreHook(note("before")), optimizer.registerStepPostHook(note("after")),
        ]
        func step() throws {
            try optimizer.step {
                try optimizer.zeroGrad()
                let loss = try (parameter * parameter).sum()
                try loss.backward()
                if name == "SparseAdam", let gradient = parameter.grad { try parameter.setGrad(gradient.toSparse()) }
                return loss
            }
        }
        try step()
        #expect(calls == ["before true", "after false"], "\(name)")
        for handle in handles { handle.remove() }
        try step()
        #expect(calls.count == 2)
    }

    @Test("a hook may set the learning rate of the step that follows")
    func rate() throws {
        let parameter = try Tensor([1.0]).requiresGrad_()
        let optimizer = try SGD([parameter], learningRate: 0.1)
        optimizer.registerStepPreHook { $0.parameterGroups[0].learningRate = 0.5 }
        try parameter.setGrad(Tensor([1.0]))
        try optimizer.step()
        #expect(try parameter.item(Double.self) == 0.5)
    }

    @Test("if a hook throws before the step there is no step, and after a failed step no hook is called")
    func errors() throws {
        struct Trouble: Error {}
        let parameter = try Tensor([1.0]).requiresGrad_()
        let optimizer = try SGD([parameter], learningRate: 0.1)
        try parameter.setGrad(Tensor([1.0]))
        var count = 0
        optimizer.registerStepPostHook { _ in count += 1 }
        let handle = optimizer.registerStepPreHook { _ in throw Trouble() }
        #expect(throws: Trouble.self) { try optimizer.step() }
        #expect(try parameter.item(Double.self) == 1)
        #expect(count == 0)
        handle.remove()
        try optimizer.step()
        #expect(count == 1)
    }

    @Test("a scaler's steps call the hooks", arguments: [true, false])
    func scaler(isFused: Bool) throws {
        let parameter = try Tensor([1.0]).requiresGrad_()
        let optimizer: Optimizer = isFused ? try SGD([parameter]) : try RMSprop([parameter])
        var count = 0
        optimizer.registerStepPreHook { _ in count += 1 }
        optimizer.registerStepPostHook { _ in count += 10 }
        let scaler = try GradScaler(device: .cpu)
        try scaler.scale((parameter * parameter).sum()).backward()
        try scaler.step(optimizer)
        try scaler.update()
        #expect(count == 11)
    }

    @Test("a handle outlives its optimizer, and removing twice does nothing")
    func handles() throws {
        var optimizer: SGD? = try SGD([Tensor([1.0]).requiresGrad_()])
        let handle = try #require(optimizer).registerStepPreHook { _ in }
        handle.remove()
        optimizer = nil
        handle.remove()
    }
}
