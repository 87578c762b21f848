import Torch

/// Parameters that are optimised with the same options.
///
/// ```swift
/// let groups = [ParameterGroup(weights), ParameterGroup(biases, weightDecay: 0)]
/// let optimizer = try AdamW(groups: groups, learningRate: 1e-3)
/// for group in optimizer.parameterGroups { group.learningRate *= 0.1 }
/// ```
public final class ParameterGroup {
    public let parameters: [Tensor]

    /// The options under PyTorch's names (`lr`, `weight_decay`, …), those of the optimiser where none are given.
    ///
    /// An option that the optimizer does not have is an error: when the group is added, and in the next step if it is
    /// set later.
    public var options: StateDict {
        didSet { parsedOptions = nil }
    }

    /// How many options there were when their names were last compared with the optimizer's: a new name adds one.
    private var checkedCount = 0

    /// The options as the optimiser's step takes them, until they change: looking them up would cost as much as a step.
    private var parsedOptions: (any GroupOptions)?

    /// - Parameters:
    ///   - learningRate: the optimiser's where nil.
    ///   - weightDecay: the optimiser's where nil.
    ///   - options: others, under PyTorch's names; a `name` is kept and has no effect.
    public init(
        _ parameters: [Tensor], learningRate: Double? = nil, weightDecay: Double? = nil, options: StateDict = [:]
    ) {
        self.parameters = parameters
        self.options = options
        if let learningRate { self.options["lr"] = .double(learningRate) }
        if let weightDecay { self.options["weight_decay"] = .double(weightDecay) }
    }

    /// How far a step goes; not a number before the group belongs to an optimiser.
    public var learningRate: Double {
        get { (try? options.double("lr")) ?? .nan }
        set { options["lr"] = .double(newValue) }
    }

    /// The options as an optimiser's step takes them.
    ///
    /// - Throws: if one is missing, has another type, or is not the optimizer's.
    func options<Options: GroupOptions>(as type: Options.Type, of optimizer: Optimizer) throws -> Options {
        if let known = parsedOptions as? Options { return known }
        if options.count != checkedCount {
            try optimizer.requireKnownOptions(options, of: "a parameter group")
            checkedCount = options.count
        }
        let parsed = try Options(options)
        parsedOptions = parsed
        return parsed
    }

    /// A group of its own with the options of `defaults`, where this one has none, in their order.
    func filled(with defaults: StateDict) -> ParameterGroup {
        var all = StateDict()
        for (key, value) in defaults { all[key] = options[key] ?? value }
        for (key, value) in options { all[key] = value }
        return ParameterGroup(parameters, options: all)
    }
}

/// The options of a group as an optimiser's step takes them.
protocol GroupOptions {
    init(_ state: StateDict) throws
}
