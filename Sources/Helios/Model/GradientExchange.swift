import TorchDistributed

/// Keeps the networks of a model the same on all ranks: averages the gradients of each optimizer over the ranks before
/// they are used, and gives all ranks the buffers of rank 0.
///
/// Gradients are averaged once for each step of an optimizer: by `minimize`, by `clipGradients`, before a scaler looks at
/// them, or else right before the step. So accumulated gradients travel once, and a step that is written by hand needs no
/// code for several processes.
final class GradientExchange {
    /// This rank's part of the batch that is being trained.
    private(set) var share = BatchShare(own: 1, whole: 1)
    /// The number by which `minimize` multiplies the loss of a batch that it accumulates, so that the mean over the ranks
    /// is the mean over the batch.
    var lossFactor: Double { share.weight * Double(group.size) }

    private let group: ProcessGroup
    private let networks: () -> [Module]
    private let accumulates: Bool
    private var averagers: [ObjectIdentifier: GradientAverager] = [:]
    /// The optimizers whose gradients are averages already.
    private var averaged: Set<ObjectIdentifier> = []
    private var handles: [StepHookHandle] = []
    /// The optimizer that `minimize` calls with a closure.
    private weak var minimized: Optimizer?

    /// - Parameters:
    ///   - networks: the networks that are trained.
    ///   - optimizers: those whose gradients are averaged.
    ///   - accumulates: whether a step may take several batches.
    init(_ world: World, _ networks: @escaping () -> [Module], _ optimizers: [Optimizer], accumulates: Bool) {
        group = world.group
        self.networks = networks
        self.accumulates = accumulates
        for optimizer in optimizers {
            handles.append(optimizer.registerStepPreHook { [unowned self] in try prepareStep(of: $0) })
            handles.append(
                optimizer.registerStepPostHook { [unowned self] in averaged.remove(ObjectIdentifier($0)) })
        }
    }

    /// Takes the hooks off the optimizers.
    func remove() {
        for handle in handles { handle.remove() }
        handles = []
    }

    /// Gives all ranks the parameters and buffers that networks have on rank 0.
    ///
    /// - Throws: `DistributedError` if the ranks have different networks.
    static func shareModels(_ networks: [Module], of world: World) throws {
        for network in networks { try world.group.shareModel(network, source: 0) }
    }

    /// Notes which part of the batch this rank has, and gives all ranks the buffers of rank 0.
    func beginBatch(_ share: BatchShare) throws {
        self.share = share
        averaged = []
        let buffers = try networks().filter(\.isTraining).flatMap { try $0.buffers() }
        if !buffers.isEmpty { try group.shareTensors(buffers, source: 0) }
    }

    /// Averages the gradients of an optimizer over the ranks, unless they are averages already.
    func average(_ optimizer: Optimizer) throws {
        guard averaged.insert(ObjectIdentifier(optimizer)).inserted else { return }
        try averager(of: optimizer).average(weight: accumulates ? nil : share.weight)
    }

    /// Runs the step of an optimizer that calls a closure for its gradients, which averages them.
    func minimizing<Result>(_ optimizer: Optimizer, _ step: () throws -> Result) rethrows -> Result {
        minimized = optimizer
        defer { minimized = nil }
        return try step()
    }

    /// Averages the gradients that a closure of `minimize` has just computed, and its loss if the optimizer decides by it.
    func averageInClosure(_ optimizer: Optimizer, _ loss: Tensor) throws -> Tensor {
        averaged.remove(ObjectIdentifier(optimizer))
        try average(optimizer)
        guard optimizer is LBFGS else { return loss }
        let mean = try share.own == 0 ? Tensor.zerosLike(loss.detach()) : loss.detach() * share.weight
        try group.allReduce(mean)
        return mean
    }

    private func prepareStep(of optimizer: Optimizer) throws {
        guard optimizer !== minimized || !(optimizer is LBFGS) else { return }
        if optimizer is LBFGS {
            throw ConfigurationError(
                "LBFGS evaluates the loss several times in a step, and all ranks must see the same one: with several processes, "
                    + "call minimize instead of the optimizer's step")
        }
        try average(optimizer)
    }

    private func averager(of optimizer: Optimizer) throws -> GradientAverager {
        let identifier = ObjectIdentifier(optimizer)
        let parameters = optimizer.parameters
        if let averager = averagers[identifier], averager.averages(parameters) { return averager }
        let averager = try GradientAverager(parameters, group: group)
        averagers[identifier] = averager
        return averager
    }
}
