import Torch
import TorchOptim

/// Shares the work and the memory of an optimizer between ranks: PyTorch's `ZeroRedundancyOptimizer`, stage 1 of ZeRO.
///
/// ```swift
/// let parallel = try DistributedDataParallel(network, group: group)
/// let optimizer = try ShardedOptimizer(AdamW(parallel, learningRate: 1e-3), group: group)
/// ```
/// Each rank steps its own part of the parameters, and keeps only what the optimizer remembers about them: with AdamW
/// on N ranks, 2/N numbers for each parameter of the network instead of 2. Then the ranks send each other the
/// parameters. The result is the same as without sharding, to the bit, if all ranks have the same gradients;
/// `DistributedDataParallel` ensures that.
///
/// It is an `Optimizer`, with the groups of the one that it was made of: schedulers, `GradScaler` and clipping work as
/// with any. All ranks make the same steps. Groups that are added later are added on all ranks.
///
/// **Its state.** `stateDict()` is the rank's own part, which only the same rank of the same number of ranks can load. A whole
/// state comes from ``consolidatedStateDict(to:maximumByteCount:)``; or ``save(to:)`` writes the parts into files, which
/// any number of ranks can load. A whole state of the optimizer itself can be loaded, too.
///
/// Rajbhandari and others 2020, "ZeRO: Memory optimizations toward training trillion parameter models".
public final class ShardedOptimizer: Optimizer {
    /// The optimizer that makes the steps. Use the sharded one in its place everywhere.
    public let optimizer: Optimizer
    /// The ranks that share the parameters.
    public let group: ProcessGroup
    private var partition: ParameterPartition
    private var exchange: ParameterExchange

    /// Shares the parameters of an optimizer between the ranks. All ranks call it.
    ///
    /// - Parameters:
    ///   - optimizer: any optimizer but `LBFGS`, made alike on all ranks. It is not used by itself any more.
    ///   - group: the ranks.
    /// - Throws: ``DistributedError`` of kind `mismatch` on all ranks if their parameters or options differ.
    public init(_ optimizer: Optimizer, group: ProcessGroup) throws {
        guard !(optimizer is LBFGS), !(optimizer is ShardedOptimizer) else {
            throw group.error(
                .invalidArgument, "ShardedOptimizer",
                "\(type(of: optimizer)) cannot be sharded: "
                    + (optimizer is LBFGS ? "its steps depend on all parameters at once" : "it is sharded already"))
        }
        let lines = optimizer.parameterGroups.enumerated().flatMap { number, group in
            ["group \(number): \(group.options.map { "\($0.key)=\($0.value)" }.joined(separator: ", "))"]
                + group.parameters.map { "a parameter \($0.dtype)\($0.shape)" }
        }
        try group.verifySame(
            lines, subject: "optimizer", advice: "All ranks make the same optimizer for the same network",
            "ShardedOptimizer")
        self.optimizer = optimizer
        self.group = group
        partition = ParameterPartition(optimizer, size: group.size)
        exchange = try ParameterExchange(optimizer.parameters, owners: partition.owners, group: group)
        super.init(steppingWith: optimizer)
        part = ownPart
        groupsDidChange = { [unowned self] in try divide() }
        // It may have made steps before.
        try forgetOthers()
    }

    private var ownPart: OptimizerPart {
        OptimizerPart(rank: group.rank, size: group.size, parameters: partition.parameters(of: group.rank))
    }

    /// Shares the parameters again. Those of earlier groups stay where they are.
    private func divide() throws {
        partition = ParameterPartition(optimizer, size: group.size)
        exchange = try ParameterExchange(optimizer.parameters, owners: partition.owners, group: group)
        part = ownPart
    }

    private func forgetOthers() throws {
        let states = try parameters.indices.map { try optimizer.parameterState(at: $0) }
        if states.contains(where: { $0 != nil }) { try setParameterStates(states) }
    }

    /// Whether a parameter, by its position, is one that this rank steps.
    func isOwn(_ index: Int) -> Bool {
        partition.owners.indices.contains(index) && partition.owners[index] == group.rank
    }

    /// The rank that steps a parameter, by its position among `parameters`.
    public func rank(ofParameter index: Int) -> Int? {
        partition.owners.indices.contains(index) ? partition.owners[index] : nil
    }

    // MARK: Steps

    /// Steps the rank's own parameters, and gets the others from their ranks.
    ///
    /// - Throws: ``DistributedError`` if a rank does not come; what the optimizer throws.
    public override func step() throws {
        try stepOwn { try optimizer.step() }
    }

    private func stepOwn(_ step: () throws -> Void) throws {
        try withStepHooks {
            let others = zip(parameters, partition.owners).filter { $0.1 != group.rank }.map(\.0)
            // The optimizer leaves out what has no gradient.
            let hidden = others.map { (parameter: $0, gradient: $0.grad) }
            for other in others { try other.setGrad(nil) }
            let result = Result { try step() }
            for (parameter, gradient) in hidden { try parameter.setGrad(gradient) }
            try result.get()
            if !exchange.isCurrent { try divide() }
            try exchange.run()
        }
    }

    // MARK: State

    public override func parameterState(at index: Int) throws -> StateDict? {
        isOwn(index) ? try optimizer.parameterState(at: index) : nil
    }

    /// Keeps the states of the rank's own parameters.
    public override func setParameterStates(_ states: [StateDict?]) throws {
        try optimizer.setParameterStates(states.enumerated().map { isOwn($0) ? $1 : nil })
    }

    /// Collects the whole state on one rank: what the optimizer's own `stateDict()` would be. All ranks call it.
    ///
    /// - Parameters:
    ///   - destination: the rank that gets it.
    ///   - maximumByteCount: how large the part of a rank may be; the same on all ranks.
    /// - Returns: the state on the rank `destination`, `nil` elsewhere.
    /// - Throws: ``DistributedError`` on all ranks if a part is too large or cannot be sent.
    public func consolidatedStateDict(
        to destination: Int, maximumByteCount: Int = ProcessGroup.defaultObjectByteCount
    ) throws -> StateDict? {
        let own = try stateDict()
        let parts = try group.gatherObject(own, destination: destination, maximumByteCount: maximumByteCount)
        guard group.rank == destination else { return nil }
        let states = try parts.map { try $0.dictionary("state") }
        var whole = StateDict()
        for (index, owner) in partition.owners.enumerated() {
            if let state = states[owner][.int(index)] { whole[.int(index)] = state }
        }
        var state = own
        state["state"] = .dictionary(whole)
        state[OptimizerPart.key] = nil
        return state
    }
}

extension ShardedOptimizer: ScaledOptimizer {
    package var takesScaledGradients: Bool {
        (optimizer as? any ScaledOptimizer)?.takesScaledGradients ?? false
    }

    package func step(gradScale: Tensor?, foundInf: Tensor?) throws {
        guard let scaled = optimizer as? any ScaledOptimizer else {
            throw OptimizerError("\(type(of: optimizer)) takes no scaled gradients")
        }
        try stepOwn { try scaled.step(gradScale: gradScale, foundInf: foundInf) }
    }
}

extension ParameterPartition {
    fileprivate init(_ optimizer: Optimizer, size: Int) {
        self.init(counts: optimizer.parameterGroups.map { $0.parameters.map(\.count) }, size: size)
    }
}
