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
        #expect(try read("[0, -1, 9223372036854775807]") == .array([.integer(0), .integer(-1), .integer(.max)]))
        #expect(
            try read("[1.5e+3, 9223372036854775808, -0.0]")
                == .array(["1.5e+3", "9223372036854775808", "-0.0"].map { .number($0) }))
        #expect(
            try read(#"{"b": {}, "a": []}"#)
                == .object([.init(key: "b", value: .object([])), .init(key: "a", value: .array([]))]))
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
            "{\"a\":1,\"a\":2}", "{\"\\u00e9\":1,\"e\\u0301\":2}", "\u{FEFF}1",
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
        _ = try read(nested(JSONReader.greatestDepth))
        #expect(
            reason { _ = try read(nested(1_000_000)) }
                == "its JSON is damaged at byte 17: it is nested more than 16 levels deep")
    }

    @Test("what is written is read again")
    func roundTrip() throws {
        let value = JSONValue.object([
            .init(key: "\u{0}\u{1F}\"\\/é😀", value: .array([.null, .bool(true), .integer(.min), .number("1e3")])),
            .init(key: "", value: .object([])),
        ])
        #expect(try JSONReader.read(JSONWriter.write(value)) == value)
        #expect(
            String(decoding: JSONWriter.write(.string("\u{0}\u{8}\u{C}\n\r\t\u{1F}\u{7F}/")), as: UTF8.self)
                == #""\u0000\b\f\n\r\t\u001f"# + "\u{7F}/\"")
    }
}
