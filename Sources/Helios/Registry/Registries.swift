/// The registries for all kinds of objects that can be created by name. Register your own types at the start of the
/// program.
///
/// docs/registries.md lists the names and options of the built-in types.
public enum Registries {
    /// Networks and their layers, under PyTorch's names.
    public static let networks = Registry<Void, Module>("network") { registry in
        registry.addLinearLayers()
        registry.addConvolutions()
        registry.addMaxPooling()
        registry.addOtherPooling()
        registry.addAdaptivePooling()
        registry.addNormalizations()
        registry.addActivations()
        registry.addDropouts()
        registry.addPaddingLayers()
        registry.addShapeLayers()
        registry.addUpsampling()
        registry.addEmbeddings()
        registry.addRecurrentLayers()
        registry.addAttentionLayers()
        registry.addContainers()
    }

    /// Losses, under PyTorch's names. Losses are called in different ways, so specify the type:
    /// `make("CrossEntropyLoss", as: CrossEntropyLoss.self)`.
    public static let losses = Registry<Void, Module>("loss") { registry in
        registry.addRegressionLosses()
        registry.addClassificationLosses()
        registry.addEmbeddingLosses()
    }

    /// Optimizers, under PyTorch's names, for groups of parameters.
    public static let optimizers = Registry<[ParameterGroup], Optimizer>("optimizer", standIn: Registries.anyParameters)
    { registry in
        registry.addAdamFamily()
        registry.addOtherOptimizers()
    }

    /// Learning-rate schedulers, under the names of PyTorch and of Python Helios, for an optimizer.
    public static let schedulers = Registry<Optimizer, LRScheduler>("scheduler", standIn: Registries.anyOptimizer) {
        registry in
        registry.addStepSchedulers()
        registry.addCurveSchedulers()
        registry.addCyclicSchedulers()
        registry.addRestartSchedulers()
        registry.addComposedSchedulers()
    }

    /// A function of one number.
    public typealias Function = @Sendable (Double) throws -> Double

    /// Functions of one number, for schedulers that take one: `LambdaLR`, `MultiplicativeLR`, `CyclicLR`. Empty by
    /// default.
    public static let functions = Registry<Void, Function>("function", product: { { $0 } })

    /// Samplers, which are created from the number of samples.
    public static let samplers = Registry<Int, any Sampler>("sampler", standIn: { 1 }) { registry in
        registry.addSamplers()
    }

    /// Plug-ins, for `Trainer.register`.
    public static let plugins = Registry<Void, Plugin>("plug-in") { registry in
        registry.addPlugins()
    }

    /// Models. Use `make(…, as: Model<Batch>.self)` to specify the batch type. Empty by default.
    public static let models = Registry<Void, any AnyModel>("model")

    /// Data sets of single samples or whole batches: `make(…, as: (any Dataset<Sample>).self)`. Empty by default.
    public static let datasets = Registry<Void, any Sendable>("data set")

    /// Functions that create a batch from samples: `make(…, as: (@Sendable ([Sample]) throws -> Batch).self)`. Empty by
    /// default.
    public static let collateFunctions = Registry<Void, any Sendable>("collate function")

    /// Transforms of samples: `make(…, as: Resize.self)`. Empty by default.
    public static let transforms = Registry<Void, any Sendable>("transform")

    /// Metrics. To update a metric, specify its type: `make("Accuracy", …, as: Accuracy.self)`, or `as: (any
    /// TensorMetric).self`.
    public static let metrics = Registry<Void, any Metric>("metric") { registry in
        registry.addClassificationMetrics()
        registry.addRegressionMetrics()
        registry.addOtherMetrics()
    }
}

extension Registries {
    /// What an optimizer is made of to see which options it has.
    private static func anyParameters() throws -> [ParameterGroup] {
        [ParameterGroup([try Tensor.zeros([1]).requiresGrad_()])]
    }

    /// What a scheduler is made of to see which options it has.
    private static func anyOptimizer() throws -> Optimizer {
        try SGD(groups: anyParameters(), learningRate: 0.1, momentum: 0.5)
    }
}

extension Registry where Subject == Int, Product == any Sampler {
    fileprivate func addSamplers() {
        add("SequentialSampler") { _, count in SequentialSampler(count: count) }
        add("RandomSampler") { options, count in
            // A seed has 64 bits, of which a configuration writes the upper half as negative numbers.
            let standard = Int(exactly: TrainerOptions.defaultSeed) ?? 0
            return RandomSampler(count: count, seed: UInt64(bitPattern: Int64(try options.int("seed", standard))))
        }
    }
}
