import TestSupport
import Testing
import Torch

@testable import TorchOptim

struct LBFGSTests {
    private func state(_ optimizer: LBFGS) throws -> StateDict {
        try optimizer.stateDict().dictionary("state").dictionary(0)
    }

    /// One step towards the least sum of squares.
    private func descend(_ optimizer: LBFGS, _ parameter: Tensor) throws {
        try optimizer.step {
            try optimizer.zeroGrad()
            let loss = try (parameter - 3).pow(2).sum()
            try loss.backward()
            return loss
        }
    }

    @Test("options are PyTorch's unless given")
    func defaults() throws {
        let optimizer = try LBFGS([Tensor.zeros([1]).requiresGrad_()])
        let options = try optimizer.parameterGroups[0].options(as: LBFGS.Options.self, of: optimizer)
        #expect(options.learningRate == 1)
        #expect(options.maxIterations == 20)
        #expect(options.maxEvaluations == 25)
        #expect(options.toleranceGradient == 1e-7)
        #expect(options.toleranceChange == 1e-9)
        #expect(options.historySize == 100)
        #expect(options.lineSearch == nil)
        #expect(throws: OptimizerError.self) { try LBFGS([Tensor.zeros([1])], historySize: .max) }
        #expect(try LBFGS([Tensor.zeros([1])], maxIterations: .max).defaults.int("max_eval") == .max)
    }

    @Test("a step without a closure, or a second group, is an error")
    func needsClosureAndOneGroup() throws {
        let optimizer = try LBFGS([Tensor.zeros([1]).requiresGrad_()])
        #expect(throws: OptimizerError.self) { try optimizer.step() }
        #expect(throws: OptimizerError.self) {
            try optimizer.addParameterGroup(ParameterGroup([Tensor.zeros([1])]))
        }
    }

    @Test("an error in the closure is thrown, and the next step continues")
    func closureThrows() throws {
        let parameter = try Tensor.zeros([2]).requiresGrad_()
        let optimizer = try LBFGS([parameter], lineSearch: .strongWolfe)
        try descend(optimizer, parameter)
        #expect(throws: OptimizerError.self) { try optimizer.step { throw OptimizerError("stop") } }
        try descend(optimizer, parameter)
        try expectClose(parameter.detach(), Tensor.full([2], 3.0))
    }

    @Test("if the gradient is small enough nothing moves, and the loss is evaluated once")
    func flat() throws {
        let parameter = try Tensor.full([2], 3.0).requiresGrad_()
        let optimizer = try LBFGS([parameter])
        try descend(optimizer, parameter)
        try expectSameBits(parameter.detach(), Tensor.full([2], 3.0))
        #expect(try state(optimizer).names == ["func_evals", "n_iter"])
        try optimizer.loadStateDict(optimizer.stateDict())
        #expect(try state(optimizer).int("func_evals") == 1)
    }

    @Test("a state that does not fit is an error, and nothing changes")
    func misfitsThrow() throws {
        let parameter = try Tensor.zeros([2]).requiresGrad_()
        let optimizer = try LBFGS([parameter], learningRate: 0.1, maxIterations: 3)
        try descend(optimizer, parameter)
        let whole = try optimizer.stateDict()
        let wrong: [(StateDict.Key, StateValue?)] = [
            ("d", nil), ("d", 3), ("d", .tensor(try Tensor.ones([3]))), ("t", "long"), ("n_iter", -1),
            ("func_evals", .int(.max)), ("old_dirs", .list([])), ("old_stps", .list([1, 2])), ("ro", 1),
            ("ro", .list(["a", "b"])), ("H_diag", .tensor(try Tensor.ones([2]))), ("prev_flat_grad", nil),
            ("prev_loss", nil), ("al", 4), ("al", .list(["a"])),
        ]
        for (key, value) in wrong {
            var entry = try state(optimizer)
            entry[key] = value
            var changed = whole
            changed["state"] = .dictionary([0: .dictionary(entry)])
            #expect(throws: (any Error).self, "\(key)") { try optimizer.loadStateDict(changed) }
        }
        #expect("\(try optimizer.stateDict())" == "\(whole)")
        let group: StateDict = ["params": .list([0]), "line_search_fn": "none"]
        #expect(throws: OptimizerError.self) {
            try optimizer.loadStateDict(["state": .dictionary([:]), "param_groups": .list([.dictionary(group)])])
        }
    }

    @Test("parameters without a gradient stay, and sparse gradients count")
    func gradientsOfAllKinds() throws {
        let (still, moving) = (try Tensor.ones([2]).requiresGrad_(), try Tensor.zeros([3]).requiresGrad_())
        let optimizer = try LBFGS([still, moving], learningRate: 0.5, maxIterations: 1)
        try optimizer.step {
            try moving.setGrad(Tensor([0, 2, 0], dtype: .float32).toSparse())
            return try Tensor(0.0)
        }
        try expectSameBits(still.detach(), Tensor.ones([2]))
        // The first step is the learning rate times the gradient, over the sum of the gradients' sizes.
        try expectSameBits(moving.detach(), Tensor([0, -0.5, 0], dtype: .float32))
    }
}
