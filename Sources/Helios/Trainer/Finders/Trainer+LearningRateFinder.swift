import Foundation

extension Trainer {
    /// Trains with a learning rate that grows from step to step, and tells how the loss goes: Smith's range test.
    ///
    /// ```swift
    /// let search = try trainer.findLearningRate(model, data)
    /// model.learningRate = search.suggestion ?? 1e-3
    /// try trainer.fit(model, data)
    /// ```
    /// Model and data are set up as for `fit`, and trained from new weights without validation and checkpoints. All
    /// groups of all optimizers among the model's properties step with the rate that is tried, whatever schedulers say.
    /// No file is written by the trainer, and `onTrainingEnd` is not called. A `fit` afterwards sets everything up
    /// again, and does what it would have done without.
    ///
    /// Smith 2017, "Cyclical Learning Rates for Training Neural Networks"; smoothing and early end as in fast.ai and
    /// PyTorch Lightning.
    /// - Parameters:
    ///   - first: the rate of the first step.
    ///   - last: the rate of the last step.
    ///   - steps: how many steps of the optimizer.
    ///   - loss: the name in `Model.lossItems` to go by; may be left out if there is one only.
    ///   - smoothing: how much of the mean of the losses stays with each step; from 0, for none, to below 1.
    ///   - divergence: ends the test if the smoothed loss is this many times the lowest before; `nil` disables it.
    /// - Returns: the curve, which prints as a table, and the suggestion. Printed too, if progress is shown.
    /// - Throws: `ConfigurationError` for numbers that make no sense, a model without optimizers, or a loss that is not
    ///   there; what hooks and data throw, but for a loss or a layer's output that is not finite, which ends the test.
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
