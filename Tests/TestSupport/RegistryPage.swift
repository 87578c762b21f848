import Foundation
import Synchronization
import Testing

/// The tables of docs/registries.md, which tests compare with the registries.
public enum RegistryPage {
    /// Something that a registry makes, and its options with their defaults; an option without one must be given.
    public typealias Row = (name: String, options: [(name: String, defaultText: String?)])

    private static let file = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../docs/registries.md")
    /// Tables of several modules are written into one file.
    private static let lock = Mutex(())

    /// Compares the table of a kind with what it should be, or writes it with `HELIOS_WRITE_DOCS=1`.
    public static func check(_ kind: String, _ rows: [Row]) throws {
        let lines = rows.map { "| `\($0.name)` | \($0.options.map(text).joined(separator: ", ")) |" }
        let expected = "| type | options |\n|---|---|\n\(lines.joined(separator: "\n"))\n"
        try lock.withLock { _ in
            var page = try String(contentsOf: file, encoding: .utf8)
            let (start, end) = ("<!-- \(kind) -->\n", "<!-- end of \(kind) -->\n")
            let first = try #require(page.range(of: start)).upperBound
            let last = try #require(page.range(of: end, range: first..<page.endIndex)).lowerBound
            guard ProcessInfo.processInfo.environment["HELIOS_WRITE_DOCS"] != nil else {
                #expect(page[first..<last] == expected, "the table of \(kind)")
                return
            }
            page.replaceSubrange(first..<last, with: expected)
            try page.write(to: file, atomically: true, encoding: .utf8)
        }
    }

    private static func text(_ option: (name: String, defaultText: String?)) -> String {
        option.defaultText.map { "`\(option.name)` = \($0)" } ?? "**`\(option.name)`**"
    }
}
