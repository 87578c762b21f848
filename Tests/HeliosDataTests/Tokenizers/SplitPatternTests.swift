import TestSupport
import Testing

@testable import HeliosData

@Suite("SplitPattern")
struct SplitPatternTests {
    private func matches(_ pattern: String, _ text: String) throws -> [String] {
        let (pattern, bytes) = (try SplitPattern(pattern), Array(text.utf8))
        var found: [String] = []
        try bytes.withUnsafeBytes { buffer in
            try pattern.forEachMatch(in: buffer) { found.append(String(decoding: bytes[$0], as: UTF8.self)) }
        }
        return found
    }

    // The expected results are Oniguruma's, by the package tokenizers.
    @Test("repetitions give back what the rest needs, and possessive ones do not")
    func repetitions() throws {
        #expect(try matches("a+ab", "aaab") == ["aaab"])
        #expect(try matches("a++ab", "aaab") == [])
        #expect(try matches("a{2,3}", "aaaaaaa") == ["aaa", "aaa"])
        #expect(try matches("a{2}", "aaaaa") == ["aa", "aa"])
        #expect(try matches("a{,2}b", "aaab") == ["aab"])
        #expect(try matches("(?:ab){1,2}c", "ababc abababc") == ["ababc", "ababc"])
        #expect(try matches("(?:a|ab)?c", "abc ac c") == ["abc", "ac", "c"])
        #expect(try matches("é*x", "ééx") == ["ééx"])
    }

    @Test("alternatives are tried in order, and looking ahead takes nothing")
    func alternatives() throws {
        #expect(try matches("a|ab", "ab") == ["a"])
        #expect(try matches("ab|a", "ab a") == ["ab", "a"])
        #expect(try matches("a(?!b)", "ab ac") == ["a"])
        #expect(try matches("a(?=b|c)", "ab ac ad") == ["a", "a"])
        #expect(try matches("(a|b)(c|d)", "ac bd ab") == ["ac", "bd"])
        #expect(try matches(#"\s+(?!\S)|\s+"#, "a   b  ") == ["  ", " ", "  "])
    }

    @Test("classes have Unicode's categories, ranges and negations")
    func classes() throws {
        #expect(try matches(#"\p{Lu}\p{Ll}+"#, "Äpfel und Ñandú ßA") == ["Äpfel", "Ñandú"])
        #expect(try matches(#"[^\s\p{L}\p{N}]+"#, "a-b, c! 1.") == ["-", ",", "!", "."])
        #expect(try matches(#"\P{L}"#, "a1b") == ["1"])
        #expect(try matches(#"[a-c\-\]]+"#, "ab-]d") == ["ab-]"])
        #expect(try matches(#"[\d_]+"#, "12_٣ x") == ["12_٣"])
        #expect(try matches("(?i:'s|K)x?", "'S 'ſ K k \u{212A}x") == ["'S", "'ſ", "K", "k", "\u{212A}x"])
        #expect(try matches(".", "a\né") == ["a", "é"])
    }

    @Test(
        "what is not supported is an error",
        arguments: [
            "(?<=a)b", "^a", "a$", "(a", "a)", "[a", "a*?", "(?:ab)*", "(?<n>a)", #"\1"#, #"\b"#, "[[:alpha:]]",
            "[a&&b]", #"\p{Greek}"#, "a{3,1}",
            "a{", "*", "(?i:ß)", "[]", #"a\"#, "(?:(?:a{2}b){999}){999}", String(repeating: "(", count: 100),
        ])
    func unsupported(pattern: String) {
        #expect(throws: FormatFault.self) { try SplitPattern(pattern) }
    }

    @Test("a pattern that takes too long is an error")
    func budget() throws {
        let pattern = "(?:a|a)?(?:a|a)?(?:a|a)?(?:a|a)?" + String(repeating: "(?:a|a|a)?", count: 30) + "b"
        #expect(throws: DataError.self) { try matches(pattern, String(repeating: "a", count: 60)) }
    }
}
