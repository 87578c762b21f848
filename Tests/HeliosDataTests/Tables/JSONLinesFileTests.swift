import Foundation
import HeliosData
import TestSupport
import Testing

@Suite("JSONLinesFile")
struct JSONLinesFileTests {
    private func file<Result>(_ text: String, _ body: (JSONLinesFile) throws -> Result) throws -> Result {
        try withTemporaryFolder { folder in try body(JSONLinesFile(write(text.utf8, to: "a.jsonl", in: folder))) }
    }

    @Test("records have their fields, empty lines are skipped")
    func records() throws {
        try file(
            "{\"a\": 1, \"b\": [1, 2.5], \"c\": \"ü\"}\r\n\n  \n{\"a\": -0.5, \"d\": null, \"e\": true, \"f\": {\"g\": 1}}"
        ) { file in
            #expect(file.count == 2)
            let first = try file.record(at: 0)
            #expect(first["a"] == .integer(1) && first["a"]?.number == 1)
            #expect(first["b"]?.numbers == [1, 2.5])
            #expect(first["c"]?.string == "ü")
            let second = try file.record(at: 1)
            #expect(second["a"]?.number == -0.5 && second["d"] == .null && second["e"] == .boolean(true))
            #expect(second["f"] == .object(["g": .integer(1)]))
            #expect(second["f"]?.numbers == nil && first["c"]?.numbers == nil)
            #expect(throws: DataError.self) { try file.record(at: 2) }
            #expect(try CollatedCount.count(file) == 2)
        }
    }

    private enum CollatedCount {
        static func count(_ file: JSONLinesFile) throws -> Int {
            try file.collated { $0.count }.batch(at: [0, 1], random: BatchRandom(seed: 0, epoch: 0))
        }
    }

    @Test("a damaged line is an error with its line and column")
    func damage() throws {
        try file("{}\n\n{\"ü\": [1, }\n[1]\n{\"a\": 1} x\n{\"a\": 1, \"a\": 2}\n{") { file in
            #expect(file.count == 6)
            #expect(dataError { _ = try file.record(at: 1) }?.place == .line(3, column: 11))
            #expect(dataError { _ = try file.record(at: 2) }?.place == .line(4, column: 1))
            #expect(dataError { _ = try file.record(at: 3) }?.place == .line(5, column: 10))
            #expect(dataError { _ = try file.record(at: 4) }?.reason.contains("twice") == true)
            #expect(dataError { _ = try file.record(at: 5) }?.place == .line(7, column: 2))
        }
    }
}
