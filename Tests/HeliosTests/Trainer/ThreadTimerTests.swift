import Testing

@testable import Helios

@Suite struct ThreadTimerTests {
    /// Gives a timer of one and two threads the durations of their steps, in turn.
    private func search(_ one: (Int) -> Double, _ two: (Int) -> Double) -> ThreadCountSearch {
        var timer = ThreadTimer(upTo: 2, rounds: 7)
        for step in 0..<timer.totalSteps { timer.record(timer.current == 1 ? one(step / 2) : two(step / 2)) }
        return timer.search
    }

    @Test("the numbers are one, two, four and so on, and the greatest")
    func counts() {
        for (limit, expected) in [(1, [1]), (2, [1, 2]), (6, [1, 2, 4, 6]), (8, [1, 2, 4, 8])] {
            var timer = ThreadTimer(upTo: limit, rounds: 1)
            for _ in 0..<timer.totalSteps { timer.record(1) }
            #expect(timer.totalSteps == 3 * expected.count)
            #expect(timer.search.attempts.map(\.threadCount) == expected)
        }
    }

    @Test("the number with which steps are faster is suggested")
    func faster() {
        let one = search({ _ in 0.001 }, { _ in 0.002 })
        #expect(one.suggestion == 1 && one.attempts.map(\.secondsPerStep) == [0.001, 0.002])
        let two = search({ _ in 0.02 }, { _ in 0.005 })
        #expect(two.suggestion == 2 && two.attempts.map(\.secondsPerStep) == [0.02, 0.005])
    }

    @Test("the first steps, which warm up, do not count")
    func warmUp() {
        #expect(search({ $0 < 2 ? 10 : 0.001 }, { _ in 0.002 }).suggestion == 1)
        #expect(search({ _ in 0.003 }, { $0 < 2 ? 10 : 0.002 }).suggestion == 2)
    }

    @Test("single steps that something else held up do not decide")
    func outliers() {
        #expect(search({ $0 % 3 == 2 ? 5 : 0.001 }, { _ in 0.002 }).suggestion == 1)
        #expect(search({ $0 % 3 == 2 ? 0.0001 : 0.003 }, { _ in 0.002 }).suggestion == 2)
    }

    @Test("if both take the same, it is the smaller one")
    func tie() {
        #expect(search({ _ in 0.002 }, { _ in 0.002 }).suggestion == 1)
    }

    @Test("the result is a table of what was measured")
    func text() {
        #expect(
            "\(search({ _ in 0.00123 }, { _ in 0.25 }))" == """
                threads  a step takes
                1             1.23 ms
                2              250 ms
                suggested number of threads: 1
                """)
    }
}
