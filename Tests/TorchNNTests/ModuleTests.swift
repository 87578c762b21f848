import TestSupport
import Testing
import Torch
import TorchNN

@Suite(.standardGenerator)
struct ModuleTests {
    // MARK: Members

    @Test("keys come from properties: superclasses first, then in order of declaration, parameters before children")
    func keysAreThePaths() throws {
        let net = try Derived()
        #expect(
            try net.stateDict().names == [
                "scale", "own", "running_mean", "first.weight", "first.bias", "blocks.0.weight", "blocks.1.weight",
                "nested.0.0.weight", "nested.1.0.weight", "table.a.weight", "table.b.weight", "optional.weight",
                "second.0.weight", "second.0.bias",
            ])
        #expect(try net.namedParameters().map(\.name).prefix(3) == ["scale", "own", "first.weight"])
        #expect(try net.namedBuffers().map(\.name) == ["running_mean", "cache"])
        #expect(
            net.namedModules().map(\.name) == [
                "", "first", "blocks.0", "blocks.1", "nested.0.0", "nested.1.0", "table.a", "table.b", "optional",
                "second", "second.0", "second.1", "later",
            ])
        #expect(net.children().count == 10)
    }

    @Test("a module prints as in PyTorch, lists and tables too")
    func printsAsPyTorch() throws {
        // The output of the same modules in PyTorch, whose ModuleList and ModuleDict the array and dictionary are.
        let expected = """
            Printed(
              (a): Linear(in_features=2, out_features=2, bias=True)
              (l): ModuleList(
                (0-1): 2 x Linear(in_features=2, out_features=2, bias=True)
                (2): ReLU()
              )
              (d): ModuleDict(
                (x): ReLU()
              )
              (s): Sequential(
                (0): ReLU(inplace=True)
                (1): ReLU(inplace=True)
              )
            )
            """
        #expect(try Printed().description == expected)
    }

    @Test("a shared module or tensor counts once, and stands under each of its paths in the state")
    func sharedModules() throws {
        let shared = Linear(2, 2)
        let net = Pairing(shared, shared)
        #expect(try net.parameters().count == 2)
        #expect(net.namedModules().map(\.name) == ["", "left"])
        #expect(try net.stateDict().names == ["left.weight", "left.bias", "right.weight", "right.bias"])

        let tied = Pairing(Linear(2, 2), Linear(2, 2))
        tied.right.weight = tied.left.weight
        #expect(try tied.namedParameters().map(\.name) == ["left.weight", "left.bias", "right.bias"])
    }

    @Test("childKeys gives children other keys, and one for a child that is not there is an error")
    func childKeys() throws {
        final class Renamed: Module {
            let attention: Linear
            let blocks: [Linear]
            let plain: Linear
            let keys: [String: String]

            init(_ keys: [String: String]) throws {
                func linear() throws -> Linear { Linear(1, 1, bias: false) }
                (attention, blocks, plain) = (try linear(), [try linear()], try linear())
                self.keys = keys
            }

            override var childKeys: [String: String] { keys }
        }
        let module = try Renamed(["attention": "self", "blocks": "encoder.layer"])
        #expect(try module.stateDict().names == ["self.weight", "encoder.layer.0.weight", "plain.weight"])
        #expect(module.namedModules().map(\.name) == ["", "self", "encoder.layer.0", "plain"])
        #expect(try module.namedParameters().map(\.name) == ["self.weight", "encoder.layer.0.weight", "plain.weight"])
        let other = try Renamed(["attention": "self", "blocks": "encoder.layer"])
        try other.loadStateDict(module.stateDict())
        try expectSameBits(other.blocks[0].weight.detach(), module.blocks[0].weight.detach())

        let error = #expect(throws: StateDictError.self) { try Renamed(["atention": "self"]).stateDict() }
        #expect(error?.description.contains("'atention'") == true)
        #expect(error?.description.contains("did you mean 'attention'?") == true)
        #expect(throws: StateDictError.self) { try Renamed(["plain": ""]).loadStateDict([:]) }
        // Two children under one key.
        #expect(throws: StateDictError.self) { try Renamed(["plain": "attention"]).stateDict() }
    }

    @Test("what is replaced, added or removed later is seen")
    func changesAreSeen() throws {
        let net = try Changing()
        #expect(try net.namedParameters().map(\.name) == ["head.weight"])
        net.head = Linear(3, 4)
        #expect(try net.parameters().map(\.shape) == [[4, 3], [4]])
        net.more.append(Linear(1, 1, bias: false))
        net.optional = Linear(2, 1, bias: false)
        #expect(
            try net.namedParameters().map(\.name) == ["head.weight", "head.bias", "more.0.weight", "optional.weight"])
        net.optional = nil
        net.more = []
        net.head.bias = nil
        net.head.weight = try Tensor.zeros([7])
        #expect(try net.parameters().map(\.shape) == [[7]])
        #expect(try net.parameters()[0].requiresGrad)
    }

    @Test("a lazy child is a child once it is there")
    func lazyChildren() throws {
        let net = Lazy()
        #expect(net.children().isEmpty)
        let error = #expect(throws: ModuleError.self) { try net.parameters() }
        #expect(error?.description.contains("'activation' is a lazy var that was not used yet") == true)
        #expect(net.activation.isTraining)
        #expect(throws: Never.self) { try net.validate() }
        #expect(net.namedModules().map(\.name) == ["", "activation"])
    }

    @Test("a child that refers back to its parent ends no walk")
    func cyclesEnd() throws {
        let parent = Cyclic(), child = Cyclic()
        parent.other = child
        child.back = parent
        #expect(parent.namedModules().map(\.name) == ["", "other"])
        #expect(try parent.stateDict().isEmpty)
        parent.eval()
        #expect(!child.isTraining && !parent.isTraining)
        #expect(parent.description.contains("Cyclic(…)"))
    }

    @Test("training mode reaches all modules, but for one that overrides it")
    func trainingMode() throws {
        let frozen = Frozen()
        let net = Sequential(ReLU(), Sequential(frozen))
        #expect(net.isTraining)
        #expect(net.eval() === net)
        #expect(net.namedModules().allSatisfy { !$0.module.isTraining })
        net.train()
        #expect(net.namedModules().filter { !$0.module.isTraining }.map(\.name) == ["1.0"])
    }

    // MARK: Parameters

    @Test("what is assigned to a parameter becomes a leaf that requires a gradient; such a leaf stays the same")
    func assignedTensorsBecomeParameters() throws {
        let net = Linear(2, 1)
        let plain = try Tensor.ones([1, 2])
        net.weight = plain
        #expect(net.weight.requiresGrad && net.weight.isLeaf && !plain.requiresGrad)
        let computed = try net.weight * 2
        net.weight = computed
        #expect(net.weight.isLeaf && net.weight.requiresGrad)
        let leaf = try Tensor.zeros([1, 2]).requiresGrad_()
        net.weight = leaf
        #expect(net.weight.isSame(as: leaf))
    }

    @Test("gradients are switched and removed for all parameters")
    func gradients() throws {
        let net = Sequential(Linear(2, 3), Linear(3, 1))
        try net(Tensor.ones([1, 2])).sum().backward()
        #expect(try net.parameters().allSatisfy { $0.grad != nil })
        try net.zeroGrad()
        #expect(try net.parameters().allSatisfy { $0.grad == nil })
        try net.requiresGrad_(false)
        #expect(try net.parameters().allSatisfy { !$0.requiresGrad })
    }

    @Test("a parameter without a value is an error when it is used or saved")
    func unassignedParameterThrows() throws {
        let net = Unassigned()
        #expect(try net.parameters().isEmpty)
        #expect(throws: TorchError.self) { try net.weight + 1 }
        let error = #expect(throws: StateDictError.self) { try net.stateDict() }
        #expect(error?.description.contains("'some_weight' of Unassigned has no value") == true)
    }

    @Test("two parameters under one name are an error")
    func equalNamesThrow() throws {
        #expect(throws: StateDictError.self) { try Ambiguous().stateDict() }
    }

    // MARK: Conversion

    @Test("a module lies in memory with the channels last, and so do its results", .standardGenerator)
    func channelsLast() throws {
        let net = Sequential(Conv2d(3, 8, kernelSize: 3), BatchNorm2d(8), ReLU())
        let input = try Tensor.randn(2, 3, 9, 9)
        let before = try net(input)
        let weight = try #require(net.parameters().first)
        try net.to(.channelsLast)
        #expect(try net.parameters().first?.isSame(as: weight) == true)
        #expect(weight.strides == [27, 1, 9, 3])
        #expect(try net.parameters().dropFirst().allSatisfy { $0.dimensionCount == 1 && $0.isContiguous })
        let after = try net(input.contiguous(memoryFormat: .channelsLast))
        #expect(after.strides == [8 * 49, 1, 7 * 8, 8])
        // The batch norm's running averages have changed, its results in training have not.
        #expect(try after.allclose(before, rtol: 1e-4, atol: 1e-5))
        try net.to(.contiguous)
        #expect(weight.isContiguous)
    }

    @Test("a conversion keeps the tensors that an optimizer has, and converts gradients, not integers")
    func conversionKeepsTensors() throws {
        let net = Sequential(Conv2d(1, 1, kernelSize: 1), BatchNorm2d(1))
        try net(Tensor.rand([2, 1, 2, 2])).sum().backward()
        let parameters = try net.parameters()
        #expect(try net.to(.float64) === net)
        for (before, after) in try zip(parameters, net.parameters()) {
            #expect(before.isSame(as: after))
            #expect(before.dtype == .float64 && before.grad?.dtype == .float64)
            #expect(before.requiresGrad && before.isLeaf)
        }
        #expect(try net.buffers().map(\.dtype) == [.float64, .float64, .int64])
        try net.zeroGrad()
        try net(Tensor.rand([2, 1, 2, 2], dtype: .float64)).sum().backward()
        #expect(try net.to(.cpu).parameters()[0].grad?.dtype == .float64)
    }

    @Test("a type without fractions and a device that is not there are errors, and change nothing")
    func impossibleConversionsThrow() throws {
        let net = Linear(1, 1)
        #expect(#expect(throws: TorchError.self) { try net.to(.int64) }?.kind == .type)
        if !CUDA.isAvailable { #expect(throws: TorchError.self) { try net.to(.cuda) } }
        #expect(net.weight.dtype == .float32)
    }

    // MARK: State

    @Test("a state shares its memory with the module and copies into another in place")
    func stateIsCopied() throws {
        let (first, second) = (try Derived(), try Derived())
        let before = try second.parameters()
        try second.loadStateDict(first.stateDict())
        for (parameter, other) in try zip(second.parameters(), first.parameters()) {
            try expectSameBits(parameter, other)
        }
        #expect(try zip(before, second.parameters()).allSatisfy { $0.isSame(as: $1) })

        let state = try first.stateDict()
        _ = try noGrad { try first.first.weight.fill_(3) }
        #expect(try state.tensor("first.weight")[0, 0].item(Double.self) == 3)
        #expect(try !state.tensor("first.weight").requiresGrad)
    }

    @Test("all that does not fit is in one error, and nothing changes")
    func misfitsAreListed() throws {
        let net = Sequential(Linear(2, 3), Linear(3, 1))
        let before = try net.stateDict().map { try #require(tensor(in: $0.value)).clone() }
        let state: StateDict = [
            "0.weight": .tensor(try Tensor.zeros([3, 2])), "0.bias": .tensor(try Tensor.zeros([4])),
            "1.weight": 5, "extra": .tensor(try Tensor.zeros([1])), "more": 1,
        ]
        let error = #expect(throws: StateDictError.self) { try net.loadStateDict(state) }
        let expected = """
            the state does not fit Sequential:
              missing: 1.bias
              '0.bias' is float32[4] in the state, and float32[3] here
              '1.weight' is a int in the state, and must be a tensor
              unexpected: extra, more
            """
        #expect(error?.description == expected)
        for (value, old) in zip(try net.stateDict(), before) {
            try expectSameBits(#require(tensor(in: value.value)), old)
        }
    }

    @Test("without strictness missing and unexpected keys are given back, and a wrong shape is an error still")
    func lenientLoading() throws {
        let net = Linear(2, 1)
        let keys = try net.loadStateDict(
            ["weight": .tensor(Tensor.ones([1, 2])), "other": .tensor(Tensor.ones([1]))], strict: false)
        #expect(keys.missing == ["bias"] && keys.unexpected == ["other"])
        try expectSameBits(net.weight.detach(), Tensor.ones([1, 2]))
        #expect(throws: StateDictError.self) {
            try net.loadStateDict(["weight": .tensor(Tensor.ones([2, 2]))], strict: false)
        }
    }

    @Test("keys are renamed or left out, and two that come to one are an error")
    func renaming() throws {
        let net = Linear(2, 1)
        let state: StateDict = [
            "module.weight": .tensor(try Tensor.ones([1, 2])), "module.bias": .tensor(try Tensor.ones([1])), "head": 1,
        ]
        try net.loadStateDict(state, strict: true) { $0 == "head" ? nil : String($0.dropFirst("module.".count)) }
        try expectSameBits(net.bias?.detach() ?? .zeros([0]), Tensor.ones([1]))
        let error = #expect(throws: StateDictError.self) {
            try net.loadStateDict(state, strict: true) { _ in "weight" }
        }
        #expect(error?.description.contains("'weight' is the new name of several keys") == true)
    }

    @Test("a loaded tensor of another type is converted, but complex numbers to real ones are an error")
    func loadingConverts() throws {
        let net = Linear(2, 1, bias: false)
        try net.loadStateDict(["weight": .tensor(Tensor.ones([1, 2], dtype: .float64))])
        #expect(net.weight.dtype == .float32)
        #expect(throws: StateDictError.self) {
            try net.loadStateDict(["weight": .tensor(Tensor.ones([1, 2], dtype: .complex64))])
        }
    }

    // MARK: Memory

    @Test("training leaves no tensor behind")
    func nothingLeaks() throws {
        let net = Sequential(Conv2d(1, 2, kernelSize: 3), BatchNorm2d(2), ReLU(), Flatten(), Linear(8, 2))
        let (images, classes) = (try Tensor.rand([2, 1, 4, 4]), try Tensor([0, 1]))
        func step() throws {
            try net.zeroGrad()
            try crossEntropy(net(images), classes).backward()
            _ = try net.stateDict()
            try net.loadStateDict(net.stateDict())
            try clipGradNorm_(net.parameters(), maxNorm: 1)
            net.train()
        }
        // Several threads only wait for each other at this size.
        LibTorch.useOneThreadOnThisThread()
        try step()
        try expectTensorGrowth(below: 250) { for _ in 0..<300 { try step() } }
    }

    @Test("apply visits the modules below before the one above, one that two others hold twice, as PyTorch")
    func apply() throws {
        struct Recorded: Decodable { let apply: [String] }
        let shared = Linear(1, 1)
        let network = Sequential(Sequential(shared, ReLU()), shared, Sequential(Tanh()))
        var order: [String] = []
        let result = try network.apply { order.append("\(type(of: $0))") }
        #expect(try order == fixture("tensor-forms", as: Recorded.self).apply)
        #expect(result === network)
        struct Stop: Error {}
        #expect(throws: Stop.self) { try network.apply { _ in throw Stop() } }
    }

    @Test("a module converts itself to a type by its short name")
    func types() throws {
        let layer = Linear(2, 1)
        #expect(try layer.double().weight.dtype == .float64)
        #expect(try layer.half().weight.dtype == .float16)
        #expect(try layer.bfloat16().weight.dtype == .bfloat16)
        #expect(try layer.float().weight.dtype == .float32)
    }

    @Test("a module that goes takes its parameters with it")
    func modulesGo() throws {
        weak var module: Module?
        do {
            let net = try Derived()
            _ = try net.parameters()
            module = net
        }
        #expect(module == nil)
    }
}

private func tensor(in value: StateValue) -> Tensor? {
    if case .tensor(let tensor) = value { tensor } else { nil }
}
