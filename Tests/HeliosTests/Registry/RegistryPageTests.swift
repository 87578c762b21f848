import TestSupport
import Testing

@testable import Helios

/// docs/registries.md against what is registered.
@Suite struct RegistryPageTests {
    /// Runs with HELIOS_WRITE_DOCS=1 write the tables instead.
    @Test("the page lists all names with their options and defaults", .standardGenerator)
    func page() throws {
        for (kind, table) in try RegistryTable.all() {
            try RegistryPage.check(kind, table.map { ($0.name, $0.options.map { ($0.name, $0.defaultText) }) })
        }
    }
}
