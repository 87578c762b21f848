import Foundation
import Testing

@testable import Helios

@Suite struct WorkerCountTests {
    @Test("a number, a variable and a name say how many workers there are")
    func values() {
        let count = 3
        #expect(LoaderOptions(workers: 4).workers == 4)
        #expect(LoaderOptions(workers: count).workers == .count(3))
        #expect(LoaderOptions(workers: .automatic).workers == .automatic)
        #expect(LoaderOptions().workers == 0)
    }

    @Test("automatic is a worker for each processor, and none for data in memory")
    func automatic() {
        let processors = ProcessInfo.processInfo.activeProcessorCount
        #expect(WorkerCount.automatic.resolved(makesSamples: true) == min(processors, 1024))
        #expect(WorkerCount.automatic.resolved(makesSamples: false) == 0)
        #expect(WorkerCount.count(5).resolved(makesSamples: false) == 5)
    }
}
