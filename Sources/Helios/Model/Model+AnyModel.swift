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
