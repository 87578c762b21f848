import TestSupport
import Testing
import Torch

@testable import TorchOptim

/// All optimizers against PyTorch's, with each of their options.
struct PyTorchOptimizersTests {
    @Test(
        "twenty steps go through the bits of the PyTorch beside, and so does the state", .needsPyTorch,
        arguments: OptimizerCases.all.keys.sorted())
    func stepsArePyTorchs(name: String) async throws {
        let fixture = try await OptimizerFixture.live
        LibTorch.useOneThreadOnThisThread()
        try fixture.checkBits(of: name)
    }

    @Test(
        "twenty steps and the state end where PyTorch's did on another machine",
        arguments: OptimizerCases.all.keys.sorted())
    func stepsAreAsRecorded(name: String) throws {
        try OptimizerFixture.recorded.get().checkCloseness(of: name)
    }

    @Test("a run that is resumed from its state ends in the same bits", arguments: OptimizerCases.all.keys.sorted())
    func resumes(name: String) throws {
        let fixture = try OptimizerFixture.recorded.get()
        let (parameters, whole) = (try fixture.parameters(for: name), try fixture.parameters(for: name))
        let uninterrupted = try #require(try OptimizerCases.make(name, whole))
        try fixture.run(uninterrupted, whole)

        let optimizer = try #require(try OptimizerCases.make(name, parameters))
        try fixture.run(optimizer, parameters, to: 6)
        // One of the same kind with other options, which the state brings, but for the one that tells Adam from AdamW.
        let kind = name == "Adam decoupled weight decay" ? name : String(name.prefix { $0 != " " })
        let resumed = try #require(try OptimizerCases.make(kind, parameters))
        try resumed.loadStateDict(optimizer.stateDict())
        try fixture.run(resumed, parameters, from: 6)
        for (parameter, other) in zip(parameters, whole) { try expectSameBits(parameter, other, name) }
        try expectSameState(.dictionary(resumed.stateDict()), .dictionary(uninterrupted.stateDict()))
    }

    @Test("every optimizer of PyTorch is covered, or an exception with a reason")
    func allAreCovered() throws {
        let fixture = try OptimizerFixture.recorded.get()
        let covered = Set(fixture.cases.keys.map { String($0.prefix { $0 != " " }) })
        #expect(Set(fixture.classes) == covered.union(OptimizerCases.exceptions.keys))
        #expect(covered.isDisjoint(with: OptimizerCases.exceptions.keys))
        #expect(Set(fixture.cases.keys) == Set(OptimizerCases.all.keys))
    }

    @Test("options that make no sense are errors that name them")
    func nonsenseThrows() throws {
        let parameters = [try Tensor.zeros([1]).requiresGrad_()]
        let makers: [(String, ([Tensor]) throws -> Optimizer)] = [
            ("'lr'", { try Adadelta($0, learningRate: -1) }),
            ("'rho'", { try Adadelta($0, rho: 1.1) }),
            ("'eps'", { try Adadelta($0, eps: -1) }),
            ("'weight_decay'", { try Adadelta($0, weightDecay: -1) }),
            ("'lr_decay'", { try Adagrad($0, lrDecay: -1) }),
            ("'initial_accumulator_value'", { try Adagrad($0, initialAccumulatorValue: -1) }),
            ("'eps'", { try Adagrad($0, eps: .nan) }),
            ("'lr'", { try Adam($0, learningRate: .nan) }),
            ("'betas'", { try Adam($0, betas: (0.9, 1)) }),
            ("'weight_decay'", { try Adam($0, weightDecay: -1) }),
            ("'betas'", { try Adamax($0, betas: (-0.1, 0.9)) }),
            ("'lr'", { try ASGD($0, learningRate: -1) }),
            ("'weight_decay'", { try ASGD($0, weightDecay: -1) }),
            ("'lambd'", { try ASGD($0, lambda: .nan) }),
            ("'t0'", { try ASGD($0, t0: .nan) }),
            ("'momentum_decay'", { try NAdam($0, momentumDecay: -1) }),
            ("'betas'", { try NAdam($0, betas: (0.9, 1)) }),
            ("'betas'", { try RAdam($0, betas: (1, 0.9)) }),
            ("'eps'", { try RAdam($0, eps: -1) }),
            ("'alpha'", { try RMSprop($0, alpha: -1) }),
            ("'momentum'", { try RMSprop($0, momentum: -1) }),
            ("'etas'", { try Rprop($0, etas: (0.5, 1)) }),
            ("'etas'", { try Rprop($0, etas: (0, 1.2)) }),
            ("'step_sizes'", { try Rprop($0, stepSizes: (1, 0.5)) }),
            ("'lr'", { try SparseAdam($0, learningRate: 0) }),
            ("'eps'", { try SparseAdam($0, eps: 0) }),
            ("'lr'", { try SGD($0, learningRate: .nan) }),
            ("'dampening'", { try SGD($0, dampening: .nan) }),
            ("'lr'", { try LBFGS($0, learningRate: -1) }),
            ("'tolerance_change'", { try LBFGS($0, toleranceChange: .nan) }),
            ("'max_iter'", { try LBFGS($0, maxIterations: -1) }),
            ("'max_eval'", { try LBFGS($0, maxEvaluations: -1) }),
            ("'history_size'", { try LBFGS($0, historySize: 0) }),
        ]
        for (name, make) in makers {
            let error = #expect(throws: OptimizerError.self) { try make(parameters) }
            #expect(error?.description.contains(name) == true, "\(name): \(String(describing: error))")
        }
    }

    @Test("a sparse gradient is an error that names those that take one, in all others")
    func sparseGradientsThrow() throws {
        for kind in try OptimizerFixture.recorded.get().cases.keys.sorted() where !kind.contains(" ") {
            let parameters = try (0..<2).map { _ in try Tensor.zeros([3]).requiresGrad_() }
            try parameters[0].setGrad(Tensor.ones([3]).toSparse())
            let optimizer = try #require(try OptimizerCases.make(kind, parameters))
            guard !["SparseAdam", "LBFGS", "SGD", "Adagrad"].contains(kind) else { continue }
            let error = #expect(throws: OptimizerError.self) { try optimizer.step() }
            #expect(error?.description.contains("use SparseAdam, SGD or Adagrad") == true)
        }
    }

    @Test("an option that is a tensor of one number, as PyTorch allows, is loaded as the number")
    func tensorOptions() throws {
        let parameter = try Tensor.zeros([1]).requiresGrad_()
        let optimizer = try Adam([parameter])
        try optimizer.loadStateDict([
            "state": .dictionary([:]),
            "param_groups": .list([
                .dictionary([
                    "lr": .tensor(try Tensor(0.25)), "betas": .tuple([.tensor(try Tensor(0.5)), 0.75]), "eps": 1e-8,
                    "weight_decay": 0, "amsgrad": false, "params": .list([0]),
                ])
            ]),
        ])
        #expect(optimizer.parameterGroups[0].learningRate == 0.25)
        #expect(try optimizer.parameterGroups[0].options.pair("betas") == (0.5, 0.75))
    }

    @Test("a step with a closure returns the loss, of which gradients are recorded")
    func closure() throws {
        let parameter = try Tensor.ones([1]).requiresGrad_()
        let optimizer = try SGD([parameter], learningRate: 0.5)
        let loss = try noGrad {
            try optimizer.step {
                let loss = try (parameter * 3).sum()
                try loss.backward()
                return loss
            }
        }
        #expect(try loss.item(Double.self) == 3)
        #expect(try parameter.item(Double.self) == -0.5)
    }
}
