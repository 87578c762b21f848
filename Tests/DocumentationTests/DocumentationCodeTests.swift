import Foundation
import TestSupport
import Testing

/// The code of README.md, docs/*.md and the articles compiles.
struct DocumentationCodeTests {
    /// Pages with code that is not compiled yet; none now.
    private static let unchecked: Set<String> = []

    /// The pages with blocks of Swift, by their paths from the root.
    private static func pages() throws -> [CheckedPage] {
        let articles = "Sources/Helios/Helios.docc"
        let paths =
            try ["README.md"]
            + ["docs", articles].flatMap { folder in
                try FileManager.default.contentsOfDirectory(atPath: Compiler.root.appending(path: folder).path)
                    .filter { $0.hasSuffix(".md") }.sorted().map { "\(folder)/\($0)" }
            }
        return try paths.map { path in
            try CheckedPage(path, text: String(contentsOf: Compiler.root.appending(path: path), encoding: .utf8))
        }
        .filter { !$0.blocks.isEmpty }
    }

    @Test("every block of Swift on a page compiles")
    func documentation() throws {
        let pages = try Self.pages().filter { !Self.unchecked.contains($0.path) }
        #expect(pages.contains { $0.path == "README.md" })
        #expect(pages.map(\.checkedCount).reduce(0, +) > 100)
        let errors = try Compiler.errors(in: pages)
        #expect(errors == [])
    }

    @Test("the list of pages that are not checked names pages with code, and nothing else")
    func uncheckedPages() throws {
        let paths = try Self.pages().map(\.path)
        #expect(Self.unchecked.subtracting(paths) == [])
    }

    @Test("an error has the page and the line, whatever the block is part of")
    func mistakes() throws {
        let text = """
            <!-- check page: let count = 3 -->
            ```swift
            let wrong: String = count
            ```
            <!-- check:
            final class Noise: Plugin {
                …
            }
            -->
            ```swift
            override func setup() { missing() }
            ```
            <!-- check shared -->
            ```swift
            struct Pair { var left: Tensor, right: Nothing }
            ```
            """
        let errors = try Compiler.errors(in: [CheckedPage("Wrong.md", text: text)])
        #expect(errors.count == 3)
        for line in [3, 11, 15] { #expect(errors.contains { $0.hasPrefix("Wrong.md:\(line):") }, "\(errors)") }
    }
}
