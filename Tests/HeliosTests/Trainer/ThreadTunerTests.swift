import Testing

@testable import Helios

@Suite struct ThreadTunerTests {
    /// Gives a tuner of one and eight threads the durations of their steps, in turn, until it has chosen.
    private func choose(
        _ one: (Int) -> Double, _ all: (Int) -> Double
    ) throws -> (choice: ThreadTuner.Choice, steps: Int, counts: [Int]) {
        var tuner = try #require(ThreadTuner(all: 8))
        var counts: [Int] = []
        for step in 0..<1000 {
            counts.append(tuner.current)
            let duration = tuner.current == 1 ? one(step / 2) : all(step / 2)
            if let choice = tuner.record(duration) { return (choice, step + 1, counts) }
        }
        throw Undecided()
    }

    private struct Undecided: Error {}

    @Test("the number of threads with which steps are faster is chosen, after some of each in turn")
    func faster() throws {
        let one = try choose({ _ in 0.001 }, { _ in 0.002 })
        #expect(one.choice.threads == 1 && one.choice.otherThreads == 8)
        #expect(one.choice.seconds == 0.001 && one.choice.otherSeconds == 0.002)
        #expect(one.counts == (0..<one.steps).map { $0 % 2 == 0 ? 1 : 8 })
        #expect(one.steps == 18)
        let all = try choose({ _ in 0.02 }, { _ in 0.005 })
        #expect(all.choice.threads == 8 && all.choice.seconds == 0.005 && all.choice.otherSeconds == 0.02)
    }

    @Test("the first steps, which warm up, do not count")
    func warmUp() throws {
        #expect(try choose({ $0 < 2 ? 10 : 0.001 }, { _ in 0.002 }).choice.threads == 1)
        #expect(try choose({ _ in 0.003 }, { $0 < 2 ? 10 : 0.002 }).choice.threads == 8)
    }

    @Test("single steps that something else held up do not decide")
    func outliers() throws {
        #expect(try choose({ $0 % 3 == 2 ? 5 : 0.001 }, { _ in 0.002 }).choice.threads == 1)
        #expect(try choose({ $0 % 3 == 2 ? 0.0001 : 0.003 }, { _ in 0.002 }).choice.threads == 8)
    }

    @Test("where both take the same, it is one thread")
    func tie() throws {
        #expect(try choose({ _ in 0.002 }, { _ in 0.002 }).choice.threads == 1)
    }

    @Test("with one thread there is nothing to choose", arguments: [1, 0, -3])
    func nothing(all: Int) {
        #expect(ThreadTuner(all: all) == nil)
    }

    @Test("the choice says what was measured")
    func text() throws {
        #expect(
            try "\(choose({ _ in 0.00123 }, { _ in 0.25 }).choice)"
                == "training with 1 thread: a step takes 1.23 ms, with 8 it takes 250 ms")
        #expect(
            try "\(choose({ _ in 2 }, { _ in 0.000045 }).choice)"
                == "training with 8 threads: a step takes 45.0 µs, with 1 it takes 2.00 s")
    }
}
