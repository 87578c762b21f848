/// Records the learning rates of all optimizers in the log, in the progress lines, and in a history.
///
/// ```swift
/// try trainer.register(LearningRateMonitor(.steps(100)))
/// ```
/// An optimizer is named after its property, as in `Model.namedOptimizers`. If it has several parameter groups, they
/// are numbered: `optimizer.0`, `optimizer.1`.
public final class LearningRateMonitor: Plugin {
    /// When the rates are recorded.
    public enum Interval: Sendable, Hashable {
        /// At the start of each epoch.
        case epoch
        /// Every this many optimizer steps, before the model makes the step.
        case steps(Int)
    }

    /// The learning rates at one point in time.
    public struct Reading: Sendable, Hashable {
        /// The epoch. The first epoch is 1.
        public let epoch: Int
        /// The iteration. At the start of an epoch, this is the last iteration before it.
        public let iteration: Int
        /// The rates by the names of the optimizers.
        public let rates: [String: Double]
    }

    /// When the rates are recorded.
    public let interval: Interval
    /// The maximum number of readings in `history`.
    public let historyLimit: Int
    /// The most recent readings, newest last. Checkpoints contain them.
    public private(set) var history: [Reading] = []

    /// The newest iteration, for what is noted between two.
    private var iteration = 0
    /// How many steps of the optimizer there were, the one that comes next included.
    private var stepCount = 0

    /// Creates a plug-in that records learning rates.
    ///
    /// - Parameters:
    ///   - historyLimit: the number of readings to keep in `history`; 0 by default.
    /// - Throws: `PluginError` for an invalid number.
    public init(_ interval: Interval = .epoch, historyLimit: Int = 0, id: String = "learning-rate-monitor") throws {
        self.interval = interval
        self.historyLimit = historyLimit
        super.init(id: id)
        if case .steps(let count) = interval, count < 1 {
            throw PluginError(id: id, reason: "the number of steps must be positive, not \(count)")
        }
        guard historyLimit >= 0 else {
            throw PluginError(id: id, reason: "historyLimit must not be negative, and is \(historyLimit)")
        }
    }

    override public func setup() {
        history = []
        iteration = 0
        stepCount = 0
    }

    override public func onTrainingStart() {
        guard let model, let trainer else { return }
        if historyLimit == 0, trainer.options.logs.file == nil, !trainer.options.display.contains(.progress) {
            trainer.warn(
                "what '\(id)' notes is shown nowhere: it needs a log file, display: .progress or a historyLimit")
        }
        guard model.namedOptimizers().isEmpty else { return }
        trainer.warn("'\(id)' finds no optimizer among the stored properties of \(type(of: model))")
    }

    override public func onTrainingEpochStart(currentEpoch epoch: Int) {
        // The epoch that a resumed run is in the middle of was noted when it began.
        guard interval == .epoch, trainer?.isResumingEpoch != true else { return }
        note(epoch: epoch, iteration: iteration)
    }

    override public func onTrainingBatchStart(state: TrainingState) {
        iteration = state.currentIteration
        guard trainer?.isStepDue ?? true else { return }
        stepCount += 1
        guard case .steps(let count) = interval, stepCount.isMultiple(of: count) else { return }
        note(epoch: state.globalEpoch, iteration: state.currentIteration)
    }

    override public var progressItems: [String: Double] {
        let rates = rates
        guard rates.count > 1 else { return rates.reduce(into: [:]) { $0["learning rate"] = $1.value } }
        return Dictionary(rates.map { ("learning rate \($0.key)", $0.value) }) { first, _ in first }
    }

    override public func stateDict() -> StateDict {
        let readings = history.map { reading in
            var rates = StateDict()
            for (name, rate) in reading.rates.sorted(by: { $0.key < $1.key }) { rates[.string(name)] = .double(rate) }
            return StateValue.dictionary([
                "epoch": .int(reading.epoch), "iteration": .int(reading.iteration), "rates": .dictionary(rates),
            ])
        }
        return ["iteration": .int(iteration), "steps": .int(stepCount), "history": .list(readings)]
    }

    override public func loadStateDict(_ state: StateDict) throws {
        let readings = try state.list("history").map { value in
            guard case .dictionary(let reading) = value else {
                throw StateDictError("a reading must be a dictionary, and is a \(value.typeName)")
            }
            let rates = try reading.dictionary("rates")
            return Reading(
                epoch: try reading.int("epoch"), iteration: try reading.int("iteration"),
                rates: try rates.names.reduce(into: [:]) { $0[$1] = try rates.double(.string($1)) })
        }
        iteration = try state.int("iteration")
        stepCount = try state["steps"] == nil ? stepsBefore(iteration) : state.int("steps")
        history = readings.suffix(historyLimit)
    }

    /// The steps up to an iteration, for a state that does not say.
    private func stepsBefore(_ iteration: Int) -> Int {
        guard let trainer, trainer.options.unit == .epoch else { return iteration }
        return iteration / trainer.options.accumulation.batches
    }

    /// The rates now.
    private var rates: [String: Double] {
        LearningRate.all(of: model?.namedOptimizers() ?? []).reduce(into: [:]) { rates, rate in
            rates[rate.group.map { "\(rate.optimizer).\($0)" } ?? rate.optimizer] = rate.value
        }
    }

    private func note(epoch: Int, iteration: Int) {
        let reading = Reading(epoch: epoch, iteration: iteration, rates: rates)
        guard !reading.rates.isEmpty else { return }
        let list = reading.rates.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        trainer?.logger.info("learning rate: \(list.joined(separator: ", ")) (epoch \(epoch), iteration \(iteration))")
        guard historyLimit > 0 else { return }
        if history.count >= historyLimit { history.removeFirst(history.count - historyLimit + 1) }
        history.append(reading)
    }
}
