import TestSupport
import Testing
import Torch
import TorchNN
import TorchOptim

@Suite(.standardGenerator)
struct OptimizerTests {
    struct Training: Decodable {
        let losses: [Double]
        let bias: FixtureTensor
        let mean: FixtureTensor
    }

    @Test("a network trains as in PyTorch from the same seed", arguments: ["sgd", "adamw"])
    func networkTrainsAsInPyTorch(name: String) throws {
        // Twelve steps, whose losses and weights are sums of 64 terms or fewer.
        try expect(fixture("training"), name, within: .sum(of: 12 * 64))
    }

    @Test(
        "a network's losses and weights have the bits of the PyTorch beside", .needsPyTorch,
        arguments: ["sgd", "adamw"])
    func networkHasPyTorchsBits(name: String) async throws {
        let expected: [String: Training] = try await Python.fixture("training")
        LibTorch.useOneThreadOnThisThread()
        try expect(expected, name, within: .bits)
    }

    private func expect(_ recorded: [String: Training], _ name: String, within tolerance: Tolerance) throws {
        let expected = try #require(recorded[name])
        try manualSeed(41)
        let conv = Conv2d(1, 4, kernelSize: 3, padding: 1, bias: false)
        let norm = BatchNorm2d(4)
        let linear = Linear(64, 5)
        let network = Sequential(
            conv, norm, ReLU(), MaxPool2d(kernelSize: 2), Flatten(), Dropout(p: 0.2), linear)
        let images = try Tensor.randn([6, 1, 8, 8])
        let classes = try Tensor.randint(low: 0, high: 5, size: [6])
        let optimizer: Optimizer =
            name == "sgd"
            ? try SGD(network.parameters(), learningRate: 0.1, momentum: 0.9)
            : try AdamW(network.parameters(), learningRate: 0.01)
        for value in expected.losses {
            try optimizer.zeroGrad()
            let loss = try crossEntropy(network(images), classes)
            try loss.backward()
            try optimizer.step()
            try expectClose(loss, Tensor([value], shape: []).to(.float32), within: tolerance, "loss")
        }
        try expectClose(#require(linear.bias), expected.bias.tensor, within: tolerance, "bias")
        try expectClose(#require(norm.runningMean), expected.mean.tensor, within: tolerance, "mean")
    }

    // MARK: Parameters

    @Test("no parameters, the same one twice, and a tensor that cannot be optimized are errors")
    func unusableParametersThrow() throws {
        let leaf = try Tensor.zeros([2]).requiresGrad_()
        let lists: [(String, [Tensor])] = [
            ("needs parameters", []),
            ("comes twice", [leaf, leaf]),
            ("result of a recorded operation", [try leaf * 2]),
            ("int64[2]", [try Tensor([1, 2])]),
            ("is sparse", [try Tensor.ones([2]).toSparse().requiresGrad_()]),
        ]
        for (text, parameters) in lists {
            let error = #expect(throws: OptimizerError.self) { try SGD(parameters) }
            #expect(error?.description.contains(text) == true, "\(text): \(String(describing: error))")
        }
        #expect(throws: OptimizerError.self) { try AdamW(groups: []) }
        #expect(throws: OptimizerError.self) { try AdamW(groups: [ParameterGroup([leaf]), ParameterGroup([leaf])]) }
    }

    @Test("a network given whole trains as with its parameters, and one without parameters is an error")
    func networkIsParameterSource() throws {
        let networks = try (0..<2).map { _ in
            try manualSeed(3)
            return Sequential(Linear(4, 3), Linear(3, 2))
        }
        let optimizers = try [AdamW(networks[0]), AdamW(networks[1].parameters())]
        #expect(optimizers[0].parameters.map(\.shape) == [[3, 4], [3], [2, 3], [2]])
        for (network, optimizer) in zip(networks, optimizers) {
            try network(Tensor.ones([2, 4])).sum().backward()
            #expect(try clipGradNorm_(network, maxNorm: 0.5).item(Double.self) > 0.5)
            try optimizer.step()
        }
        for (one, other) in try zip(networks[0].parameters(), networks[1].parameters()) {
            #expect(try one.equal(other))
        }
        let error = #expect(throws: OptimizerError.self) { try SGD(ReLU()) }
        #expect(error?.description.contains("needs parameters") == true)
    }

    @Test("a group can be added later, with its options or the optimizer's; one that does not fit changes nothing")
    func groupsAreAdded() throws {
        let parameters = try (0..<3).map { _ in try Tensor.zeros([1]).requiresGrad_() }
        let optimizer = try SGD([parameters[0]], learningRate: 1, momentum: 0.5)
        for parameter in parameters { try parameter.setGrad(Tensor.ones([1])) }
        try optimizer.step()
        try optimizer.addParameterGroup(ParameterGroup([parameters[1]], learningRate: 3))
        try optimizer.addParameterGroup(ParameterGroup([parameters[2]]))
        #expect(optimizer.parameterGroups.map(\.learningRate) == [1, 3, 1])
        #expect(throws: OptimizerError.self) { try optimizer.addParameterGroup(ParameterGroup([parameters[0]])) }
        #expect(throws: OptimizerError.self) {
            try optimizer.addParameterGroup(ParameterGroup([Tensor.zeros([1])], learningRate: -1))
        }
        #expect(optimizer.parameterGroups.count == 3)
        try optimizer.step()
        #expect(try parameters.map { try $0.item(Double.self) } == [-2.5, -3, -1])
    }

    @Test("a learning rate that is set counts for the next step")
    func learningRateIsSet() throws {
        let parameter = try Tensor.zeros([1]).requiresGrad_()
        let optimizer = try SGD([parameter], learningRate: 1)
        try parameter.setGrad(Tensor.ones([1]))
        for group in optimizer.parameterGroups { group.learningRate *= 0.5 }
        try optimizer.step()
        #expect(try parameter.item(Double.self) == -0.5)
        optimizer.parameterGroups[0].options["lr"] = "fast"
        #expect(throws: StateDictError.self) { try optimizer.step() }
    }

    @Test("zeroGrad sets gradients to none, and a step then changes nothing")
    func gradientsGo() throws {
        let parameter = try Tensor.ones([1]).requiresGrad_()
        let optimizer = try AdamW([parameter])
        try (parameter * 2).sum().backward()
        try optimizer.zeroGrad()
        #expect(parameter.grad == nil)
        try optimizer.step()
        #expect(try parameter.item(Double.self) == 1)
        #expect(try optimizer.stateDict().dictionary("state").isEmpty)
    }

    // MARK: Memory order, which the fused kernels do not look at

    @Test(
        "parameters and gradients whose elements lie in different orders are matched element by element",
        arguments: [true, false])
    func ordersDiffer(parameterIsTransposed: Bool) throws {
        let start = try Tensor.arange(6, dtype: .float32)
        let parameter =
            parameterIsTransposed
            ? try start.view([3, 2]).t().detach().requiresGrad_() : try start.view([2, 3]).requiresGrad_()
        let gradient = try Tensor([[1, 2, 3], [4, 5, 6]], dtype: .float32)
        try parameter.setGrad(parameterIsTransposed ? gradient : gradient.t().contiguous().t())
        let before = try parameter.detach().clone()
        for optimizer in [
            try SGD([parameter], learningRate: 1, momentum: 0.9), try SGD([parameter], learningRate: 1),
        ] {
            try parameter.detach().copy_(before)
            try optimizer.step()
            try expectSameBits(parameter.detach(), before - gradient)
        }
    }

    @Test("a parameter that does not lie densely in memory is an error")
    func gapsThrow() throws {
        let parameter = try Tensor.zeros([2, 4]).slice(dim: 1, end: 2).requiresGrad_()
        try parameter.setGrad(Tensor.ones([2, 2]))
        #expect(throws: OptimizerError.self) { try SGD([parameter]).step() }
        let expanded = try Tensor.zeros([1]).expand([4]).detach().requiresGrad_()
        try expanded.setGrad(Tensor.ones([4]))
        #expect(throws: OptimizerError.self) { try AdamW([expanded]).step() }
    }

    @Test("a parameter that changed its type continues with its state converted; a changed shape is an error")
    func parametersChange() throws {
        for make in [
            { try SGD([$0], learningRate: 0.1, momentum: 0.9) }, { try AdamW([$0], amsgrad: true) },
        ] as [(Tensor) throws -> Optimizer] {
            let network = Linear(2, 1, bias: false)
            let optimizer = try make(network.weight)
            try network(Tensor.ones([1, 2])).sum().backward()
            try optimizer.step()
            try network.to(.float64)
            try optimizer.step()
            let state = try optimizer.stateDict().dictionary("state").dictionary(0)
            for name in state.names where name != "step" { #expect(try state.tensor(.string(name)).dtype == .float64) }

            try network.weight.setGrad(nil)
            try network.weight.setData(Tensor.ones([5, 5], dtype: .float64))
            try network.weight.setGrad(Tensor.ones([5, 5], dtype: .float64))
            #expect(#expect(throws: TorchError.self) { try optimizer.step() }?.kind == .shape)
        }
    }

    // MARK: State

    @Test("a state with other numbers of parameters by which to find them is read, as PyTorch reads it")
    func otherNumbers() throws {
        let parameter = try Tensor.zeros([2]).requiresGrad_()
        let optimizer = try SGD([parameter], momentum: 0.9)
        try optimizer.loadStateDict([
            "state": .dictionary([7: .dictionary(["momentum_buffer": .tensor(Tensor.ones([2]))])]),
            "param_groups": .list([
                .dictionary([
                    "lr": 0.5, "momentum": 0.9, "dampening": 0, "weight_decay": 0, "nesterov": false,
                    "params": .list([7]),
                ])
            ]),
        ])
        #expect(optimizer.parameterGroups[0].learningRate == 0.5)
        let state = try optimizer.stateDict()
        #expect(try state.dictionary("state").dictionary(0).tensor("momentum_buffer").array(Float.self) == [1, 1])
    }

    @Test("a state that does not fit is an error, and nothing changes")
    func misfitsThrow() throws {
        let parameter = try Tensor.zeros([2]).requiresGrad_()
        let (sgd, adamw) = (try SGD([parameter], momentum: 0.9), try AdamW([parameter]))
        func group(
            _ options: StateDict = ["lr": 5], params: [StateValue] = [0], of optimizer: Optimizer? = nil
        ) -> StateDict {
            var group = (optimizer ?? sgd).defaults
            for (key, value) in options { group[key] = value }
            group["params"] = .list(params)
            return ["state": .dictionary([:]), "param_groups": .list([.dictionary(group)])]
        }
        func with(_ state: StateDict, key: StateDict.Key = 0, of optimizer: Optimizer? = nil) -> StateDict {
            var whole = group(of: optimizer)
            whole["state"] = .dictionary([key: .dictionary(state)])
            return whole
        }
        try parameter.setGrad(Tensor.ones([2]))
        try sgd.step()
        try adamw.step()
        let wrong: [(Optimizer, StateDict)] = [
            (sgd, [:]),
            (sgd, ["state": .dictionary([:]), "param_groups": 3]),
            (sgd, ["state": .dictionary([:]), "param_groups": .list([])]),
            (sgd, ["state": .dictionary([:]), "param_groups": .list([4])]),
            (sgd, ["state": 2, "param_groups": .list([.dictionary(["lr": 5, "params": .list([0])])])]),
            (sgd, group(params: [])),
            (sgd, group(params: [0, 1])),
            (sgd, group(params: ["a"])),
            (sgd, group(["lr": -1])),
            (sgd, group(["lr": "fast"])),
            (sgd, group(["lr": 5, "nesterov": 2])),
            (sgd, with(["momentum_buffer": .tensor(try Tensor.ones([3]))])),
            (sgd, with(["momentum_buffer": 3])),
            (sgd, with([:], key: 1)),
            (sgd, with([:], key: "a")),
            (adamw, group(["lr": 5, "betas": 3], of: adamw)),
            (adamw, group(["lr": 5, "betas": .tuple([0.5])], of: adamw)),
            (adamw, group(["lr": 5, "betas": .tuple(["a", 0.5])], of: adamw)),
            (adamw, group(["lr": 5, "decoupled_weight_decay": false], of: adamw)),
            (adamw, with(["step": 1], of: adamw)),
            (adamw, with(["step": -1, "exp_avg": 1, "exp_avg_sq": 1], of: adamw)),
            (adamw, with(["step": .tensor(try Tensor.zeros([2]))], of: adamw)),
        ]
        let before = [try text(sgd), try text(adamw)]
        for (position, (optimizer, state)) in wrong.enumerated() {
            #expect(throws: (any Error).self, "state \(position)") { try optimizer.loadStateDict(state) }
        }
        #expect([try text(sgd), try text(adamw)] == before)
    }

    private func text(_ optimizer: Optimizer) throws -> String {
        "\(try optimizer.stateDict())"
    }

    @Test("steps leave no tensor behind")
    func nothingLeaks() throws {
        let parameters = try (0..<4).map { _ in try Tensor.zeros([3]).requiresGrad_() }
        let optimizers = [
            try SGD(parameters, momentum: 0.9), try SGD(parameters), try AdamW(parameters, amsgrad: true),
        ]
        func step() throws {
            for parameter in parameters { try parameter.setGrad(Tensor.ones([3])) }
            for optimizer in optimizers {
                try optimizer.step()
                try optimizer.loadStateDict(optimizer.stateDict())
            }
        }
        try step()
        try expectTensorGrowth(below: 900) { for _ in 0..<1000 { try step() } }
    }
}
