import Foundation
import TestSupport
import Testing

@testable import Helios

/// docs/registries.md against what is registered.
@Suite struct RegistryPageTests {
    private static let page = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../../docs/registries.md")

    /// Runs with HELIOS_WRITE_DOCS=1 write the tables instead.
    @Test("the page lists all names with their options and defaults", .standardGenerator)
    func page() throws {
        var text = try String(contentsOf: Self.page, encoding: .utf8)
        for (kind, table) in try RegistryTable.all() {
            let (start, end) = ("<!-- \(kind) -->\n", "<!-- end of \(kind) -->\n")
            let first = try #require(text.range(of: start)).upperBound
            let last = try #require(text.range(of: end, range: first..<text.endIndex)).lowerBound
            let lines = table.map { name, options in "| `\(name)` | \(options.map(Self.text).joined(separator: ", ")) |"
            }
            let expected = "| type | options |\n|---|---|\n\(lines.joined(separator: "\n"))\n"
            if ProcessInfo.processInfo.environment["HELIOS_WRITE_DOCS"] == nil {
                #expect(String(text[first..<last]) == expected)
            } else {
                text.replaceSubrange(first..<last, with: expected)
            }
        }
        if ProcessInfo.processInfo.environment["HELIOS_WRITE_DOCS"] != nil {
            try text.write(to: Self.page, atomically: true, encoding: .utf8)
        }
    }

    private static func text(_ option: OptionReader.Read) -> String {
        option.defaultText.map { "`\(option.name)` = \($0)" } ?? "**`\(option.name)`**"
    }
}
