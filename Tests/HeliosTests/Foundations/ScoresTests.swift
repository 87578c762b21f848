import Foundation
import TestSupport
import Testing

@testable import Helios

/// Scores of any type: as values, in a checkpoint, and in the line of an epoch.
@Suite struct ScoresTests {
    struct Report: Codable, Equatable {
        var name: String
        var count: Int
        var ratios: [Double]
        var best: Bool?
        var parts: [String: [Int]]
    }

    private static let report = Report(name: "b", count: 3, ratios: [0.5, .infinity], best: nil, parts: ["x": [1, 2]])

    @Test("numbers are read and set as in a dictionary")
    func numbers() throws {
        var scores: Scores = ["loss": 0.5]
        scores["accuracy", default: 0] += 0.25
        #expect(scores["accuracy"] == 0.25 && scores["none"] == nil && scores["none", default: 7] == 7)
        #expect(scores == Scores(["loss": 0.5, "accuracy": 0.25]) && scores.count == 2)
        scores["loss"] = nil
        #expect(scores.numbers == ["accuracy": 0.25])
        #expect(scores.merging(["accuracy": 1, "b": 2]) == ["accuracy": 0.25, "b": 2])
        scores.removeAll()
        #expect(scores.isEmpty)
    }

    @Test("any Codable value comes back, also out of a state")
    func anyValue() throws {
        var scores = Scores()
        try scores.set(Self.report, for: "report")
        try scores.set([[1, 2], [3, 4]], for: "matrix")
        try scores.set("text", for: "text")
        try scores.set(true, for: "flag")
        try scores.set(3, for: "count")
        try scores.set(Double.nan, for: "nan")
        try scores.set(Int.max, for: "large")
        for scores in [scores, try Scores(scores.stateDict())] {
            #expect(try scores.value("report", as: Report.self) == Self.report)
            #expect(try scores.value("matrix") == [[1, 2], [3, 4]])
            #expect(try scores.value("text") == "text")
            #expect(try scores.value("flag") == true)
            #expect(try scores.value("count", as: Int.self) == 3)
            #expect(try scores.value("large", as: Int.self) == Int.max)
            #expect(scores["count"] == 3 && scores["nan"]?.isNaN == true)
            #expect(scores["report"] == nil && scores["text"] == nil)
            #expect(scores.numbers.keys.sorted() == ["count", "nan"])
            #expect(scores.names == ["count", "flag", "large", "matrix", "nan", "report", "text"])
            #expect(try scores.value("none", as: Int.self) == nil)
            #expect(throws: DecodingError.self) { try scores.value("text", as: Report.self) }
        }
        scores.remove("report")
        #expect(try scores.value("report", as: Report.self) == nil)
    }

    @Test("a state is plain data, and one that is not is refused")
    func state() throws {
        var scores: Scores = ["loss": 1]
        try scores.set(Self.report, for: "report")
        let report: StateDict = [
            "count": .int(3), "name": .string("b"), "parts": .dictionary(["x": .list([.int(1), .int(2)])]),
            "ratios": .list([.double(0.5), .double(.infinity)]),
        ]
        let expected: StateDict = ["loss": .double(1), "report": .dictionary(report)]
        try expectSameState(.dictionary(scores.stateDict()), .dictionary(expected))
        #expect(throws: StateDictError.self) { try Scores(["loss": .tensor(Tensor(1.0))]) }
    }
}
