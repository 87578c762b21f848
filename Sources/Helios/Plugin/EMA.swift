/// Keeps an exponential moving average of the networks' weights, and validates, tests, and predicts with it.
///
/// ```swift
/// let ema = try EMA(decay: 0.999)
/// try trainer.register(ema)
/// try trainer.fit(model, data)
/// try TorchFile.save(ema.trainedStateDict(), to: file)
/// ```
/// After each optimizer step, average ← decay · average + (1 − decay) · weights; after the first step, the average
/// equals the weights. The arithmetic is the same as in PyTorch's `get_ema_multi_avg_fn`, to the bit. Checkpoints
/// contain the average, and a test of a checkpoint uses it.
///
/// A step must be complete when `Model.trainStep` returns. With mixed precision, a step that the scaler skips counts
/// too. The method is from Polyak and Juditsky 1992, "Acceleration of stochastic approximation by averaging".
public final class EMA: Plugin {
    /// The fraction of the previous average that is kept, from 0 to 1.
    public let decay: Double
    /// Whether the decay grows from 0.1 to `decay`, so that the average quickly forgets the first weights. After t
    /// updates, the decay is (1 + t) / (10 + t) as long as that is less than `decay`, as in TensorFlow's
    /// ExponentialMovingAverage.
    public let warmsUp: Bool
    /// The number of optimizer steps between two updates of the average.
    public let stepInterval: Int
    /// The names of the networks to average, as in `Model.namedNetworks`; `nil` for all.
    public let networks: [String]?
    /// Whether buffers are averaged too. Otherwise the network's own buffers are used, so batch normalization has the
    /// running statistics of the weights and not of their average.
    public let includesBuffers: Bool
    /// Whether validation, testing, and prediction use the average.
    public let evaluates: Bool

    /// The number of optimizer steps so far.
    public private(set) var stepCount = 0
    /// The number of steps after which the average was updated.
    public private(set) var updateCount = 0

    private let isStep: ((TrainingState) -> Bool)?
    private var averages: [NetworkAverage] = []
    /// The parameters that have the average's values now, and the tensors that have theirs, in the order of the
    /// exchange.
    private var exchanged: [(parameter: Tensor, average: Tensor)] = []

    /// Creates a plug-in that averages weights.
    ///
    /// - Parameters:
    ///   - stepInterval: the number of optimizer steps between two updates of the average.
    ///   - networks: the names of the networks to average; `nil` for all.
    ///   - isStep: whether the optimizer has made a step with the batch of this state. By default, this is
    ///     `Trainer.isStepDue`.
    /// - Throws: `PluginError` for an invalid option.
    public init(
        decay: Double = 0.999, warmsUp: Bool = false, every stepInterval: Int = 1, networks: [String]? = nil,
        includesBuffers: Bool = false, evaluates: Bool = true, isStep: ((TrainingState) -> Bool)? = nil,
        id: String = "ema"
    ) throws {
        self.decay = decay
        self.warmsUp = warmsUp
        self.stepInterval = stepInterval
        self.networks = networks
        self.includesBuffers = includesBuffers
        self.evaluates = evaluates
        self.isStep = isStep
        super.init(id: id)
        guard (0...1).contains(decay) else {
            throw PluginError(id: id, reason: "decay must be from 0 to 1, not \(decay)")
        }
        guard stepInterval > 0 else {
            throw PluginError(id: id, reason: "the number of steps must be positive, not \(stepInterval)")
        }
        guard networks?.isEmpty != true else {
            throw PluginError(id: id, reason: "no network is named: leave networks out to average all")
        }
    }

    // MARK: Using the average

    /// Runs `body` with the average in place of the weights. Before the first update, it runs with the weights.
    ///
    /// ```swift
    /// try ema.withAverages { try TorchFile.save(model.network.stateDict(), to: file) }
    /// ```
    /// Afterward, the networks' tensors contain the weights again. If `body` keeps any of these tensors, copy them.
    public func withAverages<Result>(_ body: () throws -> Result) throws -> Result {
        guard exchanged.isEmpty else { return try body() }
        let result: Result
        do {
            try putAveragesIn()
            result = try body()
        } catch {
            // The first error is the one to tell.
            try? takeAveragesOut()
            throw error
        }
        try takeAveragesOut()
        return result
    }

    /// Returns what `Model.trainedStateDict` returns, with the average in place of the weights, as a copy.
    ///
    /// - Throws: `PluginError` if there is no average yet (before the first step of a run, and after a test of a model
    ///   that was not loaded from a checkpoint), or if the model no longer exists.
    public func trainedStateDict() throws -> StateDict {
        guard updateCount > 0 else {
            throw PluginError(id: id, reason: "there is no average yet: train, or test a checkpoint")
        }
        guard let model else {
            throw PluginError(id: id, reason: "the model is gone: keep it until its state is taken")
        }
        return try withAverages { try model.trainedStateDict().copied() }
    }

    // MARK: Hooks

    override public var overrides: PluginOverrides { evaluates ? .evaluationWeights : [] }

    override public func setup() {
        averages = []
        exchanged = []
        stepCount = 0
        updateCount = 0
    }

    override public func onTrainingStart() throws {
        try requireNetworks()
        findNetworks()
    }

    override public func onTrainingBatchEnd(state: TrainingState, shouldLog: Bool) throws {
        guard isStep?(state) ?? trainer?.isStepDue ?? true else { return }
        stepCount += 1
        if stepCount % stepInterval == 0 { try update() }
    }

    override public func onTrainingEnd() {
        guard updateCount == 0, let trainer, trainer.state.globalIteration > 0 else { return }
        trainer.warn(
            "'\(id)' has no average: it takes every \(stepInterval) steps of the optimizer, and there were \(stepCount)"
        )
    }

    override public func onEvaluationStart(_ phase: BatchPhase) throws {
        if evaluates { try putAveragesIn() }
    }

    override public func onEvaluationEnd(_ phase: BatchPhase) throws {
        try takeAveragesOut()
    }

    // MARK: The average

    private func update() throws {
        let decay = warmsUp ? min(decay, Double(1 + updateCount) / Double(10 + updateCount)) : decay
        try noGrad {
            if updateCount == 0 {
                for average in averages { average.tensors = try average.current().map { try $0.detach().clone() } }
            } else {
                let current = try averages.flatMap { try $0.currentLikeAverage(for: self) }
                try WeightAveraging.exponential(decay: decay)
                    .update(averages.flatMap(\.tensors), with: current, count: updateCount)
            }
        }
        updateCount += 1
    }

    /// Exchanges the values of weights and average. The tensors stay what they are, also their memory, since optimizers
    /// and others refer to it.
    private func putAveragesIn() throws {
        guard updateCount > 0, exchanged.isEmpty else { return }
        for average in averages {
            for (parameter, tensor) in zip(try average.currentLikeAverage(for: self), average.tensors) {
                try exchangeValues(parameter, tensor)
                exchanged.append((parameter, tensor))
            }
        }
    }

    /// Exchanges them again, the last first, since networks may share parameters.
    private func takeAveragesOut() throws {
        while let (parameter, tensor) = exchanged.last {
            try exchangeValues(parameter, tensor)
            exchanged.removeLast()
        }
    }

    private func exchangeValues(_ left: Tensor, _ right: Tensor) throws {
        try noGrad {
            let value = try left.detach().clone()
            try left.copy_(right)
            try right.copy_(value)
        }
    }

    /// Looks up the networks, which the model's setup creates again for each run.
    ///
    /// For a test it may have left out some that only training needs.
    private func findNetworks() {
        guard averages.isEmpty, let known = model?.namedNetworks() else { return }
        for (name, network) in known where networks?.contains(name) != false {
            averages.append(NetworkAverage(name: name, network: network, includesBuffers: includesBuffers))
        }
    }

    /// Throws `PluginError` if a network that is to be averaged is not there.
    private func requireNetworks() throws {
        guard let model else { return }
        let known = model.namedNetworks().map(\.name)
        guard !known.isEmpty else {
            throw PluginError(id: id, reason: "there is no network among the stored properties of \(type(of: model))")
        }
        guard let missing = networks?.first(where: { !known.contains($0) }) else { return }
        let question = NearNames.question(missing, among: known)
        throw PluginError(
            id: id,
            reason: "\(type(of: model)) has no network '\(missing)'\(question.isEmpty ? "." : question) It has: "
                + known.joined(separator: ", "))
    }

    // MARK: State

    override public func stateDict() throws -> StateDict {
        var states = StateDict()
        if updateCount > 0 {
            for average in averages {
                states[.string(average.name)] = .dictionary(try average.stateDict(isExchanged: !exchanged.isEmpty))
            }
        }
        return ["steps": .int(stepCount), "updates": .int(updateCount), "averages": .dictionary(states)]
    }

    override public func loadStateDict(_ state: StateDict) throws {
        let (steps, updates) = (try state.int("steps"), try state.int("updates"))
        // No run gets there; a damaged file that does must not make the counting overflow.
        guard (0...(1 << 62)).contains(steps), (0...steps).contains(updates) else {
            throw StateDictError("it is said to be of \(updates) updates in \(steps) steps")
        }
        findNetworks()
        if updates > 0 {
            let states = try state.dictionary("averages")
            for average in averages {
                do {
                    try average.load(states.dictionary(.string(average.name)))
                } catch {
                    throw StateDictError("the average of '\(average.name)' does not fit: \(error)")
                }
            }
        }
        stepCount = steps
        updateCount = updates
    }
}

extension StateDict {
    /// The same with tensors of their own.
    fileprivate func copied() throws -> StateDict {
        var copy = StateDict()
        for (key, value) in self { copy[key] = try value.copied() }
        return copy
    }
}

extension StateValue {
    fileprivate func copied() throws -> StateValue {
        switch self {
        case .tensor(let tensor): .tensor(try tensor.detach().clone())
        case .list(let values): .list(try values.map { try $0.copied() })
        case .tuple(let values): .tuple(try values.map { try $0.copied() })
        case .dictionary(let state): .dictionary(try state.copied())
        case .set(let values): .set(try values.map { try $0.copied() })
        case .none, .bool, .int, .bigInteger, .double, .complex, .string, .bytes, .dtype, .device, .size: self
        }
    }
}
