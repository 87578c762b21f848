import Testing

@testable import Helios

@Suite struct SparklineTests {
    @Test(
        "a curve goes from the lowest to the highest value",
        arguments: [
            ([0, 1, 2, 3, 4, 5, 6, 7], "▁▂▃▄▅▆▇█"), ([7, 0], "█▁"), ([3, 3, 3], "▁▁▁"), ([-1, 0, 1], "▁▅█"),
            // Positive ones by their logarithms: of three decades the second begins at a third.
            ([1000, 100, 10, 1], "█▆▃▁"), ([1e308, -1e308], "█▁"),
        ] as [([Double], String)])
    func curve(values: [Double], expected: String) {
        #expect(Sparkline.text(values, columns: 20) == expected)
    }

    @Test("what is no finite number is marked, and the rest is drawn")
    func notFinite() {
        #expect(Sparkline.text([0, .nan, 1, .infinity], columns: 20) == "▁×█×")
        #expect(Sparkline.text([.nan, -.infinity], columns: 20) == "××")
    }

    @Test("more values than columns become means, and without values or columns there is no curve")
    func width() {
        #expect(Sparkline.text([0, 0, 1, 1, 2, 2], columns: 3) == "▁▅█")
        #expect(Sparkline.text([], columns: 5) == "")
        #expect(Sparkline.text([1], columns: 0) == "")
    }

    @Test("the course of a loss keeps its shape in a bounded number of points")
    func history() throws {
        var history = LossHistory()
        for value in 0..<100_000 { history.append(Double(value)) }
        #expect((LossHistory.capacity / 2 - 1..<LossHistory.capacity).contains(history.points.count))
        #expect(history.points == history.points.sorted())
        // The first point is the mean of as many values as each of them stands for.
        let width = try #require(history.points.first) * 2 + 1
        #expect(width == 1024)
    }
}
