import Foundation
import Helios
import Testing

@testable import HeliosCommand

@Suite("Quantity")
struct QuantityTests {
    @Test(
        "bytes come in the unit that fits",
        arguments: [
            (0, "0 B"), (999, "999 B"), (1000, "1.00 kB"), (1234, "1.23 kB"), (12_345, "12.3 kB"), (123_456, "123 kB"),
            (999_499, "999 kB"), (999_500, "1.00 MB"), (9_995_000, "10.0 MB"), (1 << 30, "1.07 GB"),
            (.max, "9.22 EB"),
        ])
    func bytes(count: Int, text: String) {
        #expect(Quantity.bytes(count) == text)
    }

    @Test(
        "thousands are apart",
        arguments: [
            (0, "0"), (999, "999"), (1000, "1,000"), (-1_234_567, "-1,234,567"), (.min, "-9,223,372,036,854,775,808"),
        ])
    func counts(count: Int, text: String) {
        #expect(Quantity.count(count) == text)
    }
}

@Suite("JSONValue")
struct JSONValueTests {
    @Test("what is printed is JSON, whatever is in it")
    func validity() throws {
        let value: JSONValue = [
            "text": .string("\"\\/\n\t\u{0}\u{1B}é👩‍🔬\u{2028}"), "number": .double(1e300), "whole": .double(1),
            "none": .double(.nan), "empty": .array([]), "object": [:],
            "nested": .array([["a": .null], .array([.bool(true), .int(.min)])]),
        ]
        for text in [value.text, value.line] {
            let read = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
            #expect(read["text"] as? String == "\"\\/\n\t\u{0}\u{1B}é👩‍🔬\u{2028}")
            #expect(read["none"] as? String == "nan")
            #expect(read.count == 7)
        }
        #expect(!value.line.contains("\n"))
        let part: JSONValue = ["text": .string("\u{7F}\u{9B}"), "list": .array([.int(1), .double(.infinity)])]
        #expect(part.line == #"{"text": "\u007f\u009b", "list": [1, "inf"]}"#)
        #expect(part.text == "{\n  \"text\": \"\\u007f\\u009b\",\n  \"list\": [1, \"inf\"]\n}")
    }
}

@Suite("VisibleText")
struct VisibleTextColumnsTests {
    @Test("texts are clipped and padded by the columns that they take, of which some characters take two")
    func columns() {
        #expect(VisibleText.clipped("weight", 6) == "weight")
        #expect(VisibleText.clipped("weights", 6) == "weigh…")
        #expect(VisibleText.clipped("重み重み", 6) == "重み…")
        #expect(VisibleText.padded("重み", 6) == "重み  ")
        #expect(VisibleText.padded("abc", 6, isRight: true) == "   abc")
        #expect(VisibleText.padded("é👩‍🔬", 4) == "é👩‍🔬 ")
    }
}
