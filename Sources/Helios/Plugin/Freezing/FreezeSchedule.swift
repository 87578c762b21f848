/// Freezes parts of the networks for some time, for example to fine-tune the last layers first.
///
/// ```swift
/// try trainer.register(
///     FreezeSchedule([
///         .frozen("network.stem"),
///         .frozen("network.backbone", until: .epoch(3), learningRateFactor: 0.1),
///     ]))
/// ```
/// A frozen parameter does not require a gradient, so no backward pass computes one and no optimizer changes it; the
/// optimizer keeps its state for the parameter. What is frozen depends only on the progress of training, so resuming is
/// exact, and all processes that train together freeze the same parts.
public final class FreezeSchedule: Plugin {
    /// A point in the training.
    public enum Moment: Sendable, Hashable {
        /// The beginning of an epoch. The first epoch is 1.
        case epoch(Int)
        /// The step of an iteration. The first iteration is 1. If it is in the middle of batches whose gradients are
        /// accumulated, this is the step after them.
        case iteration(Int)
        /// Never: a part that is frozen until then is frozen to the end.
        case never
    }

    /// A part of the networks, and the time during which it is frozen.
    public struct Part: Sendable, Hashable {
        /// The path of a module or a parameter, such as `network.encoder.0`, which starts with the model's property.
        /// With an asterisk at the end, it matches everything whose path starts like this: `network.layer*`.
        public var path: String
        /// When to freeze the part; by default, from the beginning.
        public var from: Moment
        /// When to unfreeze the part.
        public var until: Moment
        /// The factor by which to multiply the learning rate after the part is unfrozen. For this, the part must
        /// consist of one or more complete parameter groups of its optimizer.
        public var learningRateFactor: Double

        /// Creates a part that is frozen from one point to another.
        public static func frozen(
            _ path: String, from: Moment = .epoch(1), until: Moment = .never, learningRateFactor: Double = 1
        ) -> Part {
            Part(path: path, from: from, until: until, learningRateFactor: learningRateFactor)
        }
    }

    /// The parts, and when they are frozen.
    public let parts: [Part]
    /// Whether batch normalization in a frozen part uses its running statistics, which then don't change.
    public let evaluatesBatchNorm: Bool

    /// The parts as they are in the model of the run.
    private var members: [Member] = []
    /// What gives the optimizers other learning rates.
    private var scaledRates: [StepRates] = []
    /// The layers that are kept in evaluation mode.
    private var heldLayers: [BatchNorm] = []
    /// The epoch in which the step that is under way began, and its iteration: what is frozen depends on them.
    private var epoch = 1
    private var iteration = 1
    /// Whether the next batch begins a step.
    private var isBetweenSteps = true

    private struct Member {
        let part: Part
        let parameters: [Tensor]
        let batchNorms: [BatchNorm]
        var isFrozen = false
        var isOver = false
    }

    /// Creates a plug-in that freezes parts of the networks.
    ///
    /// - Parameters:
    ///   - parts: the parts, and when they are frozen. A parameter in several parts is frozen while any of them is.
    ///   - evaluatesBatchNorm: whether batch normalization in a frozen part stays in evaluation mode.
    /// - Throws: `PluginError` if there are no parts, if a part can never be frozen, or for an invalid number.
    public init(_ parts: [Part], evaluatesBatchNorm: Bool = true, id: String = "freeze-schedule") throws {
        self.parts = parts
        self.evaluatesBatchNorm = evaluatesBatchNorm
        super.init(id: id)
        guard !parts.isEmpty else { throw PluginError(id: id, reason: "there is nothing to freeze: name a part") }
        for part in parts { try check(part) }
    }

    /// Creates a plug-in that unfreezes one part after the other: the first at the epoch `start`, and each following
    /// part `every` epochs later.
    ///
    /// ```swift
    /// try trainer.register(FreezeSchedule(gradually: ["network.layer4", "network.layer3", "network.layer2"]))
    /// ```
    /// - Parameters:
    ///   - paths: the parts, in the order in which to unfreeze them.
    ///   - start: the epoch at which to unfreeze the first part.
    ///   - every: the number of epochs between two parts.
    ///   - factor: the factor for the learning rate of the first part. For the second part, it is the square of this
    ///     factor, and so on.
    public convenience init(
        gradually paths: [String], from start: Int = 2, every: Int = 1, learningRateFactor factor: Double = 1,
        evaluatesBatchNorm: Bool = true, id: String = "freeze-schedule"
    ) throws {
        var rate = 1.0
        let parts = try paths.enumerated().map { position, path in
            rate *= factor
            let (step, isTooLarge) = every.multipliedReportingOverflow(by: position)
            let (epoch, isTooLate) = start.addingReportingOverflow(step)
            guard every > 0, !isTooLarge, !isTooLate else {
                throw PluginError(id: id, reason: "every \(every) epochs from epoch \(start) on is no schedule")
            }
            return Part.frozen(path, until: .epoch(epoch), learningRateFactor: rate)
        }
        try self.init(parts, evaluatesBatchNorm: evaluatesBatchNorm, id: id)
    }

    private func check(_ part: Part) throws {
        for moment in [part.from, part.until] {
            if case .epoch(let number) = moment, number < 1 { throw wrong("epoch \(number)", part) }
            if case .iteration(let number) = moment, number < 1 { throw wrong("iteration \(number)", part) }
        }
        if part.from == .never || part.from == part.until || part.until == .epoch(1) || part.until == .iteration(1) {
            throw PluginError(id: id, reason: "'\(part.path)' is never frozen: its freeze must end after it begins")
        }
        switch (part.from, part.until) {
        case (.epoch(let from), .epoch(let until)) where from > until,
            (.iteration(let from), .iteration(let until)) where from > until:
            throw PluginError(
                id: id, reason: "the freeze of '\(part.path)' ends at \(until), before it begins at \(from)")
        default: break
        }
        guard part.learningRateFactor > 0, part.learningRateFactor.isFinite else {
            throw PluginError(
                id: id,
                reason: "the learningRateFactor of '\(part.path)' must be above 0, not \(part.learningRateFactor)")
        }
    }

    private func wrong(_ moment: String, _ part: Part) -> PluginError {
        PluginError(id: id, reason: "'\(part.path)' has a freeze at \(moment), and the first is 1")
    }

    // MARK: Hooks

    override public func setup() {
        members = []
        heldLayers = []
        (epoch, iteration, isBetweenSteps) = (1, 1, true)
    }

    override public func onTrainingStart() throws {
        guard let model else { return }
        let paths = try ParameterPaths(of: model)
        members = try parts.map { try member(for: $0, in: paths) }
        try scaleLearningRates(of: model)
        try apply()
    }

    override public func onTrainingBatchStart(state: TrainingState) throws {
        let isStepDue = trainer?.isStepDue ?? true
        // The gradients of a step come from the same parameters, whatever epoch its last batches belong to.
        if isBetweenSteps {
            epoch = state.globalEpoch
            // By iteration the state counts a step with its last batch.
            iteration = state.currentIteration + (isStepDue || trainer?.options.unit == .epoch ? 0 : 1)
            try apply()
        }
        holdBatchNorms()
        isBetweenSteps = isStepDue
    }

    override public func teardown() throws {
        for rates in scaledRates { rates.end() }
        scaledRates = []
        for position in members.indices { members[position].isFrozen = false }
        try updateParameters()
        members = []
        heldLayers = []
    }

    override public func stateDict() -> StateDict {
        ["epoch": .int(epoch), "iteration": .int(iteration), "is_between_steps": .bool(isBetweenSteps)]
    }

    override public func loadStateDict(_ state: StateDict) throws {
        (epoch, iteration) = (try state.int("epoch"), try state.int("iteration"))
        isBetweenSteps = try state.bool("is_between_steps")
    }

    // MARK: Freezing

    /// Freezes what is to be frozen in the step that begins.
    private func apply() throws {
        var changes: [String] = []
        for position in members.indices {
            let part = members[position].part
            let isOver = part.until.isReached(epoch, iteration)
            let isFrozen = part.from.isReached(epoch, iteration) && !isOver
            members[position].isOver = isOver
            guard isFrozen != members[position].isFrozen else { continue }
            members[position].isFrozen = isFrozen
            changes.append("'\(part.path)' is \(isFrozen ? "frozen" : "trained")")
        }
        guard !changes.isEmpty else { return }
        try updateParameters()
        releaseBatchNorms()
        trainer?.logger.info("\(changes.joined(separator: ", ")) from here on (epoch \(epoch), iteration \(iteration))")
        try requireTrainedParameter()
    }

    private func updateParameters() throws {
        let frozen = Set(members.filter(\.isFrozen).flatMap { $0.parameters.map(\.pointer) })
        for parameter in members.flatMap(\.parameters) {
            let isFrozen = frozen.contains(parameter.pointer)
            guard parameter.requiresGrad == isFrozen else { continue }
            try parameter.requiresGrad_(!isFrozen)
            // What a step has left would be used by the next one.
            if isFrozen { try parameter.setGrad(nil) }
        }
    }

    /// Switches batch normalization in frozen parts to evaluation mode: the model switches all of it to training mode
    /// at the beginning and after each validation.
    private func holdBatchNorms() {
        guard evaluatesBatchNorm else { return }
        for member in members where member.isFrozen {
            for layer in member.batchNorms where layer.isTraining {
                layer.eval()
                if !heldLayers.contains(where: { $0 === layer }) { heldLayers.append(layer) }
            }
        }
    }

    /// Switches layers back to training mode that are no longer in a frozen part.
    private func releaseBatchNorms() {
        let frozen = members.filter(\.isFrozen).flatMap(\.batchNorms)
        for layer in heldLayers where !frozen.contains(where: { $0 === layer }) { layer.train() }
        heldLayers.removeAll { layer in !frozen.contains { $0 === layer } }
    }

    private func requireTrainedParameter() throws {
        let optimizers = model?.namedOptimizers() ?? []
        guard !optimizers.isEmpty, optimizers.allSatisfy({ !$0.optimizer.parameters.contains(where: \.requiresGrad) })
        else { return }
        throw PluginError(
            id: id,
            reason:
                "everything that the optimizers train is frozen in epoch \(epoch), iteration \(iteration), so there "
                + "is nothing to train")
    }

    // MARK: Finding the parts

    private func member(for part: Part, in paths: ParameterPaths) throws -> Member {
        let parameters = paths.parameters.filter { ParameterPaths.matches($0.path, part.path) }.map(\.parameter)
        guard !parameters.isEmpty else {
            throw PluginError(id: id, reason: "no parameter is at '\(part.path)'\(paths.question(part.path))")
        }
        // What the model itself keeps from being trained stays that way.
        return Member(
            part: part, parameters: parameters.filter(\.requiresGrad),
            batchNorms: paths.modules.filter { ParameterPaths.matches($0.path, part.path) }
                .compactMap { $0.module as? BatchNorm })
    }

    /// Lets the optimizers make their steps with other learning rates for the parts that are trained again.
    private func scaleLearningRates(of model: any AnyModel) throws {
        for (name, optimizer) in model.namedOptimizers() {
            var scaled: [(group: ParameterGroup, member: Int)] = []
            for (number, group) in optimizer.parameterGroups.enumerated() {
                for (position, member) in members.enumerated() where member.part.learningRateFactor != 1 {
                    let own = Set(member.parameters.map(\.pointer))
                    let inside = group.parameters.filter { own.contains($0.pointer) }
                    guard !inside.isEmpty else { continue }
                    guard inside.count == group.parameters.count else {
                        throw PluginError(
                            id: id,
                            reason: "'\(member.part.path)' has a learningRateFactor, and group \(number) of '\(name)' "
                                + "has other parameters, too: make the optimizer with a ParameterGroup for each part")
                    }
                    scaled.append((group, position))
                }
            }
            guard !scaled.isEmpty else { continue }
            scaledRates.append(
                StepRates(optimizer) { [unowned self] in
                    scaled.filter { members[$0.member].isOver }
                        .map { ($0.group, members[$0.member].part.learningRateFactor) }
                })
        }
    }
}

extension FreezeSchedule.Moment {
    fileprivate func isReached(_ epoch: Int, _ iteration: Int) -> Bool {
        switch self {
        case .epoch(let number): epoch >= number
        case .iteration(let number): iteration >= number
        case .never: false
        }
    }
}
