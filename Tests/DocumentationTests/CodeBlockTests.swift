import Testing

/// How blocks of Swift, and the comments before them, are found on a page.
struct CodeBlockTests {
    private func blocks(_ text: String) throws -> [CodeBlock] { try CodeBlock.all(in: text, page: "Page.md") }

    private func error(_ text: String) throws -> PageError? {
        do {
            _ = try blocks(text)
            return nil
        } catch let error as PageError { return error }
    }

    @Test("only blocks of Swift are found, with the number of their first line")
    func languages() throws {
        let found = try blocks("Text\n```sh\nls\n```\n```swift\nlet a = 1\n```\n```\n```swift\n```\n")
        #expect(found.map(\.code) == [CodeBlock.Lines(start: 6, lines: ["let a = 1"])])
    }

    @Test("a block in a list loses the list's indentation")
    func indentation() throws {
        let found = try blocks("- Item\n\n  ```swift\n  if x {\n      y()\n  }\n  ```\n")
        #expect(found.map(\.code.lines) == [["if x {", "    y()", "}"]])
    }

    @Test("the code of a comment is around its block")
    func context() throws {
        let block = try #require(
            try blocks("<!-- check:\nclass A {\n…\n}\n-->\n\n```swift\nvar b = 1\n```").first)
        #expect(block.before == CodeBlock.Lines(start: 1, lines: ["", "class A {"]))
        #expect(block.code == CodeBlock.Lines(start: 8, lines: ["var b = 1"]))
        #expect(block.after == CodeBlock.Lines(start: 4, lines: ["}", ""]))
    }

    @Test("each kind of comment gives its block a role")
    func roles() throws {
        let text =
            ["shared", "continued", "skip: Python's", ": let x = 1", "continued: let y = 1"]
            .map { "<!-- check \($0) -->\n```swift\n```\n" }.joined() + "<!-- check page: let z = 1 -->\n"
        #expect(
            try blocks(text).map(\.role)
                == [.shared, .continued, .skipped(reason: "Python's"), .function, .continued, .page])
    }

    @Test("the code in a column of a table is compiled row by row")
    func tables() throws {
        let block = try #require(
            try blocks(
                """
                <!-- check column 2: let x = y -->
                | `a` | B |
                |---|---|
                | `p` | `f()`, or `let z = g(1)` |
                | `q` | none |
                | `r` | `a .\\| b`, `try { try h() }()` |

                Text
                """
            ).first)
        #expect(block.role == .column(2))
        #expect(block.before.lines == [" let x = y "])
        #expect(
            block.code
                == CodeBlock.Lines(
                    start: 4,
                    lines: [
                        "do { try f() }; do { let z = try g(1) }", "", "do { try a .| b }; do { try { try h() }() }",
                    ]))
    }

    @Test(
        "a comment that nothing can be done with is an error",
        arguments: [
            ("<!-- check -->\n```swift\n```", 1), ("<!-- check skip: -->\n```swift\n```", 1),
            ("\n<!-- check sharde -->\n```swift\n```", 2), ("<!-- check shared -->\nText\n```swift\n```", 1),
            ("<!-- check shared -->\n```sh\n```", 1), ("<!-- check shared -->", 1), ("<!-- check: let x", 1),
            ("<!-- check shared -->\n<!-- check: let x = 1 -->\n```swift\n```", 1), ("Text\n```swift\nlet x", 2),
            ("<!-- check column: -->\n| a |\n|---|\n| `b` |", 1), ("<!-- check column 1: -->\n```swift\n```", 1),
            ("<!-- check column 1: -->\n\n| a |\n|---|\n| b |", 3),
        ])
    func mistakes(text: String, line: Int) throws {
        #expect(try error(text)?.line == line)
    }

    @Test("the parts of a page are where the compiler needs them")
    func source() throws {
        let page = try CheckedPage(
            "docs/a-page.md",
            text: """
                ```swift
                import HeliosData
                let a = 1
                ```
                <!-- check continued -->
                ```swift
                let b = a
                func f() { … }
                …
                ```
                <!-- check shared -->
                ```swift
                struct S {}
                ```
                <!-- check skip: a manifest -->
                ```swift
                import PackageDescription
                let package = 1
                ```
                """)
        #expect(page.checkedCount == 3)
        #expect(
            page.source == """
                import Foundation
                import Helios
                import HeliosData
                struct Page_docs_a_page_md {
                #sourceLocation(file: "docs/a-page.md", line: 13)
                struct S {}
                #sourceLocation()
                func block0() throws {
                #sourceLocation(file: "docs/a-page.md", line: 2)

                let a = 1
                #sourceLocation()
                #sourceLocation(file: "docs/a-page.md", line: 7)
                let b = a
                func f() { fatalError() }

                #sourceLocation()
                }
                }

                """)
    }
}
