// What a model's stored properties hold.

extension Model: AnyModel {
    public final func namedNetworks() -> [(name: String, network: Module)] {
        StatefulProperties(of: self).networks
    }

    public final func namedOptimizers() -> [(name: String, optimizer: Optimizer)] {
        StatefulProperties(of: self).members.compactMap { member in
            (member.value as? Optimizer).map { (member.name, $0) }
        }
    }
}

extension Model {
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
