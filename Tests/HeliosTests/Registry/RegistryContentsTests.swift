import Foundation
import TestSupport
import Testing

@testable import Helios
@testable import RegistryCases

/// What the registries are filled with, against the initializers, the sources and PyTorch.
@Suite(.standardGenerator)
struct RegistryContentsTests {
    /// An optimizer of one group that has had a scheduler.
    private static func optimizer() throws -> Optimizer {
        let optimizer = try SGD([Tensor.zeros([2, 3]).requiresGrad_()], learningRate: 0.1, momentum: 0.4)
        optimizer.parameterGroups[0].options["initial_lr"] = 0.1
        return optimizer
    }

    private static func groups() throws -> [ParameterGroup] {
        [ParameterGroup([try Tensor.zeros([2, 3]).requiresGrad_()])]
    }

    // MARK: What is made

    @Test("networks are what their initializers make", arguments: networkCases.keys.sorted())
    func networks(name: String) throws {
        try expectInitializers(Registries.networks, name, networkCases) { () }
    }

    @Test("losses are what their initializers make", arguments: lossCases.keys.sorted())
    func losses(name: String) throws {
        try expectInitializers(Registries.losses, name, lossCases) { () }
    }

    @Test("optimizers are what their initializers make", arguments: optimizerCases.keys.sorted())
    func optimizers(name: String) throws {
        try expectInitializers(Registries.optimizers, name, optimizerCases, Self.groups)
    }

    @Test(
        "schedulers are what their initializers make, and give the same rates", arguments: schedulerCases.keys.sorted())
    func schedulers(name: String) throws {
        try expectInitializers(Registries.schedulers, name, schedulerCases, Self.optimizer)
        for example in try #require(schedulerCases[name]) where name != "ReduceLROnPlateau" {
            let made = try Registries.schedulers.make(name, Self.optimizer(), example.options)
            let expected = try example.make(Self.optimizer())
            for _ in 0..<12 {
                try made.step()
                try expected.step()
                #expect(made.lastLearningRates == expected.lastLearningRates)
            }
        }
    }

    @Test("plug-ins are what their initializers make", arguments: pluginCases.keys.sorted())
    func plugins(name: String) throws {
        try expectInitializers(Registries.plugins, name, pluginCases) { () }
    }

    @Test("metrics are what their initializers make", arguments: metricCases.keys.sorted())
    func metrics(name: String) throws {
        try expectInitializers(Registries.metrics, name, metricCases) { () }
    }

    private func expectInitializers<Subject, Product>(
        _ registry: Registry<Subject, Product>, _ name: String, _ cases: RegistryCases<Subject, Product>,
        _ subject: () throws -> Subject
    ) throws {
        let examples = try #require(cases[name])
        var (given, known): (Set<String>, Set<String>) = ([], [])
        for example in examples {
            try manualSeed(5)
            let direct = try example.make(subject())
            // A registry validates a module, which looks through its properties once.
            try (direct as? Module)?.validate()
            let expected = traits(of: direct)
            try manualSeed(5)
            let reader = try OptionReader(example.options, of: name)
            let made = try Registry.product(registry.maker(name), reader, subject())
            let actual = traits(of: made)
            #expect(actual.count == expected.count)
            for (actual, expected) in zip(actual, expected) { #expect(actual == expected) }
            #expect(String(describing: type(of: made as Any)).prefix { $0 != "<" } == name)
            if case .dictionary(let members) = example.options { given.formUnion(members.keys) }
            known.formUnion(reader.known.map(\.name))
        }
        #expect(given == known, "every option must be in a case")
        let options = try #require(examples.first).options
        #expect(try unknownOptionIsRefused(options) { try registry.make(name, subject(), $0) })
    }

    private func unknownOptionIsRefused(
        _ options: ConfigValue, _ make: (ConfigValue) throws -> Any
    ) throws -> Bool {
        guard case .dictionary(var members) = options else { return false }
        members["surely_none"] = 1
        let error = #expect(throws: ConfigurationError.self) { _ = try make(.dictionary(members)) }
        return error?.description.contains("no option 'surely_none'") == true
    }

    // MARK: What there is

    @Test("every class of the sources is registered, or is the base of others")
    func nothingIsForgotten() throws {
        let bases: Set<String> = [
            "AdaptiveAveragePooling", "AdaptiveMaxPooling", "AdaptivePooling", "AveragePooling", "BatchNorm",
            "ChannelNorm", "ConstantPaddingLayer", "Convolution",
            "DimensionActivation", "DropoutLayer", "FractionalMaxPooling", "FunctionScheduler", "InPlaceActivation",
            "InstanceNorm",
            "LPPooling", "LRScheduler", "MaxPooling", "MaxUnpooling", "PaddingLayer", "ParameterDict", "ParameterList",
            "HiddenStateLayer", "RecurrentCell", "RecurrentLayer",
            "TransposedConvolution", "WeightedLoss", "Plugin", "BatchPlugin", "ClassCountMetric", "ErrorMetric",
        ]
        func expect(_ names: [String], _ folder: String, _ cases: some Sequence<String>) throws {
            let classes = try Self.classes(below: folder)
            #expect(names == classes.subtracting(bases).sorted())
            #expect(names == cases.sorted())
        }
        try expect(Registries.networks.names, "TorchNN/Layers", networkCases.keys)
        try expect(Registries.losses.names, "TorchNN/Losses", lossCases.keys)
        try expect(Registries.optimizers.names, "TorchOptim/Optimizers", optimizerCases.keys)
        try expect(Registries.schedulers.names, "TorchOptim/Schedulers", schedulerCases.keys)
        try expect(Registries.plugins.names, "Helios/Plugin", pluginCases.keys)
        try expect(Registries.metrics.names, "Helios/Metrics", metricCases.keys)
    }

    /// The public classes of the sources in a folder.
    private static func classes(below folder: String) throws -> Set<String> {
        let sources = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../Sources/\(folder)")
        var names: Set<String> = []
        for file in sources.filesBelow where file.hasSuffix(".swift") {
            let text = try String(contentsOf: sources.appending(path: file), encoding: .utf8)
            for line in text.split(separator: "\n") {
                guard let match = line.firstMatch(of: /^(?:public|open) (?:final )?class (\w+)/) else { continue }
                names.insert(String(match.1))
            }
        }
        return names
    }

    // MARK: PyTorch's options

    @Test("options have PyTorch's names and defaults")
    func pyTorchsOptions() throws {
        let expected = try fixture("registry-options", as: [String: [String: [String: String]]].self)
        for (kind, table) in try RegistryTable.all() where !["plugins", "samplers", "metrics"].contains(kind) {
            for (name, options) in table where name != "ExportableAdaptiveAvgPool2d" && name != "Sequential" {
                let theirs = try #require(expected[kind]?[name], "\(name) is not in PyTorch")
                for option in options {
                    let place = "\(name): \(option.name)"
                    let standard = try #require(theirs[option.name], "\(place) is not an option of PyTorch's")
                    let ours = option.defaultText ?? "required"
                    let isSame = ours == standard || (Double(ours).map { $0 == Double(standard) } ?? false)
                    #expect(isSame || Self.otherDefaults[place] == ours, "\(place) is \(ours), not \(standard)")
                }
                let missing = Set(theirs.keys).subtracting(options.map(\.name)).subtracting(Self.leftOut[kind] ?? [])
                #expect(missing.isEmpty || missing == Self.leftOutOf[name], "\(name) lacks \(missing.sorted())")
            }
        }
    }

    /// Options of PyTorch that choose between implementations of the same, or are deprecated.
    private static let leftOut: [String: Set<String>] = [
        "networks": ["device", "dtype", "return_indices", "_random_samples", "_weight", "_freeze"],
        "losses": ["size_average", "reduce"],
        "optimizers": ["foreach", "fused", "capturable", "differentiable"],
    ]

    private static let leftOutOf: [String: Set<String>] = [
        // Older names of min_val and max_val.
        "Hardtanh": ["min_value", "max_value"],
        // Only zeros are allowed.
        "ConvTranspose1d": ["padding_mode"], "ConvTranspose2d": ["padding_mode"], "ConvTranspose3d": ["padding_mode"],
        // A shortcut of its kernels, and a check for it.
        "TransformerEncoder": ["enable_nested_tensor", "mask_check"],
        // Never read.
        "SequentialLR": ["last_epoch"],
        // The optimizer is the one that the scheduler is made for.
        "ChainedScheduler": ["optimizer"],
    ]

    private static let otherDefaults = [
        // Nil means a guess that PyTorch warns of.
        "Softmax: dim": "required", "Softmin: dim": "required", "LogSoftmax: dim": "required",
        // An empty one is of no use in a configuration.
        "ModuleList: modules": "required", "ModuleDict: modules": "required",
        // Nil means false.
        "Upsample: recompute_scale_factor": "false",
    ]
}
