import TorchDistributed

// What a model's stored properties hold.

extension Model: AnyModel {
    /// Returns the networks in the model's stored properties, with the names of the properties.
    public final func namedNetworks() -> [(name: String, network: Module)] {
        StatefulProperties(of: self).networks
    }

    /// Returns the optimizers in the model's stored properties, with the names of the properties.
    public final func namedOptimizers() -> [(name: String, optimizer: Optimizer)] {
        StatefulProperties(of: self).members.compactMap { member in
            (member.value as? Optimizer).map { (member.name, $0) }
        }
    }
}

extension Model {
    /// Returns an optimizer that is sharded between the processes that train together: each process steps its own part
    /// of the parameters and keeps the optimizer state for that part (ZeRO, stage 1). The result is the same to the
    /// bit. With one process, this method returns the optimizer itself.
    ///
    /// ```swift
    /// optimizer = try sharded(AdamW(network, learningRate: 1e-3))
    /// ```
    /// Declare the property that holds it as an `Optimizer`. Checkpoints contain the complete state, so any number of
    /// processes can resume from them. Rank 0 collects the state in the default `stateDict()`, which all ranks call.
    ///
    /// - Throws: `DistributedError` if the ranks have different optimizers, or for an `LBFGS`.
    public final func sharded(_ optimizer: Optimizer) throws -> Optimizer {
        guard let world = trainer?.world else { return optimizer }
        return try ShardedOptimizer(optimizer, group: world.group)
    }

    /// Returns a network whose batch normalization uses the statistics of the samples of all processes that train
    /// together. With one process, this method returns the network unchanged.
    ///
    /// ```swift
    /// network = try synchronizingBatchNorm(ResNet()).to(device)
    /// ```
    public final func synchronizingBatchNorm<Network: Module>(_ network: Network) throws -> Network {
        guard let world = trainer?.world else { return network }
        return try SyncBatchNorm.convert(network, group: world.group)
    }

    /// The options that optimizers, schedulers and gradient scaler have now.
    func currentOptions() throws -> SetupOptions {
        try SetupOptions(
            optimizers: namedOptimizers(), schedulers: namedSchedulers(), scaler: mixedPrecision?.scaler)
    }

    /// The schedulers among the stored properties, by the property's name, without those inside another one.
    func namedSchedulers() -> [(name: String, scheduler: LRScheduler)] {
        let all = StatefulProperties(of: self).members.compactMap { member in
            (member.value as? LRScheduler).map { (name: member.name, scheduler: $0) }
        }
        let inner = Set(all.flatMap { $0.scheduler.inner.map { ObjectIdentifier($0) } })
        return all.filter { !inner.contains(ObjectIdentifier($0.scheduler)) }
    }
}

/// The learning rate of a parameter group.
struct LearningRate {
    /// The optimizer's name, as in `Model.namedOptimizers`.
    let optimizer: String
    /// The group's number; `nil` if the optimizer has only one group.
    let group: Int?
    let value: Double

    /// The rates of optimizers. A group without a rate has none.
    static func all(of optimizers: [(name: String, optimizer: Optimizer)]) -> [LearningRate] {
        optimizers.flatMap { name, optimizer in
            let groups = optimizer.parameterGroups
            return groups.enumerated().compactMap { number, group in
                group.learningRate.isNaN
                    ? nil
                    : LearningRate(
                        optimizer: name, group: groups.count == 1 ? nil : number, value: group.learningRate)
            }
        }
    }
}
