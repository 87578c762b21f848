import Helios

/// Options, and the same thing made by its initializer.
struct RegistryCase<Subject, Product>: Sendable {
    let options: ConfigValue
    let make: @Sendable (Subject) throws -> Product

    init(_ options: ConfigValue, _ make: @escaping @Sendable (Subject) throws -> Product) {
        self.options = options
        self.make = make
    }
}

extension RegistryCase where Subject == Void {
    init(_ options: ConfigValue, _ make: @escaping @Sendable () throws -> Product) {
        self.init(options) { _ in try make() }
    }
}

/// The cases of a name: the first with what must be given alone, the others with every other option, none at its
/// default.
typealias RegistryCases<Subject, Product> = [String: [RegistryCase<Subject, Product>]]

/// The cases of all networks.
let networkCases = [
    linearCases, convolutionCases, poolingCases, normalizationCases, activationCases, paddingCases, sequenceCases,
    attentionCases,
].reduce(into: [:]) { $0.merge($1) { $1 } }
