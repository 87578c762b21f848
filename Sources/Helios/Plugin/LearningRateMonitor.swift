/// Notes the learning rates of all optimizers: in the log, in the lines that say how training goes, and as a history.
///
/// ```swift
/// try trainer.register(LearningRateMonitor(.steps(100)))
/// ```
/// An optimizer is known by its property's name, as in `Model.namedOptimizers`; if it has several parameter groups,
/// these have numbers: `optimizer.0`, `optimizer.1`.
public final class LearningRateMonitor: Plugin {
    /// When the rates are noted.
    public enum Interval: Sendable, Hashable {
        /// At the start of each epoch.
        case epoch
        /// Every this many steps of the optimizer, before the model makes the step.
        case steps(Int)
    }

    /// The rates at one time.
    public struct Reading: Sendable, Hashable {
        /// The epoch, the first being 1.
        public let epoch: Int
        /// The iteration; when an epoch starts, the last one before it.
        public let iteration: Int
        /// The rates by the optimizer's name.
        public let rates: [String: Double]
    }

    /// When the rates are noted.
    public let interval: Interval
    /// How many readings `history` holds at most.
    public let historyLimit: Int
    /// The last readings, the newest last. They are in the checkpoints.
    public private(set) var history: [Reading] = []

    /// The newest iteration, for what is noted between two.
    private var iteration = 0
    /// How many steps of the optimizer there were, the one that comes next included.
    private var stepCount = 0

    /// A plug-in that notes learning rates.
    ///
    /// - Parameters:
    ///   - historyLimit: how many readings are kept to be read; none by default.
    /// - Throws: `PluginError` if a number makes no sense.
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
