import Foundation
import Synchronization
import Testing

@testable import Helios

@Suite struct PrefetchQueueTests {
    @Test("batches come in order, however long each takes", arguments: [1, 2, 7, 40])
    func order(workers: Int) throws {
        let queue = try PrefetchQueue(range: 5..<60, workers: workers, capacity: 9) { number in
            // The first of each few is the slowest.
            if number % 7 == 0 { usleep(300) }
            return number
        }
        for number in 5..<60 { #expect(try queue.take(number) == number) }
        queue.stop()
    }

    @Test("one that is stopped in the middle ends its workers and makes nothing more")
    func stopping() throws {
        let made = Mutex(0)
        for taken in 0..<40 {
            let queue = try PrefetchQueue(range: 0..<1000, workers: 3, capacity: 5) { number in
                made.withLock { $0 += 1 }
                return number
            }
            for number in 0..<taken { _ = try queue.take(number) }
            queue.stop()
            let atEnd = made.withLock { $0 }
            queue.stop()
            #expect(made.withLock { $0 } == atEnd)
        }
    }

    @Test("it goes with its last reference, and with it what makes its batches")
    func references() throws {
        final class Source: Sendable {}
        weak var source: Source?
        weak var queue: PrefetchQueue<Int>?
        do {
            let strong = Source()
            source = strong
            let running = try PrefetchQueue(range: 0..<100, workers: 2, capacity: 3) { number in
                withExtendedLifetime(strong) { number }
            }
            queue = running
            _ = try running.take(0)
            running.stop()
        }
        // The threads let go of it at their very end.
        let deadline = Date.now.addingTimeInterval(10)
        while queue != nil || source != nil, Date.now < deadline { usleep(200) }
        #expect(queue == nil && source == nil)
    }

    @Test("every batch of a data set that always fails is an error of its own")
    func errors() throws {
        struct Trouble: Error, Equatable {
            let number: Int
        }
        let queue = try PrefetchQueue<Int>(range: 0..<20, workers: 3, capacity: 2) { throw Trouble(number: $0) }
        defer { queue.stop() }
        for number in 0..<20 { #expect(throws: Trouble(number: number)) { try queue.take(number) } }
    }

    @Test("with fewer threads than were asked for it works, and with none it is an error", arguments: 0...3)
    func fewThreads(available: Int) throws {
        var started = 0
        func start(_ body: @escaping @Sendable () -> Void) -> Bool {
            guard started < available, WorkerThread.start(body) else { return false }
            started += 1
            return true
        }
        func makeQueue() throws -> PrefetchQueue<Int> {
            try PrefetchQueue(range: 0..<10, workers: 3, capacity: 6, startThread: start) { $0 }
        }
        guard available > 0 else {
            #expect(throws: DataError.self) { try makeQueue() }
            return
        }
        let queue = try makeQueue()
        for number in 0..<10 { #expect(try queue.take(number) == number) }
        queue.stop()
    }

    @Test("without batches there are no workers")
    func nothing() throws {
        let queue = try PrefetchQueue(range: 3..<3, workers: 4, capacity: 8, startThread: { _ in false }) { $0 }
        queue.stop()
    }
}
