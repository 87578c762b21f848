import Testing
import Torch
import TorchOptim

/// States of another optimizer, scheduler or scaler, and options that nothing reads: all are errors.
struct ForeignStateTests {
    /// One of each class, with states after a step.
    private static func optimizers() throws -> [(name: String, optimizer: Optimizer)] {
        let makers: [(String, ([Tensor]) throws -> Optimizer)] = [
            ("Adadelta", { try Adadelta($0) }), ("Adagrad", { try Adagrad($0) }), ("Adam", { try Adam($0) }),
            ("AdamW", { try AdamW($0) }), ("Adamax", { try Adamax($0) }), ("ASGD", { try ASGD($0) }),
            ("NAdam", { try NAdam($0) }), ("RAdam", { try RAdam($0) }), ("RMSprop", { try RMSprop($0) }),
            ("Rprop", { try Rprop($0) }), ("SGD", { try SGD($0, momentum: 0.9) }), ("LBFGS", { try LBFGS($0) }),
            ("SparseAdam", { try SparseAdam($0) }),
        ]
        return try makers.map { name, make in
            let parameter = try Tensor.ones([2]).requiresGrad_()
            let optimizer = try make([parameter])
            if name == "LBFGS" {
                try optimizer.step {
                    try optimizer.zeroGrad()
                    let loss = try parameter.pow(2).sum()
                    try loss.backward()
                    return loss
                }
            } else {
                let gradient = try Tensor.ones([2])
                try parameter.setGrad(name == "SparseAdam" ? gradient.toSparse() : gradient)
                try optimizer.step()
            }
            return (name, optimizer)
        }
    }

    @Test("an optimizer takes its own state and no other's, and an error changes nothing")
    func optimizersTellTheirStates() throws {
        let optimizers = try Self.optimizers()
        for (name, target) in optimizers {
            for (other, source) in optimizers {
                let before = "\(try target.stateDict())"
                if name == other {
                    try target.loadStateDict(source.stateDict())
                    continue
                }
                let error = #expect(throws: OptimizerError.self, "\(name) takes the state of \(other)") {
                    try target.loadStateDict(source.stateDict())
                }
                #expect(error?.description.contains("was not saved by \(name)") == true, "\(name), \(other)")
                #expect("\(try target.stateDict())" == before, "\(name) after the state of \(other)")
            }
        }
    }

    @Test("a state without what PyTorch added in later versions is read, and one without anything else is not")
    func olderVersions() throws {
        for (name, optimizer) in try Self.optimizers() {
            let state = try optimizer.stateDict()
            guard case .dictionary(let group)? = try state.list("param_groups").first else {
                Issue.record("no group")
                continue
            }
            let isOptional = Set([
                "foreach", "fused", "capturable", "differentiable", "maximize", "decoupled_weight_decay",
            ])
            for option in group.names where option != "params" {
                var older = group
                older[option] = nil
                var changed = state
                changed["param_groups"] = .list([.dictionary(older)])
                if isOptional.contains(option) || (name == "Adagrad" && option == "eps") {
                    try optimizer.loadStateDict(changed)
                } else {
                    let error = #expect(throws: OptimizerError.self, "\(name) without \(option)") {
                        try optimizer.loadStateDict(changed)
                    }
                    #expect(error?.description.contains("'\(option)'") == true)
                }
            }
            var newer = group
            for option in ["foreach", "fused", "capturable", "differentiable"] { newer[option] = .some(.bool(true)) }
            newer["initial_lr"] = 0.5
            newer["param_names"] = .list(["weight"])
            newer["name"] = "head"
            var changed = state
            changed["param_groups"] = .list([.dictionary(newer)])
            try optimizer.loadStateDict(changed)
        }
    }

    @Test("Adam and AdamW refuse each other's states by the kind of their weight decay")
    func adamAndAdamW() throws {
        let parameter = try Tensor.ones([2]).requiresGrad_()
        let (adam, adamW) = (try Adam([parameter]), try AdamW([parameter]))
        #expect(throws: OptimizerError.self) { try adam.loadStateDict(adamW.stateDict()) }
        #expect(throws: OptimizerError.self) { try adamW.loadStateDict(adam.stateDict()) }
        try Adam([parameter], decoupledWeightDecay: true).loadStateDict(adamW.stateDict())
    }

    @Test("a state tensor whose type does not fit is an error")
    func types() throws {
        let parameter = try Tensor.ones([2]).requiresGrad_()
        let optimizer = try SGD([parameter], momentum: 0.9)
        for type in [DType.int64, .bool, .complex64] {
            var state = try optimizer.stateDict()
            state["state"] = .dictionary([
                0: .dictionary(["momentum_buffer": .tensor(try Tensor.ones([2], dtype: type))])
            ])
            let error = #expect(throws: OptimizerError.self) { try optimizer.loadStateDict(state) }
            #expect(error?.description.contains("\(type)") == true)
        }
    }

    @Test("a state with more groups says what to do, and then fits")
    func addedGroups() throws {
        let parameters = try (0..<3).map { _ in try Tensor.ones([2]).requiresGrad_() }
        let optimizer = try SGD([parameters[0]], momentum: 0.9)
        try optimizer.addParameterGroup(ParameterGroup(Array(parameters[1...]), learningRate: 0.5))
        let resumed = try SGD([parameters[0]], momentum: 0.9)
        let error = #expect(throws: OptimizerError.self) { try resumed.loadStateDict(optimizer.stateDict()) }
        #expect(
            error?.description == """
                the state has 2 parameter groups (of 1, 2 parameters), and the optimizer has 1 (of 1): if groups were \
                added during the training, add the same ones with addParameterGroup before the state is loaded
                """)
        try resumed.addParameterGroup(ParameterGroup(Array(parameters[1...])))
        try resumed.loadStateDict(optimizer.stateDict())
        #expect(resumed.parameterGroups.map(\.learningRate) == [1e-3, 0.5])
    }

    // MARK: Options

    @Test("an option that the optimizer does not have is an error that names the nearest")
    func unknownOptions() throws {
        let parameter = try Tensor.ones([2]).requiresGrad_()
        let error = #expect(throws: OptimizerError.self) {
            try SGD(groups: [ParameterGroup([parameter], options: ["momentun": 0.9])])
        }
        #expect(
            error?.description
                == "parameter group 0 has an option 'momentun', which SGD does not have; did you mean 'momentum'?")
        let betas = #expect(throws: OptimizerError.self) {
            try SGD(groups: [ParameterGroup([parameter], options: ["betas": .tuple([0.9, 0.99])])])
        }
        #expect(betas?.description.contains("its options are lr, momentum") == true)
        try SGD(groups: [ParameterGroup([parameter], options: ["name": "head"])]).step()

        let optimizer = try SGD([parameter])
        optimizer.parameterGroups[0].options["weight_deacy"] = 0.1
        let later = #expect(throws: OptimizerError.self) { try optimizer.step() }
        #expect(later?.description.contains("did you mean 'weight_decay'?") == true)
    }

    // MARK: Schedulers and scalers

    @Test("a scheduler takes its own state and no other's, and an error changes nothing")
    func schedulersTellTheirStates() throws {
        let makers: [(String, (Optimizer) throws -> LRScheduler)] = [
            ("StepLR", { try StepLR($0, stepSize: 3) }), ("ExponentialLR", { try ExponentialLR($0, gamma: 0.9) }),
            ("MultiStepLR", { try MultiStepLR($0, milestones: [2, 4]) }), ("ConstantLR", { try ConstantLR($0) }),
            ("LinearLR", { try LinearLR($0) }), ("PolynomialLR", { try PolynomialLR($0) }),
            ("CosineAnnealingLR", { try CosineAnnealingLR($0, tMax: 5) }),
            ("ReduceLROnPlateau", { try ReduceLROnPlateau($0) }),
            ("OneCycleLR", { try OneCycleLR($0, maxLearningRate: 0.1, totalSteps: 9) }),
            ("LambdaLR", { try LambdaLR($0) { _ in 1 } }),
            ("ChainedScheduler", { try ChainedScheduler([ConstantLR($0)]) }),
            ("SequentialLR", { try SequentialLR($0, schedulers: [ConstantLR($0), LinearLR($0)], milestones: [2]) }),
        ]
        let schedulers = try makers.map { name, make in
            (name, try make(SGD([Tensor.ones([1]).requiresGrad_()], learningRate: 0.1, momentum: 0.9)))
        }
        for (name, target) in schedulers {
            for (other, source) in schedulers {
                let before = "\(try target.stateDict())"
                if name == other {
                    try target.loadStateDict(source.stateDict())
                    continue
                }
                #expect(throws: (any Error).self, "\(name) takes the state of \(other)") {
                    try target.loadStateDict(source.stateDict())
                }
                #expect("\(try target.stateDict())" == before, "\(name) after the state of \(other)")
            }
            var older = try target.stateDict()
            older["verbose"] = false
            try target.loadStateDict(older)
        }
    }

    @Test("a gradient scaler refuses a state with something else in it")
    func scalers() throws {
        let scaler = try GradScaler(device: .cpu)
        var state = try scaler.stateDict()
        try scaler.loadStateDict(state)
        state["exp_avg"] = 1
        let error = #expect(throws: OptimizerError.self) { try scaler.loadStateDict(state) }
        #expect(error?.description.contains("'exp_avg'") == true)
    }
}
