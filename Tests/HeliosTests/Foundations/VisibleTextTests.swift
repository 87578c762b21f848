import Testing

@testable import Helios

@Suite struct VisibleTextTests {
    static let texts: [(String, String)] = [
        ("loss", "loss"), ("", ""), ("損失 é 👩‍🔬", "損失 é 👩‍🔬"), ("\u{1B}[2Jloss", "\\u{1B}[2Jloss"),
        ("a\r\nb\tc", "a\\r\\nb\\tc"), ("a\u{0}b\u{7F}c", "a\\0b\\u{7F}c"),
        // C1 controls, which some terminals take for escape sequences of one byte.
        ("a\u{9B}31mb", "a\\u{9B}31mb"),
        // "gnp.exe" is shown as "exe.png".
        ("\u{202E}gnp.exe\u{202C}", "\\u{202E}gnp.exe\\u{202C}"), ("\u{2066}a\u{2069}", "\\u{2066}a\\u{2069}"),
        ("a\u{2028}b\u{2029}c\u{AD}d\u{FEFF}", "a\\u{2028}b\\u{2029}c\\u{AD}d\\u{FEFF}"),
    ]

    @Test("what acts on a terminal instead of being seen is written out, and letters stay", arguments: texts)
    func oneLine(_ text: String, expected: String) {
        #expect(VisibleText.of(text) == expected)
    }

    @Test("a text of several lines keeps its lines and tabs, and nothing else that acts")
    func severalLines() {
        #expect(VisibleText.lines(of: "a\n\tb\r\u{1B}c") == "a\n\tb\\r\\u{1B}c")
    }
}
