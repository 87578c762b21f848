import Foundation
import Helios
import TestSupport
import Testing

@Suite struct AverageTimerTests {
    @Test("a timer gives the mean of its steps, and starts over after a window of them")
    func averages() throws {
        var timer = try AverageTimer(window: 2)
        #expect(timer.average == 0)
        Thread.sleep(forTimeInterval: 0.05)
        let first = timer.record()
        #expect(first >= 0.05 && timer.average == first)
        // At once: half of the first step, and a little.
        let second = timer.record()
        #expect(second >= first / 2)
        // The window is full: what was before does not count.
        let start = ContinuousClock.now
        timer.start()
        let third = timer.record()
        #expect(.seconds(third) <= ContinuousClock.now - start)
        #expect(throws: ConfigurationError.self) { try AverageTimer(window: 0) }
    }
}
