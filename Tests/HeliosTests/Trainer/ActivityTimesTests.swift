import Testing

@testable import Helios

@Suite struct ActivityTimesTests {
    private func names(_ entries: [ActivityTimes.Entry]) -> [String] { entries.map { "\($0.part) \($0.calls)" } }

    @Test("what runs inside another part is kept below it, and counted there")
    func nested() {
        let times = ActivityTimes()
        times.measure(.trainStep) { times.measure(.nextBatch) {} }
        for _ in 0..<2 {
            times.measure(.validation) {
                times.measure(.validStep) {}
                times.measure(.validStep) {}
            }
        }
        times.measure(.nextBatch) {}
        #expect(names(times.entries) == ["trainStep 1", "validation 2", "waiting for data 1"])
        #expect(names(times.entries[0].entries) == ["waiting for data 1"])
        #expect(names(times.entries[1].entries) == ["validStep 4"])
    }

    @Test("a part takes at least as long as those inside it, and the run as long as its parts")
    func sums() {
        let times = ActivityTimes()
        times.measure(.validation) {
            for _ in 0..<100 { times.measure(.validStep) {} }
        }
        let validation = times.entries[0]
        #expect(validation.nanoseconds >= validation.entries[0].nanoseconds)
        #expect(times.wallNanoseconds >= validation.nanoseconds)
    }

    @Test("what an error left open is closed by the part around it")
    func errors() {
        struct Trouble: Error {}
        let times = ActivityTimes()
        #expect(throws: Trouble.self) {
            try times.measure(.trainStep) {
                times.begin(.optimizer("optimizer"))
                throw Trouble()
            }
        }
        times.measure(.saveCheckpoint) {}
        #expect(names(times.entries) == ["trainStep 1", "saving the checkpoint 1"])
        #expect(names(times.entries[0].entries) == ["optimizer.step() 1"])
    }

    @Test("ending what did not begin last does nothing")
    func strayEnds() {
        let times = ActivityTimes()
        times.end(.optimizer("a"))
        times.measure(.trainStep) { times.end(.optimizer("a")) }
        #expect(names(times.entries) == ["trainStep 1"])
    }
}
