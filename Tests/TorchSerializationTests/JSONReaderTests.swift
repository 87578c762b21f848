import Testing

@testable import TorchSerialization

@Suite("JSON")
struct JSONReaderTests {
    private func read(_ text: String) throws -> JSONValue {
        try JSONReader.read(Array(text.utf8))
    }

    @Test("every kind of value is read")
    func values() throws {
        #expect(try read(" null ") == .null)
        #expect(try read("[true,\tfalse\n]") == .array([.bool(true), .bool(false)]))
        #expect(try read("[0, -1, 9223372036854775807]") == .array([.int(0), .int(-1), .int(.max)]))
        #expect(
            try read("[1.5e+3, 9223372036854775808, -0.0]")
                == .array([.double(1500), .double(9_223_372_036_854_775_808), .double(-0.0)]))
        #expect(
            try read(#"{"b": {}, "a": []}"#)
                == ["b": [:], "a": .array([])])
        #expect(try read(#"{"a": 1, "b": 2}"#) != ["b": .int(2), "a": .int(1)])
        #expect(try read(#""\"\\\/\b\f\n\r\t\u00e9\uD83D\uDE00é""#) == .string("\"\\/\u{8}\u{C}\n\r\té😀é"))
    }

    @Test(
        "anything else is an error",
        arguments: [
            "", " ", "nul", "nulll", "True", "NaN", "Infinity", "+1", "01", "-", "1.", ".5", "1e", "1e+", "0x1", "--1",
            "[", "]", "[1,]",
            "[,]", "[1 2]", "{", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "{1:1}", "{\"a\":1 \"b\":2}", "\"",
            "\"\\",
            "\"\\u12\"", "\"\\u+123\"", "\"\\ud800\"", "\"\\ud800\\u0041\"", "\"\\udc00\"", "\"\\a\"", "\"a\nb\"",
            "'a'", "1 1", "// a", "[1]]",
            "{\"a\":1,\"a\":2}", "1e400", "[-1e999]", "{\"\\u00e9\":1,\"e\\u0301\":2}", "\u{FEFF}1",
        ])
    func refusals(text: String) {
        #expect(throws: FormatError.self) { try read(text) }
    }

    @Test("bytes that are no text are an error")
    func invalidText() {
        for bytes in [[0xFF], [0xC3], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80]] as [[UInt8]] {
            #expect(throws: FormatError.self) { try JSONReader.read([0x22] + bytes + [0x22]) }
            #expect(throws: FormatError.self) { try JSONReader.read(bytes) }
        }
    }

    @Test("deep nesting is an error, not an overflowing stack")
    func depth() throws {
        let nested = { (depth: Int) in String(repeating: "[", count: depth) + String(repeating: "]", count: depth) }
        _ = try read(nested(16))
        #expect(
            reason { _ = try read(nested(1_000_000)) }
                == "its JSON is damaged at byte 16: it is nested more than 16 levels deep")
        _ = try JSONReader.read(Array(nested(400).utf8), greatestDepth: 400)
        #expect(throws: FormatError.self) { try JSONReader.read(Array(nested(401).utf8), greatestDepth: 400) }
    }

    @Test("what is written is read again")
    func roundTrip() throws {
        let value: JSONValue = [
            "\u{0}\u{1F}\"\\/é😀\u{85}": .array([
                .null, .bool(true), .int(.min), .double(1e3), .double(-.leastNonzeroMagnitude),
            ]),
            "": [:],
        ]
        for layout in [JSONWriter.Layout.compact, .line, .indented] {
            #expect(try JSONReader.read(JSONWriter.write(value, layout: layout)) == value, "\(layout)")
        }
        #expect(
            String(decoding: JSONWriter.write(.string("\u{0}\u{8}\u{C}\n\r\t\u{1F}\u{7F}/")), as: UTF8.self)
                == #""\u0000\b\f\n\r\t\u001f"# + "\u{7F}/\"")
    }
}
