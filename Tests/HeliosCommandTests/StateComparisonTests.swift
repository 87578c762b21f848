import Helios
import Testing

@testable import HeliosCommand

@Suite("StateComparison")
struct StateComparisonTests {
    private func differences(
        _ first: StateDict, _ second: StateDict, tolerance: Double = 0, ignoring: [String] = []
    ) throws -> [String] {
        var comparison = StateComparison(tolerance: tolerance, ignoring: ignoring)
        try comparison.compare(.dictionary(first), .dictionary(second))
        return comparison.differences.map { "\($0.path.text): \($0.text)" }
    }

    @Test("the same keys in another order are the same")
    func order() throws {
        #expect(try differences(["a": 1, "b": .list([2, "x"])], ["b": .list([2, "x"]), "a": 1]).isEmpty)
    }

    @Test("keys of one file only are named, with what they hold")
    func keys() throws {
        let found = try differences(
            ["a": 1, "b": .dictionary(["c": .tensor(try Tensor.zeros([2, 3]))])], ["b": .dictionary([:]), "d": "new"])
        #expect(
            found == [
                "a: only in the first: int 1", "b.c: only in the first: float32[2, 3]",
                "d: only in the second: string \"new\"",
            ])
    }

    @Test("another type, dtype, shape or length is told as such")
    func types() throws {
        let found = try differences(
            [
                "a": 1, "b": .tensor(try Tensor.zeros([2])), "c": .tensor(try Tensor.zeros([2])), "d": .list([1, 2]),
                "e": .list([1]),
            ],
            [
                "a": 1.0, "b": .tensor(try Tensor.zeros([2], dtype: .float64)), "c": .tensor(try Tensor.zeros([1, 2])),
                "d": .list([1]), "e": .tuple([1]),
            ])
        #expect(
            found == [
                "a: int 1 -> float 1.0", "b: float32[2] -> float64[2]", "c: float32[2] -> float32[1, 2]",
                "d.1: only in the first: int 2", "e: list of 1 element -> tuple of 1 element",
            ])
    }

    @Test("values are told, and numbers with their difference")
    func values() throws {
        #expect(
            try differences(["a": 1, "b": 0.5, "c": "x", "d": true], ["a": 3, "b": 0.25, "c": "y", "d": false]) == [
                "a: 1 -> 3 (by 2)", "b: 0.5 -> 0.25 (by 0.25)", "c: \"x\" -> \"y\"", "d: true -> false",
            ])
    }

    @Test("numbers that are none are equal, and the tolerance is for numbers of every kind")
    func tolerance() throws {
        #expect(try differences(["a": .double(.nan)], ["a": .double(.nan)]).isEmpty)
        #expect(try differences(["a": .double(.nan)], ["a": 1.0], tolerance: 1).count == 1)
        let (first, second): (StateDict, StateDict) = (["a": 1.0, "b": 5], ["a": 1.5, "b": 6])
        #expect(try differences(first, second, tolerance: 0.5) == ["b: 5 -> 6 (by 1)"])
        #expect(try differences(first, second, tolerance: 1).isEmpty)
    }

    @Test("the ends of the integers are compared without overflow")
    func extremes() throws {
        #expect(try differences(["a": .int(.min)], ["a": .int(.max)]).count == 1)
    }

    @Test("a key is left out with all below it")
    func ignoring() throws {
        let first: StateDict = ["time": 1, "model": .dictionary(["a": 1, "mean": 2]), "list": .list([1, 2])]
        let second: StateDict = ["time": 2, "model": .dictionary(["a": 1, "mean": 3]), "list": .list([1, 3])]
        #expect(try differences(first, second, ignoring: ["time", "*.mean", "list.1"]).isEmpty)
        #expect(try differences(first, second, ignoring: ["time", "model"]) == ["list.1: 2 -> 3 (by 1)"])
        #expect(try differences(["a": 1], [:], ignoring: ["a"]).isEmpty)
        #expect(try differences([:], ["a": 1], ignoring: ["a"]).isEmpty)
    }
}
