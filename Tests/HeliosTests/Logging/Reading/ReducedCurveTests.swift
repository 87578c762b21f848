import Testing

@testable import Helios

@Suite("ReducedCurve")
struct ReducedCurveTests {
    private func curve(_ values: [Double], capacity: Int = 4096) -> ReducedCurve {
        var curve = ReducedCurve(capacity: capacity)
        for (step, value) in values.enumerated() { curve.append(step: step, time: Double(step), value: value) }
        return curve
    }

    @Test("a curve of few points stays as it is")
    func fewPoints() {
        let buckets = curve([3, 1, 2]).buckets(atMost: 100)
        #expect(buckets.map(\.step) == [0, 1, 2])
        #expect(buckets.map(\.mean) == [3, 1, 2])
        #expect(buckets.allSatisfy { $0.count == 1 })
        #expect(ReducedCurve().buckets(atMost: 100).isEmpty)
        #expect(curve([5]).buckets(atMost: 1).map(\.mean) == [5])
    }

    @Test("a peak of one point survives in a million, and so do the mean and the last point")
    func peak() {
        var values = [Double](repeating: 1, count: 1_000_000)
        values[345_678] = 100
        values[999_999] = 7
        let curve = curve(values)
        let buckets = curve.buckets(atMost: 2000)
        #expect((1000...2000).contains(buckets.count))
        #expect(buckets.map(\.count).reduce(0, +) == 1_000_000)
        let peak = buckets.filter { $0.greatest == 100 }
        #expect(peak.count == 1)
        if let peak = peak.first {
            #expect((peak.step..<peak.step + peak.count).contains(345_678))
            #expect(abs(peak.mean - (1 + 99 / Double(peak.count))) < 1e-9)
        }
        #expect(buckets.last == .init(step: 999_999, time: 999_999, value: 7))
        #expect(curve.greatest == .init(step: 345_678, time: 345_678, value: 100))
        #expect(curve.least == .init(step: 0, time: 0, value: 1))
    }

    @Test("any limit is kept, and no point is lost", arguments: [1, 2, 3, 10, 15, 16, 17, 100, .max])
    func limits(limit: Int) {
        for count in [1, 2, 15, 16, 17, 31, 32, 33, 1000] {
            let buckets = curve((0..<count).map(Double.init), capacity: 16).buckets(atMost: limit)
            #expect(buckets.count <= max(limit, 2))
            #expect(buckets.map(\.count).reduce(0, +) == count)
            #expect(buckets.map(\.step) == buckets.map(\.step).sorted())
            #expect(buckets.map(\.least).min() == 0)
            #expect(buckets.map(\.greatest).max() == Double(count - 1))
        }
    }

    @Test("values that are not finite are noted, and stay out of the mean")
    func special() {
        let buckets = curve([1, .nan, 3, .infinity, -.infinity, 0], capacity: 2).buckets(atMost: 2)
        #expect(buckets.count == 2)
        #expect(buckets[0].special == [.notANumber, .infinity, .negativeInfinity])
        #expect(buckets[0].mean == 2)
        #expect(buckets[0].finiteCount == 2)
        #expect(curve([.nan]).least == nil)
    }

    @Test("the mean of the greatest numbers is finite")
    func greatNumbers() {
        let great = Double.greatestFiniteMagnitude
        let bucket = curve([great, great, great, -great, 0], capacity: 2).buckets(atMost: 2)[0]
        #expect(bucket.mean.isFinite)
        #expect(bucket.greatest == great && bucket.least == -great)
    }

    @Test("steps that go back are counted")
    func stepsBack() {
        var curve = ReducedCurve()
        for step in [1, 2, 1, 3, 0] { curve.append(step: step, time: 0, value: 0) }
        #expect(curve.stepsBack == 2)
    }
}

@Suite("ThinnedList")
struct ThinnedListTests {
    @Test(
        "the first and the last element stay, and the others have equal distances",
        arguments: [1, 2, 3, 7, 8, 9, 100, 1001])
    func distances(count: Int) {
        var list = ThinnedList<Int>(capacity: 8)
        for element in 0..<count { list.append(element) }
        let elements = list.elements
        #expect(list.count == count)
        #expect(elements.count <= 9)
        #expect(elements.first == 0 && elements.last == count - 1)
        let distances = zip(elements, elements.dropFirst()).map { $1 - $0 }
        #expect(Set(distances.dropLast()).count <= 1)
        if count <= 8 { #expect(elements == Array(0..<count)) }
    }

    @Test("a list that is thinned keeps equal distances, and at the end the last element")
    func thinned() {
        var list = ThinnedList<Int>(capacity: 8)
        for element in 0..<6 { list.append(element) }
        var found: [[Int]] = []
        for _ in 0..<5 {
            list.thin()
            found.append(list.elements)
        }
        #expect(found == [[0, 2, 4, 5], [0, 4, 5], [0, 5], [5], [5]])
        list.append(6)
        #expect(list.elements == [6])
    }
}
