import Foundation

extension Trainer {
    /// Trains with a learning rate that grows from step to step, and records the loss (Smith's range test).
    ///
    /// ```swift
    /// let search = try trainer.findLearningRate(model, data)
    /// model.learningRate = search.suggestion ?? 1e-3
    /// try trainer.fit(model, data)
    /// ```
    /// The model and the data are set up as for `fit`, and trained from new weights without validation and checkpoints.
    /// All groups of all optimizers among the model's properties step with the rate to try, regardless of any
    /// schedulers. The trainer writes no files and does not call `onTrainingEnd`. A subsequent `fit` sets everything up
    /// again and is not affected by the search.
    ///
    /// The method is from Smith 2017, "Cyclical Learning Rates for Training Neural Networks"; the smoothing and the
    /// early end are as in fast.ai and PyTorch Lightning.
    ///
    /// - Parameters:
    ///   - first: the rate of the first step.
    ///   - last: the rate of the last step.
    ///   - steps: the number of optimizer steps.
    ///   - loss: the name of the loss in `Model.lossItems`. You can omit it if there is only one loss.
    ///   - smoothing: the fraction of the mean of the losses that is kept in each step, from 0 (no smoothing) to below
    ///     1.
    ///   - divergence: ends the test if the smoothed loss is this many times the lowest one so far; `nil` disables
    ///     this.
    /// - Returns: the curve, which prints as a table, and the suggestion. If progress is shown, the table is also
    ///   printed.
    /// - Throws: `ConfigurationError` for invalid numbers, a model without optimizers, or a loss that does not exist;
    ///   any error from hooks and data, except for a loss or a layer's output that is not finite, which ends the test.
    @discardableResult
    public func findLearningRate<Batch>(
        _ model: Model<Batch>, _ data: DataModule<Batch>, from first: Double = 1e-7, to last: Double = 10,
        steps: Int = 100, loss: String? = nil, spacing: LearningRateSearch.Spacing = .exponential,
        smoothing: Double = 0.98, divergence: Double? = 4
    ) throws -> LearningRateSearch {
        guard first > 0, last > first, last.isFinite else {
            throw ConfigurationError(
                "learning rates to try must go from a positive number to a greater one, not from \(first) to \(last)")
        }
        guard (2...1_000_000).contains(steps) else {
            throw ConfigurationError("a learning-rate finder needs from 2 to a million steps, not \(steps)")
        }
        guard smoothing >= 0, smoothing < 1 else {
            throw ConfigurationError("smoothing must be from 0 to below 1, not \(smoothing)")
        }
        if let divergence, !(divergence > 1) {
            throw ConfigurationError("divergence must be above 1, not \(divergence); nil never ends the test early")
        }
        let rates = LearningRateSearch.rates(from: first, to: last, steps: steps, spacing)
        var search = LearningRateSearch(smoothing: smoothing, divergence: divergence)
        try probe("finding a learning rate", model, data) { run in
            let control = try LearningRateControl(model)
            defer { control.remove() }
            var step = 0
            do {
                try run.probe("finding a learning rate", steps: steps) {
                    try control.set(rates[step])
                } afterStep: {
                    let value = try Trainer.loss(named: loss, of: model)
                    defer { step += 1 }
                    return search.add(rate: rates[step], loss: value)
                }
            } catch is NonFiniteLossError {
                search.hasDiverged = true
            } catch is NonFiniteOutputError {
                search.hasDiverged = true
            }
        }
        if options.display.contains(.progress) { console.printLine("\(search)") }
        return search
    }

    private static func loss<Batch>(named name: String?, of model: Model<Batch>) throws -> Double {
        let names = model.lossItems.keys.sorted()
        guard let found = name ?? (names.count == 1 ? names[0] : nil), let loss = model.lossItems[found] else {
            let which = names.isEmpty ? "none" : names.map { "'\($0)'" }.joined(separator: ", ")
            throw ConfigurationError(
                name.map { "there is no loss '\($0)' to find a learning rate by: lossItems has \(which)" }
                    ?? "a learning rate is found by one loss, and lossItems has \(which): say which")
        }
        try LossTable.requireNumber(loss, found)
        return try loss.item(Double.self)
    }
}

/// Lets the steps of a model's optimizers use one learning rate, whatever schedulers do in between.
private final class LearningRateControl {
    private var rate = 0.0
    private var optimizers: [(optimizer: Optimizer, options: [StateDict])] = []
    private var schedulers: [(scheduler: LRScheduler, state: StateDict)] = []
    private var handles: [StepHookHandle] = []

    init<Batch>(_ model: Model<Batch>) throws {
        optimizers = model.namedOptimizers().map { ($1, $1.parameterGroups.map(\.options)) }
        guard !optimizers.isEmpty else {
            throw ConfigurationError(
                "\(type(of: model)) has no optimizer among its stored properties after setup(fastInit:), so there is no "
                    + "learning rate to find")
        }
        for (_, value) in StatefulProperties(of: model).members {
            if let scheduler = value as? LRScheduler { schedulers.append((scheduler, try scheduler.stateDict())) }
        }
        for (optimizer, _) in optimizers {
            // Right before its step, so that it does not matter when the model calls its schedulers.
            handles.append(optimizer.registerStepPreHook { [unowned self] _ in setRates() })
        }
    }

    /// Sets the rate of the next step, and takes the schedulers back to their start: one that ends after a number of
    /// steps must not end the test.
    func set(_ rate: Double) throws {
        self.rate = rate
        for (scheduler, state) in schedulers { try scheduler.loadStateDict(state) }
        setRates()
    }

    func remove() {
        for handle in handles { handle.remove() }
    }

    private func setRates() {
        for (optimizer, options) in optimizers {
            // All options, since some schedulers change the momentum too.
            for (group, options) in zip(optimizer.parameterGroups, options) {
                group.options = options
                group.learningRate = rate
            }
        }
    }
}
