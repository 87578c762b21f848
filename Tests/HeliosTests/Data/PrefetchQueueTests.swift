import Foundation
import Synchronization
import Testing

@testable import Helios

@Suite struct PrefetchQueueTests {
    @Test("items come in order, however long each takes", arguments: [1, 2, 7, 40])
    func order(workers: Int) throws {
        let queue = try queue(5..<60, workers: workers, perWorker: 2) { number in
            // The first of each few is the slowest.
            if number % 7 == 0 { usleep(300) }
            return number
        }
        for number in 5..<60 { #expect(try queue.take { "" } == number) }
        #expect(try queue.take { "" } == nil)
        queue.stop()
    }

    @Test("many small items come in order too, and each once", arguments: [nil, 1, 50])
    func smallItems(perWorker: Int?) throws {
        let queue = try queue(0..<20_000, workers: 2, perWorker: perWorker, byteCount: 8) { $0 }
        for number in 0..<20_000 { #expect(try queue.take { "" } == number) }
        #expect(try queue.take { "" } == nil)
        queue.stop()
    }

    @Test("one that is stopped in the middle ends its workers and makes nothing more")
    func stopping() throws {
        let made = Mutex(0)
        for taken in 0..<40 {
            let queue = try queue(0..<1000, workers: 3, perWorker: 2) { number in
                made.withLock { $0 += 1 }
                return number
            }
            for _ in 0..<taken { _ = try queue.take { "" } }
            queue.stop()
            let atEnd = made.withLock { $0 }
            queue.stop()
            #expect(made.withLock { $0 } == atEnd)
        }
    }

    @Test("it goes with its last reference, and with it what makes its items")
    func references() throws {
        final class Source: Sendable {}
        weak var source: Source?
        weak var queue: PrefetchQueue<Int>?
        do {
            let strong = Source()
            source = strong
            let running = try self.queue(0..<100, workers: 2, perWorker: 2) { number in
                withExtendedLifetime(strong) { number }
            }
            queue = running
            _ = try running.take { "" }
            running.stop()
        }
        // The threads let go of it at their very end.
        let deadline = Date.now.addingTimeInterval(10)
        while queue != nil || source != nil, Date.now < deadline { usleep(200) }
        #expect(queue == nil && source == nil)
    }

    @Test("every item of a data set that always fails is an error of its own")
    func errors() throws {
        struct Trouble: Error, Equatable {
            let number: Int
        }
        let queue = try queue(0..<20, workers: 3, perWorker: 1) { throw Trouble(number: $0) }
        defer { queue.stop() }
        for number in 0..<20 { #expect(throws: Trouble(number: number)) { try queue.take { "" } } }
    }

    @Test("an error of what says which the next item is comes in the place of that item")
    func jobError() throws {
        struct Trouble: Error {}
        let next = Mutex(0)
        let queue = try PrefetchQueue<Int>(workers: 2, PrefetchLimits(perWorker: 3)) {
            let number = next.withLock { next in
                defer { next += 1 }
                return next
            }
            if number == 4 { throw Trouble() }
            if number > 4 { return nil }
            return { _ in number }
        }
        defer { queue.stop() }
        for number in 0..<4 { #expect(try queue.take { "" } == number) }
        #expect(throws: Trouble.self) { try queue.take { "" } }
        #expect(try queue.take { "" } == nil)
    }

    @Test("the items that are ahead take no more bytes than they may, and one is ahead in any case")
    func bytes() throws {
        let ahead = Mutex((now: 0, most: 0))
        func most(_ limit: Int) throws -> Int {
            ahead.withLock { $0 = (0, 0) }
            let queue = try queue(0..<60, workers: 4, perWorker: 8, bytes: limit, byteCount: 100) { number in
                ahead.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
                return number
            }
            for number in 0..<60 {
                #expect(try queue.take { "" } == number)
                ahead.withLock { $0.now -= 1 }
            }
            queue.stop()
            return ahead.withLock { $0.most }
        }
        // Between the moment at which an item is taken and that at which it is counted, another may begin.
        #expect(try (1...2).contains(most(1)))
        #expect(try most(300) <= 4)
    }

    @Test("an item that takes too long is an error that names it, and does not hold up the end")
    func timeout() throws {
        let gate = DispatchSemaphore(value: 0)
        let queue = try PrefetchQueue<Int>(
            workers: 1, PrefetchLimits(perWorker: 2, timeout: .milliseconds(20)),
            nextJob: jobs(0..<3) { number in
                if number == 1 { gate.wait() }
                return number
            })
        #expect(try queue.take { "" } == 0)
        let error = #expect(throws: PrefetchTimeout.self) { try queue.take { "batch 2" } }
        #expect(error?.description.hasPrefix("batch 2 was not ready") == true)
        queue.stop()
        gate.signal()
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
            try PrefetchQueue(
                workers: 3, PrefetchLimits(perWorker: 2), startThread: start, nextJob: jobs(0..<10) { $0 })
        }
        guard available > 0 else {
            #expect(throws: DataError.self) { try makeQueue() }
            return
        }
        let queue = try makeQueue()
        for number in 0..<10 { #expect(try queue.take { "" } == number) }
        queue.stop()
    }

    @Test("without items it ends at once")
    func nothing() throws {
        let queue = try queue(3..<3, workers: 4, perWorker: 2) { $0 }
        #expect(try queue.take { "" } == nil)
        queue.stop()
    }

    private func queue(
        _ numbers: Range<Int>, workers: Int, perWorker: Int?, bytes: Int? = nil, byteCount: Int? = nil,
        make: @escaping @Sendable (Int) throws -> Int
    ) throws -> PrefetchQueue<Int> {
        try PrefetchQueue(
            workers: workers, PrefetchLimits(perWorker: perWorker, bytes: bytes), byteCount: { _ in byteCount },
            nextJob: jobs(numbers, make))
    }

    /// Called by one thread at a time.
    private func jobs(
        _ numbers: Range<Int>, _ make: @escaping @Sendable (Int) throws -> Int
    ) -> () throws -> PrefetchQueue<Int>.Job? {
        var numbers = numbers
        return {
            guard let number = numbers.popFirst() else { return nil }
            return { _ in try make(number) }
        }
    }
}
