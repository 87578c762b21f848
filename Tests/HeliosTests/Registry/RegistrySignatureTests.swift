import TestSupport
import Testing

@testable import Helios

/// The options that a registry tells before anything is made.
@Suite struct RegistrySignatureTests {
    /// The table comes from making each thing with options that fit, which a signature does without.
    @Test("they are those of the things themselves, with their defaults", .standardGenerator)
    func all() throws {
        let registries: [String: any AnyRegistry] = [
            "optimizers": Registries.optimizers, "schedulers": Registries.schedulers, "losses": Registries.losses,
            "networks": Registries.networks, "metrics": Registries.metrics, "plugins": Registries.plugins,
            "samplers": Registries.samplers,
        ]
        for (kind, table) in try RegistryTable.all() {
            let registry = try #require(registries[kind])
            for (name, options) in table {
                let signature = try #require(try registry.signature(of: name))
                #expect(signature.isComplete)
                let found = Dictionary(uniqueKeysWithValues: signature.options.map { ($0.name, $0.defaultText) })
                // Which further options a metric has depends on its task, so that it may have more than these.
                for option in options where !["metrics"].contains(kind) {
                    #expect(found[option.name] == .some(option.defaultText), "\(kind) \(name): \(option.name)")
                }
                if kind != "metrics" { #expect(signature.options.count == options.count, "\(kind) \(name)") }
            }
        }
    }

    @Test("to know them changes no random number", .standardGenerator)
    func random() throws {
        try manualSeed(3)
        let expected = try Tensor.randn([4]).array(Float.self)
        try manualSeed(3)
        let registry = Registry<Void, Module>("network")
        try registry.register("Two") { try Sequential([Linear($0.int("in"), 2), Dropout(p: $0.double("p", 0.5))]) }
        let signature = try #require(try registry.signature(of: "Two"))
        #expect(signature.options.map(\.name) == ["in", "p"] && signature.isComplete)
        #expect(try Tensor.randn([4]).array(Float.self) == expected)
    }

    @Test("a maker that ends at a stand-in has told what it read before, and not all")
    func incomplete() throws {
        let registry = Registry<Void, any Sendable>("data set")
        try registry.register("File") { options in
            let path = try options.string("path")
            guard path.hasPrefix("/") else { throw DataError("no such file") }
            return try options.int("size", 3)
        }
        let signature = try #require(try registry.signature(of: "File"))
        #expect(signature.options.map(\.name) == ["path"] && !signature.isComplete)
    }

    @Test("something that is made for a subject of its own kind needs a stand-in for it")
    func subject() throws {
        let without = Registry<[String], Int>("number")
        try without.register("Count") { options, words in try words.count + options.int("more") }
        #expect(try without.signature(of: "Count") == nil)
        let with = Registry<[String], Int>("number", standIn: { ["a"] })
        try with.register("Count") { options, words in try words.count + options.int("more") }
        #expect(try with.signature(of: "Count")?.options.map(\.name) == ["more"])
        #expect(throws: ConfigurationError.self) { try with.signature(of: "Cuont") }
    }
}
