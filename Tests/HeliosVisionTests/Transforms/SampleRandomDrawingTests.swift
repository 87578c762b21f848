import Helios
import Testing

@testable import HeliosVision

@Suite struct SampleRandomDrawingTests {
    @Test("uniform numbers are in their range and spread evenly")
    func uniform() {
        var random = SampleRandom.test()
        let numbers = (0..<10_000).map { _ in random.uniform(2, 4) }
        #expect(numbers.allSatisfy { (2..<4).contains($0) })
        // Five standard deviations of the mean.
        let mean = numbers.reduce(0, +) / 10_000
        #expect((2.97...3.03).contains(mean))
    }

    @Test("whole numbers are equally likely, and permutations are complete")
    func wholeNumbers() {
        var random = SampleRandom.test()
        var counts = [Int](repeating: 0, count: 7)
        for _ in 0..<7000 { counts[random.below(7)] += 1 }
        // Five standard deviations of a count.
        #expect(counts.allSatisfy { (850...1150).contains($0) })
        let zeros = [random.below(1), random.below(0), random.below(-3)]
        #expect(zeros == [0, 0, 0])
        var orders: Set<[Int]> = []
        for _ in 0..<200 {
            let order = random.permutation(of: 3)
            #expect(order.sorted() == [0, 1, 2])
            orders.insert(order)
        }
        #expect(orders.count == 6)
        let none = random.permutation(of: -1)
        #expect(none.isEmpty)
    }

    @Test("probabilities of 0 and 1 are never and always")
    func extremes() {
        var random = SampleRandom.test()
        for _ in 0..<100 {
            let results = [random.happens(0), random.happens(1)]
            #expect(results == [false, true])
        }
    }
}
