import Testing

@testable import Helios

@Suite struct TerminalTextTests {
    @Test(
        "a text is cut where the columns end",
        arguments: [
            ("loss 0.5", 20, "loss 0.5"), ("loss 0.5", 4, "loss"), ("loss", 0, ""), ("loss", -1, ""),
            ("損失 0.5", 5, "損失 "), ("損失", 3, "損"), ("e\u{301}e\u{301}", 1, "e\u{301}"), ("🙂🙂", 3, "🙂"),
            ("👩‍👩‍👧‍👦x", 3, "👩‍👩‍👧‍👦x"), ("한글", 4, "한글"), ("ｗｉｄｅ", 5, "ｗｉ"),
        ])
    func clipping(_ text: String, columns: Int, expected: String) {
        #expect(TerminalText.clipped(text, columns: columns) == expected)
    }

    @Test("control characters do not reach the terminal")
    func controlCharacters() {
        #expect(TerminalText.clipped("a\n\u{1B}[2J\u{7}b", columns: 80) == "a\\n\\u{1B}[2J\\u{7}b")
        #expect(TerminalText.clipped("a\n\u{1B}[2J", columns: 6) == "a\\n\\u{")
    }
}
