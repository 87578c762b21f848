/// The networks that a model has while a run lasts. They are looked for once, since that takes longer than a small step.
final class RunNetworks {
    /// The networks in the model's stored properties.
    let all: [Module]
    private let lookUp: () -> [(name: String, network: Module)]

    /// - Parameter lookUp: looks for the networks that the model has, with the names of their properties.
    init(_ lookUp: @escaping () -> [(name: String, network: Module)]) {
        self.lookUp = lookUp
        all = lookUp().map(\.network)
    }

    /// Throws if the model has other networks now.
    func requireSame() throws {
        let now = lookUp()
        guard let other = now.first(where: { network in !all.contains { $0 === network.network } }) else { return }
        throw ConfigurationError(
            "the network '\(other.name)' has come or was replaced during the training, and the ranks keep only those the "
                + "same that were there when it began: make all networks in setup(fastInit:)")
    }
}
