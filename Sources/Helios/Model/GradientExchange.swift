import TorchDistributed

/// Keeps the networks of a model the same on all ranks: averages the gradients of each optimizer over the ranks before
/// they are used, and gives all ranks the buffers of rank 0.
///
/// Gradients are averaged once for each step of an optimizer: by `minimize`, by `clipGradients`, before a scaler looks at
/// them, or else right before the step. So accumulated gradients travel once, and a step that is written by hand needs no
/// code for several processes.
///
/// With the gradients travel the loss of `minimize`, and whether a rank has something to say at the end of the batch. If
/// none has, the ranks send nothing else for it.
final class GradientExchange {
    /// This rank's part of the batch that is being trained.
    private(set) var share = BatchShare(own: 1, whole: 1)
    /// The number by which `minimize` multiplies the loss of a batch that it accumulates, so that the mean over the ranks
    /// is the mean over the batch.
    var lossFactor: Double { share.weight * Double(group.size) }

    /// The names of the losses whose means came with gradients.
    private(set) var knownNames: [String] = []

    private let group: ProcessGroup
    private let outlook: () -> (hasNews: Bool, iterationTime: Double)
    private let networks: RunNetworks
    private let accumulates: Bool
    private var averagers: [ObjectIdentifier: GradientAverager] = [:]
    /// The losses whose means over the ranks came with gradients, by name.
    private var meanLosses: [String: (own: Tensor, mean: Double)] = [:]
    /// The names of losses that all ranks have.
    private var comparedNames: Set<String> = []
    /// What came with the gradients of the batch: how many ranks have news, and the time that iterations take on rank 0.
    private var news: (count: Double, iterationTime: Double) = (0, 0)
    /// The optimizers whose gradients are averages already.
    private var averaged: Set<ObjectIdentifier> = []
    private var handles: [StepHookHandle] = []
    /// The optimizer that `minimize` calls with a closure.
    private weak var minimized: Optimizer?

    /// - Parameters:
    ///   - networks: the networks that are trained.
    ///   - optimizers: those whose gradients are averaged.
    ///   - accumulates: whether a step may take several batches.
    ///   - outlook: says whether this rank has something to say at the end of the batch, and how long its iterations
    ///     take, in seconds.
    init(
        _ world: World, _ networks: RunNetworks, _ optimizers: [Optimizer], accumulates: Bool,
        outlook: @escaping () -> (hasNews: Bool, iterationTime: Double)
    ) {
        group = world.group
        self.outlook = outlook
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
        meanLosses = [:]
        knownNames = []
        news = (0, 0)
        try shareBuffers()
    }

    /// Gives all ranks the buffers of rank 0, so that they train and evaluate the same network.
    func shareBuffers() throws {
        let buffers = try networks.all.filter(\.isTraining).flatMap { try $0.buffers() }
        if !buffers.isEmpty { try group.shareTensors(buffers, source: 0) }
    }

    /// Averages the gradients of an optimizer over the ranks, unless they are averages already.
    func average(_ optimizer: Optimizer) throws {
        guard averaged.insert(ObjectIdentifier(optimizer)).inserted else { return }
        try averager(of: optimizer).average(weight: accumulates ? nil : share.weight)
    }

    /// Lets the ranks agree on whether an attempt has failed on any of them, and on the greatest of their sizes.
    func agree(hasFailed: Bool, size: Int) throws -> (hasFailed: Bool, size: Int) {
        let numbers = try Tensor([hasFailed ? 1 : 0, Double(size)])
        try group.allReduce(numbers, .max)
        let agreed = try numbers.array(Double.self)
        return (agreed[0] > 0, Int(agreed[1]))
    }

    /// Runs the step of an optimizer that calls a closure for its gradients, which averages them.
    func minimizing<Result>(_ optimizer: Optimizer, _ step: () throws -> Result) rethrows -> Result {
        minimized = optimizer
        defer { minimized = nil }
        return try step()
    }

    /// Averages the gradients that a closure of `minimize` has just computed, and with them its loss.
    ///
    /// - Parameter name: the loss's name in `lossItems`.
    /// - Returns: the loss that the optimizer sees: the mean, if it decides by it.
    func averageInClosure(_ optimizer: Optimizer, _ loss: Tensor, as name: String) throws -> Tensor {
        averaged.insert(ObjectIdentifier(optimizer))
        let averager = try averager(of: optimizer)
        guard !(optimizer is LBFGS), try carries(averager, loss) else {
            try averager.average(weight: share.weight)
            guard optimizer is LBFGS else { return loss }
            let mean = try share.own == 0 ? Tensor.zerosLike(loss.detach()) : loss.detach() * share.weight
            try group.allReduce(mean)
            return mean
        }
        let own = try share.own == 0 ? 0 : share.weight * loss.item().double
        let outlook = outlook()
        let hasNews = outlook.hasNews || !comparedNames.contains(name)
        let sums = try averager.average(
            weight: share.weight,
            adding: [own, hasNews ? 1 : 0, group.rank == 0 ? outlook.iterationTime : 0])
        meanLosses[name] = (loss, sums[0])
        news = (news.count + sums[1], sums[2])
        return loss
    }

    /// Whether the mean of a loss came with gradients.
    var hasMeans: Bool { !meanLosses.isEmpty }

    /// The time that iterations take on rank 0, if all that the ranks had to say of a batch came with its gradients.
    var quietIterationTime: Double? {
        knownNames.isEmpty || news.count != 0 ? nil : news.iterationTime
    }

    /// Notes that the ranks have compared the names of the losses.
    func didCompareNames() {
        comparedNames = Set(knownNames)
    }

    /// Whether a loss can travel with gradients: the ranks answer alike.
    private func carries(_ averager: GradientAverager, _ loss: Tensor) throws -> Bool {
        guard loss.count == 1, !loss.dtype.isComplex, let type = averager.numberType else { return false }
        return type == .float64 || type == .float32 && loss.dtype != .float64
    }

    /// The means of a batch's losses over the ranks, if all of them came with gradients.
    func knownMeans(of losses: [String: Tensor]) -> [String: Double]? {
        guard !losses.isEmpty, losses.count == meanLosses.count,
            losses.allSatisfy({ name, loss in meanLosses[name].map { $0.own.isSame(as: loss) } ?? false })
        else { return nil }
        knownNames = losses.keys.sorted()
        return meanLosses.mapValues(\.mean)
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
        // In a group of its own all exchanges are alike, so that ranks need not compare their calls before each.
        let averager = try GradientAverager(parameters, group: group.twin(verifiesCalls: false))
        averagers[identifier] = averager
        return averager
    }
}
