import Torch

/// Parameters that are optimized with the same options.
///
/// ```swift
/// let groups = [ParameterGroup(weights), ParameterGroup(biases, weightDecay: 0)]
/// let optimizer = try AdamW(groups: groups, learningRate: 1e-3)
/// for group in optimizer.parameterGroups { group.learningRate *= 0.1 }
/// ```
public final class ParameterGroup {
    public let parameters: [Tensor]

    /// The options under PyTorch's names (`lr`, `weight_decay`, …). The optimizer's own apply to those that are
    /// missing.
    ///
    /// An option that the optimizer does not have is an error: when the group is added, and in the next step if it is
    /// set later.
    public var options: StateDict {
        didSet {
            parsedOptions = nil
            Capture.refuse("changes the options of an optimizer, and would not do so again: change them after the step")
        }
    }

    /// The number of options when their names were last compared with the optimizer's; a new name adds one.
    private var checkedCount = 0

    /// The options as the optimizer's step takes them, until they change. Looking them up would cost as much as a step.
    private var parsedOptions: (any GroupOptions)?

    /// Creates a group. What it does not set is taken from the optimizer.
    ///
    /// - Parameters:
    ///   - learningRate: the learning rate; `nil` means the optimizer's.
    ///   - weightDecay: the weight decay; `nil` means the optimizer's.
    ///   - options: other options, under PyTorch's names; a `name` is kept and has no effect.
    public init(
        _ parameters: [Tensor], learningRate: Double? = nil, weightDecay: Double? = nil, options: StateDict = [:]
    ) {
        self.parameters = parameters
        self.options = options
        if let learningRate { self.options["lr"] = .double(learningRate) }
        if let weightDecay { self.options["weight_decay"] = .double(weightDecay) }
    }

    /// The learning rate, which is not a number until the group belongs to an optimizer.
    public var learningRate: Double {
        get { (try? options.double("lr")) ?? .nan }
        set { options["lr"] = .double(newValue) }
    }

    /// The options as an optimizer's step takes them.
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

    /// Returns a copy of the group, which also has the options of `defaults` that this one lacks, in their order.
    func filled(with defaults: StateDict) -> ParameterGroup {
        var all = StateDict()
        for (key, value) in defaults { all[key] = options[key] ?? value }
        for (key, value) in options { all[key] = value }
        return ParameterGroup(parameters, options: all)
    }
}

/// The options of a group as an optimizer's step takes them.
protocol GroupOptions {
    init(_ state: StateDict) throws
}
