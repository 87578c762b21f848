import Torch

/// Multiplies the learning rates by a factor when a metric has stopped improving. PyTorch's `ReduceLROnPlateau`.
///
/// ```swift
/// try scheduler.step(metric: validationLoss)
/// ```
public final class ReduceLROnPlateau: LRScheduler {
    /// Whether a smaller metric is better, or a greater one.
    public enum Mode: String, CaseIterable, Sendable {
        case min, max
    }

    /// Whether the improvement that counts is relative to the best metric, or a difference from it.
    public enum ThresholdMode: String, CaseIterable, Sendable {
        case relative = "rel"
        case absolute = "abs"
    }

    private struct Options {
        var mode: Mode
        var factor: Double
        var patience: Int
        var threshold: Double
        var thresholdMode: ThresholdMode
        var cooldown: Int
        /// The lower bound of each group's rate, and of a group that is added later; `nil` if each group has its
        /// own.
        var minimums: [Double]
        var defaultMinimum: Double?
        var eps: Double
    }

    private var options: Options

    /// The best metric so far; infinite before the first.
    public private(set) var best: Double
    /// The number of steps in a row without improvement.
    public private(set) var badEpochs = 0
    /// The number of steps that still do not count as steps without improvement.
    public private(set) var cooldownCounter = 0

    /// Creates a scheduler, which needs a metric at each step.
    ///
    /// - Parameters:
    ///   - factor: what the rates are multiplied by.
    ///   - patience: how many steps without improvement are tolerated.
    ///   - threshold: the least improvement that counts.
    ///   - cooldown: how many steps after a reduction do not count.
    ///   - minLearningRate: the lower bound of the rates, of all groups or of each.
    ///   - eps: a reduction by no more than this is skipped.
    /// - Throws: `SchedulerError` unless `factor` is below 1 and no option is negative.
    public init(
        _ optimizer: Optimizer, mode: Mode = .min, factor: Double = 0.1, patience: Int = 10, threshold: Double = 1e-4,
        thresholdMode: ThresholdMode = .relative, cooldown: Int = 0, minLearningRate: any PerGroup = 0.0,
        eps: Double = 1e-8
    ) throws {
        let minimums = try minLearningRate.values("min_lr", of: optimizer)
        options = try Self.checkedOptions(
            Options(
                mode: mode, factor: factor, patience: patience, threshold: threshold, thresholdMode: thresholdMode,
                cooldown: cooldown, minimums: minimums, defaultMinimum: minLearningRate as? Double, eps: eps))
        best = mode == .min ? .infinity : -.infinity
        try super.init(following: optimizer)
    }

    private static func checkedOptions(_ options: Options) throws -> Options {
        guard try checked("factor", options.factor) < 1 else {
            throw SchedulerError("'factor' must be below 1, and is \(options.factor)")
        }
        _ = try checked("patience", options.patience, atLeast: 0)
        _ = try checked("threshold", options.threshold)
        _ = try checked("cooldown", options.cooldown, atLeast: 0)
        _ = try checked("eps", options.eps)
        for minimum in options.minimums + [options.defaultMinimum ?? 0] { _ = try checked("min_lr", minimum) }
        return options
    }

    /// Takes the metric of a step into account, and reduces the rates if it is time.
    ///
    /// A metric that is not a number counts as one that has not improved.
    /// - Throws: `SchedulerError` if each group has its own lower bound and a group without one was added.
    public func step(metric: Double) throws {
        let isBetter = isImprovement(metric)
        var bad = isBetter ? 0 : badEpochs + 1
        var cooldown = cooldownCounter
        if cooldown > 0 {
            cooldown -= 1
            bad = 0
        }
        if bad > options.patience {
            try reduce()
            cooldown = options.cooldown
            bad = 0
        }
        lastLearningRates = try currentLearningRates()
        lastEpoch += 1
        if isBetter { best = metric }
        (badEpochs, cooldownCounter) = (bad, cooldown)
    }

    /// Always throws, since a step needs a metric.
    public override func step() throws {
        throw SchedulerError("ReduceLROnPlateau makes no step without a metric: call step(metric:)")
    }

    private func isImprovement(_ metric: Double) -> Bool {
        switch (options.mode, options.thresholdMode) {
        case (.min, .relative): metric < best * (1 - options.threshold)
        case (.min, .absolute): metric < best - options.threshold
        case (.max, .relative): metric > best * (options.threshold + 1)
        case (.max, .absolute): metric > best + options.threshold
        }
    }

    private func reduce() throws {
        let groups = optimizer.parameterGroups
        if groups.count != options.minimums.count {
            guard let minimum = options.defaultMinimum else {
                throw SchedulerError(
                    "there are least rates for \(options.minimums.count) groups, the optimizer has \(groups.count)")
            }
            options.minimums = [Double](repeating: minimum, count: groups.count)
        }
        let rates = try currentLearningRates()
        for (group, (rate, minimum)) in zip(groups, zip(rates, options.minimums)) {
            let reduced = max(rate * options.factor, minimum)
            if rate - reduced > options.eps { group.learningRate = reduced }
        }
    }

    // MARK: State

    public override func stateDict() throws -> StateDict {
        [
            "factor": .double(options.factor), "default_min_lr": options.defaultMinimum.map { .double($0) } ?? .none,
            "min_lrs": .numbers(options.minimums), "patience": .int(options.patience),
            "cooldown": .int(options.cooldown), "eps": .double(options.eps), "last_epoch": .int(lastEpoch),
            "_last_lr": .numbers(lastLearningRates),
            "mode_worse": .double(options.mode == .min ? .infinity : -.infinity),
            "mode": .string(options.mode.rawValue), "threshold": .double(options.threshold),
            "threshold_mode": .string(options.thresholdMode.rawValue), "best": .double(best),
            "cooldown_counter": .int(cooldownCounter), "num_bad_epochs": .int(badEpochs),
        ]
    }

    public override func loadStateDict(_ state: StateDict) throws {
        try requireOwnNames(of: state)
        let defaultMinimum: Double? =
            if case .none = try state.value("default_min_lr") { nil } else { try state.double("default_min_lr") }
        let loaded = try Self.checkedOptions(
            Options(
                mode: state.option("mode", as: Mode.self), factor: state.double("factor"),
                patience: state.int("patience"), threshold: state.double("threshold"),
                thresholdMode: state.option("threshold_mode", as: ThresholdMode.self),
                cooldown: state.int("cooldown"), minimums: state.doubles("min_lrs"), defaultMinimum: defaultMinimum,
                eps: state.double("eps")))
        let epoch = try checked("last_epoch", state.int("last_epoch"), atLeast: 0)
        let cooldown = try checked("cooldown_counter", state.int("cooldown_counter"), atLeast: 0)
        let bad = try checked("num_bad_epochs", state.int("num_bad_epochs"), atLeast: 0)
        let (rates, best) = (try rates(state, "_last_lr"), try state.double("best"))
        (options, lastEpoch, lastLearningRates, self.best) = (loaded, epoch, rates, best)
        (cooldownCounter, badEpochs) = (cooldown, bad)
    }
}
