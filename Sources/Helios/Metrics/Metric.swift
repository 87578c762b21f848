/// A score that accumulates over batches: `update` adds a batch, and `compute` returns the score of all batches so far.
///
/// ```swift
/// final class Classifier: Model<LabeledBatch> {
///     let accuracy = Accuracy(.multiclass(classes: 10))
///
///     override func onValidationStart(validationCycle: Int) throws {
///         try super.onValidationStart(validationCycle: validationCycle)
///         accuracy.reset()
///     }
///     override func validStep(_ batch: LabeledBatch, step: Int) throws {
///         try accuracy.update(network(batch.inputs), batch.targets)
///     }
///     override func onValidationEnd(validationCycle: Int) throws {
///         validationScores["accuracy"] = try accuracy.compute()
///         try super.onValidationEnd(validationCycle: validationCycle)
///     }
/// }
/// ```
/// Checkpoints contain a metric in a stored property of a model, like everything that is `Stateful`. Each metric has an
/// `update` method with the arguments that it needs. Metrics that compare predictions with targets are `TensorMetric`.
///
/// Sums have the type `int64` or `float64`, so that the score does not depend on how the data was divided into batches.
/// `merge` combines metrics that saw different parts of the data, so a score over several processes is the score of the
/// merged states. A metric that has not seen any data is NaN, and one that has seen a NaN remains NaN until `reset`.
public protocol Metric<Value>: Stateful {
    /// The type of the score, usually a number.
    associatedtype Value

    /// The accumulated values.
    var state: MetricState { get set }

    /// The shapes of the sums in the state that depend on the metric's options. A state with other shapes does not fit.
    var sumShapes: [String: [Int]] { get }

    /// Returns the score of everything since the last `reset`.
    func compute() throws -> Value

    /// Adds the values that another metric with the same options has accumulated over other data.
    ///
    /// - Throws: `MetricError` if the state belongs to a metric with other options.
    func merge(_ other: MetricState) throws
}

extension Metric {
    public var sumShapes: [String: [Int]] { [:] }

    /// Removes all accumulated values.
    public func reset() {
        state = MetricState()
    }

    public func merge(_ other: MetricState) throws {
        try other.check(sumShapes)
        try state.merge(other)
    }

    /// Adds the values that another metric with the same options has accumulated over other data.
    ///
    /// - Throws: `MetricError` if it has other options.
    public func merge(_ other: Self) throws {
        try merge(other.state)
    }

    public func stateDict() throws -> StateDict {
        try state.stateDict()
    }

    public func loadStateDict(_ state: StateDict) throws {
        let loaded = try MetricState(state)
        try loaded.check(sumShapes)
        self.state = loaded
    }
}

/// A metric that compares predictions with targets.
public protocol TensorMetric<Value>: Metric {
    /// Adds a batch.
    ///
    /// - Throws: `MetricError` for shapes, types, or labels that do not fit. In this case, nothing has changed.
    func update(_ predictions: Tensor, _ targets: Tensor) throws
}

/// A metric of several classes that can also compute the score of each class.
public protocol PerClassMetric: TensorMetric where Value == Double {
    /// Returns the score of each class; a single score for a binary task.
    func computePerClass() throws -> [Double]
}

/// What the metrics of a model have accumulated, to be restored if a validation does not count.
struct MetricStates {
    private let states: [(metric: any Metric, state: MetricState)]

    /// - Parameter model: the model whose stored properties hold the metrics, alone or in lists and tables.
    init(of model: any AnyModel) {
        states = StatefulProperties(of: model).members.compactMap { member in
            (member.value as? any Metric).map { ($0, $0.state) }
        }
    }

    /// The metrics in the stored properties of a model that have accumulated nothing.
    static func emptyMetrics(of model: any AnyModel) -> [any Metric] {
        MetricStates(of: model).states.filter(\.state.isEmpty).map(\.metric)
    }

    /// Gives the metrics the states that they had.
    func restore() {
        for (metric, state) in states { metric.state = state }
    }
}

extension Ranks {
    /// Gives each metric on all ranks what it has accumulated on any of them, in the order of the ranks.
    func mergeStates(of metrics: [any Metric]) throws {
        guard areSeveral else { return }
        for metric in metrics {
            let states = try gather(metric.state.stateDict()).map { try MetricState($0) }
            metric.reset()
            for state in states where !state.isEmpty { try metric.merge(state) }
        }
    }
}
