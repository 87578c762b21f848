@testable import Helios
@testable import RegistryCases

/// All options of everything that is registered, found by making each.
enum RegistryTable {
    typealias Table = [(name: String, options: [OptionReader.Read])]

    /// For each kind, under the name of its registry, what there is in alphabetical order.
    static func all() throws -> [(kind: String, table: Table)] {
        let parameter = try Tensor.zeros([2]).requiresGrad_()
        return [
            ("optimizers", try table(Registries.optimizers, optimizerCases) { [ParameterGroup([parameter])] }),
            (
                "schedulers",
                try table(Registries.schedulers, schedulerCases) {
                    try SGD([Tensor.zeros([2]).requiresGrad_()], learningRate: 0.1, momentum: 0.4)
                }
            ),
            ("losses", try table(Registries.losses, lossCases) { () }),
            ("networks", try table(Registries.networks, networkCases) { () }),
            ("metrics", try table(Registries.metrics, metricCases) { () }),
            ("plugins", try table(Registries.plugins, pluginCases) { () }),
            (
                "samplers",
                try Registries.samplers.names.map { name in
                    let reader = try OptionReader(.null, of: name)
                    _ = try Registry.product(Registries.samplers.maker(name), reader, 8)
                    return (name, reader.known)
                }
            ),
        ]
    }

    private static func table<Subject, Product>(
        _ registry: Registry<Subject, Product>, _ cases: RegistryCases<Subject, Product>,
        _ subject: () throws -> Subject
    ) throws -> Table {
        try registry.names.map { name in
            let reader = try OptionReader(cases[name]?.first?.options ?? .null, of: name)
            _ = try Registry.product(registry.maker(name), reader, subject())
            return (name, reader.known)
        }
    }
}
