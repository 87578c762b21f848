import Foundation

/// Logs statistics of weights, gradients, and updates: their norms, means, extremes, and histograms.
///
/// ```swift
/// try trainer.register(TensorBoardLogger())
/// try trainer.register(ParameterStatistics(every: 100))
/// ```
/// For each parameter, the loggers receive `weights/network.0.weight/norm` and so on (see `Statistic`), and histograms
/// as `weights/network.0.weight`. The gradients are those that the optimizer uses for its step: averaged over
/// processes, unscaled, and clipped. The weights are those after the step. The steps in between cost nothing.
public final class ParameterStatistics: Plugin {
    /// The subjects of the statistics.
    public struct Subjects: OptionSet, Sendable, Hashable {
        public let rawValue: Int

        public init(rawValue: Int) {
            self.rawValue = rawValue
        }

        /// The parameters after the step, logged as `weights/…`.
        public static let weights = Subjects(rawValue: 1)
        /// The gradients used for the step, logged as `gradients/…`.
        public static let gradients = Subjects(rawValue: 2)
        /// The changes that the step makes, logged as `updates/…`, with `update_to_weight`: their norm divided by the
        /// norm of the weights before the step. This keeps a copy of the weights during the step.
        public static let updates = Subjects(rawValue: 4)
        /// All of them.
        public static let all: Subjects = [.weights, .gradients, .updates]
    }

    /// How to group the parameters.
    public enum Grouping: String, Sendable, Hashable, CaseIterable {
        /// Each parameter has its own statistics.
        case parameter
        /// The parameters of a layer (weights and biases) are combined.
        case layer
    }

    /// The number of steps between statistics.
    public let stepInterval: Int
    /// The subjects of the statistics.
    public let subjects: Subjects
    /// How to group the parameters.
    public let grouping: Grouping
    /// The number of bins in the histograms; `nil` disables histograms.
    public let bins: Int?
    /// The paths of the parts of the networks to include; `nil` includes all.
    public let paths: [String]?

    private struct Group {
        let name: String
        let parameters: [Tensor]
        /// The values before the step, while it is made.
        var before: [Tensor] = []
    }

    private var groups: [ObjectIdentifier: [Group]] = [:]
    private var handles: [StepHookHandle] = []
    private var isDue = false

    /// - Parameters:
    ///   - every: the interval in iterations; statistics are computed in iterations that are multiples of this number.
    ///   - subjects: the subjects of the statistics.
    ///   - grouping: whether to compute statistics for each parameter or for each layer.
    ///   - bins: the number of bins in the histograms; `nil` disables histograms.
    ///   - paths: the parts to include, as for `FreezeSchedule`; `nil` includes all.
    /// - Throws: `PluginError` for an invalid number, or if nothing would be logged.
    public init(
        every: Int = 100, of subjects: Subjects = .all, by grouping: Grouping = .parameter, bins: Int? = 64,
        paths: [String]? = nil, id: String = "parameter-statistics"
    ) throws {
        stepInterval = every
        self.subjects = subjects
        self.grouping = grouping
        self.bins = bins
        self.paths = paths
        super.init(id: id)
        guard every > 0 else { throw PluginError(id: id, reason: "every must be positive, not \(every)") }
        guard !subjects.isEmpty, paths?.isEmpty != true else {
            throw PluginError(id: id, reason: "there is nothing to look at: name subjects, and parts or none for all")
        }
        if let bins, !(1...10_000).contains(bins) {
            throw PluginError(id: id, reason: "a histogram has from 1 to 10,000 bins, not \(bins)")
        }
    }

    // MARK: Hooks

    override public func setup() {
        groups = [:]
        isDue = false
    }

    override public func onTrainingStart() throws {
        guard let model, let trainer else { return }
        let known = try ParameterPaths(of: model)
        for path in paths ?? [] where !known.parameters.contains(where: { ParameterPaths.matches($0.path, path) }) {
            throw PluginError(id: id, reason: "no parameter is at '\(path)'\(known.question(path))")
        }
        // The other processes have the same weights and gradients.
        guard rank == 0 else { return }
        guard trainer.hasLoggers, trainer.options.logs.file != nil else {
            return trainer.warn(
                "what '\(id)' measures is logged nowhere: register a logger, such as TensorBoardLogger(), and give the "
                    + "trainer logs: .in(…)")
        }
        for (_, optimizer) in model.namedOptimizers() {
            let own = Set(optimizer.parameters.map(\.pointer))
            let parameters = known.parameters.filter { path, parameter in
                own.contains(parameter.pointer) && paths?.contains { ParameterPaths.matches(path, $0) } != false
            }
            guard !parameters.isEmpty else { continue }
            groups[ObjectIdentifier(optimizer)] = grouped(parameters)
            handles.append(optimizer.registerStepPreHook { [unowned self] in if isDue { try lookBefore($0) } })
            handles.append(optimizer.registerStepPostHook { [unowned self] in if isDue { try lookAfter($0) } })
        }
        if groups.isEmpty { trainer.warn("'\(id)' finds no parameter that an optimizer of the model trains") }
    }

    override public func onTrainingBatchStart(state: TrainingState) {
        isDue = (trainer?.isStepDue ?? true) && state.currentIteration.isMultiple(of: stepInterval)
    }

    override public func onTrainingBatchEnd(state: TrainingState, shouldLog: Bool) {
        isDue = false
    }

    override public func teardown() {
        for handle in handles { handle.remove() }
        handles = []
        groups = [:]
        isDue = false
    }

    // MARK: Looking

    private func grouped(_ parameters: [(path: String, parameter: Tensor)]) -> [Group] {
        guard grouping == .layer else { return parameters.map { Group(name: $0.path, parameters: [$0.parameter]) } }
        var groups: [Group] = []
        for (path, parameter) in parameters {
            let layer = path.lastIndex(of: ".").map { String(path[..<$0]) } ?? path
            if let last = groups.lastIndex(where: { $0.name == layer }) {
                groups[last] = Group(name: layer, parameters: groups[last].parameters + [parameter])
            } else {
                groups.append(Group(name: layer, parameters: [parameter]))
            }
        }
        return groups
    }

    private func lookBefore(_ optimizer: Optimizer) throws {
        guard let groups = groups[ObjectIdentifier(optimizer)] else { return }
        try noGrad {
            if subjects.contains(.updates) {
                self.groups[ObjectIdentifier(optimizer)] = try groups.map { group in
                    var group = group
                    group.before = try group.parameters.map { try $0.detach().clone() }
                    return group
                }
            }
            guard subjects.contains(.gradients) else { return }
            // A parameter may be frozen, or have had no part in the loss.
            let scale = try (model as? any ScaledModel)?.gradientScale(of: optimizer) ?? 1
            let gradients = try groups.map { group in
                (
                    name: group.name,
                    tensors: try group.parameters.compactMap(\.grad).map { scale == 1 ? $0 : try $0.div(scale) }
                )
            }
            try log("gradients", gradients)
        }
    }

    private func lookAfter(_ optimizer: Optimizer) throws {
        guard let groups = groups[ObjectIdentifier(optimizer)] else { return }
        try noGrad {
            if subjects.contains(.weights) {
                try log("weights", groups.map { (name: $0.name, tensors: $0.parameters) })
            }
            guard subjects.contains(.updates) else { return }
            let updates = try groups.map { group in
                (name: group.name, tensors: try zip(group.parameters, group.before).map { try $0.detach() - $1 })
            }
            let norms = try log("updates", updates)
            let there = groups.indices.filter { norms[$0] != nil }
            let before = try NumberStatistics.of(there.map { try numbers(groups[$0].before) })
            for (position, weights) in zip(there, before) {
                // Of weights that are all 0 there is no ratio.
                guard let norm = norms[position], weights.norm > 0 else { continue }
                log("updates/\(groups[position].name)/update_to_weight", norm / weights.norm)
            }
            self.groups[ObjectIdentifier(optimizer)] = groups.map { Group(name: $0.name, parameters: $0.parameters) }
        }
    }

    /// Logs the statistics of each group that has tensors. Returns the norms.
    @discardableResult
    private func log(_ subject: String, _ groups: [(name: String, tensors: [Tensor])]) throws -> [Double?] {
        let there = groups.indices.filter { groups[$0].tensors.contains { $0.count > 0 } }
        let rows = try there.map { try numbers(groups[$0].tensors) }
        var norms = [Double?](repeating: nil, count: groups.count)
        for (position, (row, statistics)) in zip(there, zip(rows, try NumberStatistics.of(rows))) {
            let name = "\(subject)/\(groups[position].name)"
            for (statistic, value) in statistics.values { log("\(name)/\(statistic)", value) }
            if let bins { log(name, .histogram(try Histogram(row, bins: bins))) }
            norms[position] = statistics.norm
        }
        return norms
    }

    /// The numbers of tensors in one row; of complex ones the absolute values.
    private func numbers(_ tensors: [Tensor]) throws -> Tensor {
        try Tensor.cat(
            tensors.map { tensor in
                var tensor = try tensor.detach()
                if try tensor.sparseDim() > 0 { tensor = try tensor.toDense() }
                if tensor.dtype.isComplex { tensor = try tensor.abs() }
                return try tensor.flatten().to(.float64)
            })
    }
}
