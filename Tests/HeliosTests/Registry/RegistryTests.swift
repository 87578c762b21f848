import TestSupport
import Testing

@testable import Helios
@testable import RegistryCases

@Suite(.standardGenerator)
struct RegistryTests {
    private func expectError(
        _ text: String, sourceLocation: SourceLocation = #_sourceLocation, _ attempt: () throws -> Any
    ) {
        let error = #expect(throws: ConfigurationError.self, sourceLocation: sourceLocation) { _ = try attempt() }
        #expect(error?.description == text, sourceLocation: sourceLocation)
    }

    // MARK: Registering

    @Test("what is registered is made by its name")
    func registered() throws {
        let registry = Registry<Int, [Int]>("row")
        try registry.register("repeated") { options, count in
            Array(repeating: try options.int("value", 7), count: count)
        }
        #expect(registry.names == ["repeated"])
        #expect(registry.contains("repeated") && !registry.contains("other"))
        #expect(try registry.make("repeated", 2) == [7, 7])
        #expect(try registry.make("repeated", 2, ["value": 1]) == [1, 1])
        #expect(try registry.make(from: ["type": "repeated", "value": 1], 2) == [1, 1])
        #expect(try registry.make(from: "repeated", 1) == [7])
    }

    @Test("a taken name is refused unless it is to be replaced")
    func taken() throws {
        let registry = Registry<Void, Int>("number")
        try registry.register("one") { _ in 1 }
        expectError("there is a number 'one' already: take another name, or register it with replacing: true") {
            try registry.register("one") { _ in 2 }
        }
        #expect(try registry.make("one") == 1)
        try registry.register("one", replacing: true) { _ in 3 }
        #expect(try registry.make("one") == 3)
        expectError("a number cannot be registered without a name") { try registry.register("") { _ in 1 } }
    }

    @Test("several threads register and make at a time")
    func threads() async throws {
        let registry = Registry<Void, Int>("number")
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<64 {
                group.addTask {
                    try registry.register("\(number)") { _ in number }
                    #expect(try registry.make("\(number)") == number)
                }
            }
            try await group.waitForAll()
        }
        #expect(registry.names.count == 64)
    }

    @Test("a maker may register and make others")
    func nestedUse() throws {
        let registry = Registry<Void, Int>("number")
        try registry.register("one") { _ in
            try registry.register("two", replacing: true) { _ in 2 }
            return try registry.make("two") - 1
        }
        #expect(try registry.make("one") == 1)
    }

    // MARK: Making

    @Test("a type can be asked for, and another one is refused")
    func types() throws {
        let layer = try Registries.networks.make("Linear", ["in_features": 2, "out_features": 3], as: Linear.self)
        #expect(layer.outFeatures == 3)
        expectError("the network ReLU is no Linear, which is wanted") {
            try Registries.networks.make("ReLU", as: Linear.self)
        }
        let collate = Registry<Void, any Sendable>("collate function")
        typealias Sum = @Sendable ([Int]) throws -> Int
        try collate.register("sum") { _ in { $0.reduce(0, +) } as Sum }
        #expect(try collate.make("sum", as: Sum.self)([1, 2]) == 3)
        let datasets = Registry<Void, any Sendable>("data set")
        try datasets.register("squares") { Squares(count: try $0.int("count")) }
        let squares = try datasets.make("squares", ["count": 3], as: (any Dataset<Int>).self)
        #expect(squares.count == 3)
        #expect(throws: ConfigurationError.self) {
            try datasets.make("squares", ["count": 3], as: (any Dataset<String>).self)
        }
    }

    @Test("an unknown name lists the nearest ones, or all if none is near")
    func unknownNames() throws {
        expectError(
            "there is no sampler 'Random'; did you mean 'RandomSampler'? (there are: RandomSampler, SequentialSampler)"
        ) { try Registries.samplers.make("Random", 3) }
        expectError("there is no network 'Conv2'; did you mean 'Conv2d', 'Conv1d' or 'Conv3d'?") {
            try Registries.networks.make("Conv2")
        }
        expectError("there is no shape 'Square' (none is registered)") {
            try Registry<Void, Int>("shape").make("Square")
        }
        let error = #expect(throws: ConfigurationError.self) { try Registries.networks.make("Quux") }
        #expect(error?.description.contains("there are: AdaptiveAvgPool1d, ") == true)
    }

    @Test(
        "a configuration without a name is refused", arguments: [3, nil, [:], ["type": 3], ["ReLU"]] as [ConfigValue])
    func noName(configuration: ConfigValue) {
        expectError(
            "a network must be a name, or a dictionary with a name as 'type', not \(configuration.typeDescription)"
        ) { try Registries.networks.make(from: configuration) }
    }

    @Test("what a maker throws comes as it is")
    func makersError() {
        #expect(throws: OptimizerError.self) {
            try Registries.optimizers.make("AdamW", [Tensor.zeros([2]).requiresGrad_()], ["lr": -1])
        }
        #expect(throws: ModuleError.self) {
            try Registries.networks.make("Linear", ["in_features": -2, "out_features": 3])
        }
    }

    // MARK: Parts

    @Test("an error within a network names the way to it")
    func nestedErrors() throws {
        func make(_ layer: ConfigValue) throws -> Module {
            let inner: ConfigValue = ["type": "Sequential", "layers": [layer]]
            return try Registries.networks.make("Sequential", ["layers": ["ReLU", inner]])
        }
        expectError(
            "network Sequential, layers[1] Sequential, layers[0] Linear: 'in_features' must be a whole number, not "
                + "the string \"many\""
        ) { try make(["type": "Linear", "in_features": "many", "out_features": 2]) }
        expectError(
            "network Sequential, layers[1] Sequential: 'layers[0]' cannot be made: there is no network 'Lienar'; did "
                + "you mean 'Linear'?"
        ) { try make("Lienar") }
        expectError(
            "network Sequential, layers[1] Sequential, layers[0] ReLU: no option 'slope' (there are: inplace)"
        ) { try make(["type": "ReLU", "slope": 2]) }
        expectError(
            "network Sequential, layers[1] Sequential: 'layers[0]' must be a Layer, which the network LSTM is not"
        ) { try make(["type": "LSTM", "input_size": 2, "hidden_size": 3]) }
        expectError(
            "network Sequential, layers[1] Sequential: 'layers[0]' must be a name, or a dictionary with a name as "
                + "'type', not the number 3"
        ) { try make(3) }
    }

    @Test("a maker of one's own reads parts that other registries make")
    func parts() throws {
        let registry = Registry<Void, [String]>("line")
        try registry.register("names") { options in
            let first = try options.part("first", from: Registries.networks, as: (any Layer).self)
            let second = try options.optionalPart("second", from: Registries.losses, as: Module.self)
            let more = try options.namedParts("more", from: Registries.networks, as: Module.self)
            return [first.description, second?.description ?? "none"] + more.map { "\($0): \($1.description)" }
        }
        let made = try registry.make(
            "names", ["first": "ReLU", "more": ["b": "Tanh", "a": ["type": "ELU", "alpha": 2]]])
        #expect(made == ["ReLU()", "none", "b: Tanh()", "a: ELU(alpha=2.0)"])
        #expect(try registry.make("names", ["first": "ReLU", "second": "L1Loss", "more": [:]])[1] == "L1Loss()")
        expectError("line names: the option 'first' is needed, and not given; is 'fisrt' meant to be it?") {
            try registry.make("names", ["fisrt": "ReLU"])
        }
        expectError("line names: 'more' must be a dictionary, not the list [1]") {
            try registry.make("names", ["first": "ReLU", "more": [1]])
        }
        expectError(
            "line names: 'more.b' cannot be made: there is no network 'Tahn'; did you mean 'Tanh' or 'Tanhshrink'?"
        ) {
            try registry.make("names", ["first": "ReLU", "more": ["b": "Tahn"]])
        }
    }

    @Test("parts that never end are refused")
    func depth() {
        var tree: ConfigValue = "ReLU"
        for _ in 0..<2000 { tree = ["type": "Sequential", "layers": [tree]] }
        let error = #expect(throws: ConfigurationError.self) { try Registries.networks.make(from: tree) }
        #expect(error?.description.hasSuffix("parts of parts, more than 32 deep") == true)
    }

    @Test("a scheduler whose options are wrong leaves its optimizer as it was")
    func optimizerIsLeft() throws {
        let optimizer = try SGD([Tensor.zeros([2]).requiresGrad_()], learningRate: 0.1, momentum: 0.5)
        for (name, cases) in schedulerCases {
            guard case .dictionary(var options)? = cases.first?.options else { continue }
            options["surely_none"] = 1
            #expect(throws: ConfigurationError.self, "\(name)") {
                try Registries.schedulers.make(name, optimizer, .dictionary(options))
            }
            #expect(optimizer.parameterGroups[0].learningRate == 0.1, "\(name)")
            #expect(optimizer.parameterGroups[0].options["initial_lr"] == nil, "\(name)")
        }
    }

    @Test("a scheduler of several leaves its optimizer as it was if one of them is wrong")
    func optimizerIsLeftBySeveral() throws {
        let optimizer = try SGD([Tensor.zeros([2]).requiresGrad_()], learningRate: 0.1, momentum: 0.5)
        let second: ConfigValue = ["type": "StepLR", "step_size": "often"]
        for name in ["SequentialLR", "ChainedScheduler"] {
            let options: ConfigValue = ["schedulers": ["LinearLR", second]]
            let all: ConfigValue = ["schedulers": ["LinearLR", second], "milestones": [4]]
            expectError(
                "scheduler \(name), schedulers[1] StepLR: 'step_size' must be a whole number, not the string \"often\""
            ) { try Registries.schedulers.make(name, optimizer, name == "SequentialLR" ? all : options) }
            #expect(optimizer.parameterGroups[0].learningRate == 0.1)
            #expect(optimizer.parameterGroups[0].options["initial_lr"] == nil)
        }
    }

    @Test(
        "sizes that do not fit the dimensions are refused",
        arguments: [
            ("ZeroPad2d", ["padding": [1, 2, 3]], "'padding' needs 4 values, or one for all, and has 3"),
            (
                "AdaptiveAvgPool2d", ["output_size": [1, 2, 3]],
                "'output_size' needs 2 values, or one for all, and has 3"
            ),
            ("FractionalMaxPool2d", ["kernel_size": 2], "give either 'output_size' or 'output_ratio'"),
            ("Upsample", ["scale_factor": 2, "size": 3], "give either 'size' or 'scale_factor'"),
            ("Upsample", ["size": [1, 2, 3, 4]], "'size' must be a whole number or a list of up to three"),
            ("Upsample", ["size": []], "'size' must be a whole number or a list of up to three"),
            (
                "Conv2d", ["in_channels": 1, "out_channels": 1, "kernel_size": [3]],
                "'kernel_size' must be a whole number"
            ),
            ("Conv2d", ["in_channels": 1, "out_channels": 1, "kernel_size": 3, "padding": "all"], "'padding' must be"),
        ] as [(String, ConfigValue, String)])
    func sizes(name: String, options: ConfigValue, text: String) {
        let error = #expect(throws: ConfigurationError.self) { try Registries.networks.make(name, options) }
        #expect(error?.description.contains(text) == true, "\(String(describing: error))")
    }

    // MARK: What one would write

    @Test("an optimizer and a scheduler of a configuration train a network of it")
    func trains() throws {
        let configuration: ConfigValue = [
            "network": [
                "type": "Sequential",
                "layers": [
                    ["type": "Linear", "in_features": 2, "out_features": 8], "Tanh",
                    ["type": "Linear", "in_features": 8, "out_features": 1],
                ],
            ],
            "optimizer": ["type": "AdamW", "lr": "5e-2", "betas": [0.9, 0.95]],
            "scheduler": ["type": "StepLR", "step_size": 30],
            "loss": "MSELoss",
        ]
        try manualSeed(3)
        let network = try Registries.networks.make(
            from: configuration.value("network"), as: Sequential.self)
        let optimizer = try Registries.optimizers.make(
            from: configuration.value("optimizer"), network.parameters())
        let scheduler = try Registries.schedulers.make(from: configuration.value("scheduler"), optimizer)
        let loss = try Registries.losses.make(from: configuration.value("loss"), as: MSELoss.self)
        let inputs = try Tensor.randn([32, 2])
        let targets = try inputs.sum(dims: [1], keepDim: true)
        var losses: [Double] = []
        for _ in 0..<60 {
            try optimizer.zeroGrad()
            let value = try loss(network(inputs), targets)
            try value.backward()
            try optimizer.step()
            try scheduler.step()
            losses.append(try value.item(Double.self))
        }
        #expect(try #require(losses.last) < 0.1 * losses[0])
        #expect(abs(optimizer.parameterGroups[0].learningRate - 5e-4) < 1e-12)
    }

    @Test("groups of parameters keep options of their own")
    func groups() throws {
        let groups = [
            ParameterGroup([try Tensor.zeros([2]).requiresGrad_()], learningRate: 0.5),
            ParameterGroup([try Tensor.zeros([3]).requiresGrad_()]),
        ]
        let optimizer = try Registries.optimizers.make("SGD", groups, ["lr": 0.1])
        #expect(optimizer.parameterGroups.map(\.learningRate) == [0.5, 0.1])
        expectError("optimizer LBFGS takes one group of parameters, without options of its own") {
            try Registries.optimizers.make("LBFGS", groups)
        }
    }

    @Test("samplers are made for a number of samples")
    func samplers() throws {
        let sampler = try Registries.samplers.make("RandomSampler", 6, ["seed": 9])
        #expect(
            try sampler.order(epoch: 1).numbers(at: 0..<6)
                == RandomSampler(count: 6, seed: 9).order(epoch: 1).numbers(at: 0..<6))
        let standard = try Registries.samplers.make("RandomSampler", 6, as: RandomSampler.self)
        #expect(standard.seed == RandomSampler(count: 6).seed)
        #expect(try Registries.samplers.make("SequentialSampler", 6).count == 6)
    }
}

private struct Squares: Dataset {
    let count: Int

    func sample(at index: Int, random: inout SampleRandom) -> Int { index * index }
}
