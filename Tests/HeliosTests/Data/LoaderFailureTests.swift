import Foundation
import Synchronization
import Testing

@testable import Helios

/// What a loader does with samples that fail, with workers that hang, and with batches nobody wants.
@Suite struct LoaderFailureTests {
    /// Numbers of which some fail.
    private struct Faulty: Dataset {
        struct Trouble: Error, Equatable {}
        let count: Int
        let faults: Set<Int>
        var outOfMemory = false

        func sample(at index: Int, random: inout SampleRandom) throws -> Int {
            guard faults.contains(index) else { return index }
            if outOfMemory { throw TorchError(kind: .outOfMemory, message: "no room") }
            throw Trouble()
        }
        func name(ofSample index: Int) -> String? { "file-\(index)" }
    }

    private func loader(_ data: Faulty, _ policy: FailurePolicy, workers: Int = 0) throws -> DataLoader<[Int]> {
        try DataLoader(data.collated { $0 }, LoaderOptions(batchSize: 4, workers: workers, onFailure: policy))
    }

    @Test("samples that fail are left out of their batches, counted and told of", arguments: [0, 2])
    func skip(workers: Int) throws {
        let batches = try loader(Faulty(count: 12, faults: [1, 6, 7]), .skip(limit: 3), workers: workers)
            .batches(epoch: 0)
        var warnings: [String] = []
        batches.warn = { warnings.append($0) }
        #expect(try batches.next() == [0, 2, 3] && batches.skippedCount == 1)
        #expect(try batches.next() == [4, 5] && batches.skippedCount == 3)
        #expect(try batches.next() == [8, 9, 10, 11])
        #expect(try batches.next() == nil)
        #expect(warnings.count == 3 && warnings[0] == "left out sample 1 (file-1): Trouble()")
    }

    @Test("more failures than the limit are an error, and those before a resume count", arguments: [0, 2])
    func limit(workers: Int) throws {
        let loader = try loader(Faulty(count: 12, faults: [1, 6, 7]), .skip(limit: 2), workers: workers)
        let batches = try loader.batches(epoch: 0)
        batches.warn = { _ in }
        _ = try batches.next()
        let error = #expect(throws: DataError.self) { try batches.next() }
        #expect(error?.description.hasPrefix("3 samples of the epoch failed") == true)

        // The batch that was not trained does not count; the one before it does.
        let position = try batches.position(ofBatch: 1)
        #expect(try position?.int("skipped") == 1)
        let rest = try loader.batches(epoch: 0, from: 1, orderSeed: nil, position: position)
        rest.warn = { _ in }
        #expect(throws: DataError.self) { try rest.next() }
        let later = try loader.batches(epoch: 0, from: 1, orderSeed: nil)
        later.warn = { _ in }
        #expect(try later.next() == [4, 5])
    }

    @Test("a batch of which all samples fail is left out, from every position too", arguments: [0, 2])
    func emptyBatches(workers: Int) throws {
        // The first two batches, one in the middle, and the last.
        let faults: Set = [0, 1, 2, 3, 4, 5, 6, 7, 9, 12, 13, 14, 15, 20, 21]
        let loader = try loader(Faulty(count: 22, faults: faults), .skip(limit: 15), workers: workers)
        let whole = try loader.batches(epoch: 0)
        whole.warn = { _ in }
        let expected = [[8, 10, 11], [16, 17, 18, 19]]
        let counts = [9, 13]
        for (number, batch) in expected.enumerated() {
            #expect(try whole.next() == batch && whole.skippedCount == counts[number])
            // Where this batch was taken and not trained on, and where it was.
            for next in [number, number + 1] {
                let position = try whole.position(ofBatch: next)
                let rest = try loader.batches(epoch: 0, from: next, orderSeed: nil, position: position)
                rest.warn = { _ in }
                for batch in expected[next...] { #expect(try rest.next() == batch) }
                #expect(try rest.next() == nil && rest.skippedCount == 15)
            }
        }
        #expect(try whole.next() == nil && whole.skippedCount == 15)
        #expect(try whole.next() == nil)

        let limited = try self.loader(Faulty(count: 22, faults: faults), .skip(limit: 7), workers: workers)
            .batches(epoch: 0)
        limited.warn = { _ in }
        let error = #expect(throws: DataError.self) { try limited.next() }
        #expect(error?.description.hasPrefix("8 samples of the epoch failed") == true)
        // The second batch was too much; the first is behind it.
        let position = try #require(try limited.position(ofBatch: 0))
        #expect(try position.int("skipped") == 4 && position.int("empty_batches") == 1)
    }

    @Test("positions that no loader gave are errors")
    func badPositions() throws {
        let loader = try loader(Faulty(count: 12, faults: []), .skip(limit: 15))
        for position: StateDict in [
            ["skipped": -1], ["skipped": 2, "empty_batches": 3], ["skipped": .int(.max), "empty_batches": .int(.max)],
            ["empty_batches": 1], ["skipped": 1, "empty_batches": -1],
        ] {
            #expect(throws: StateDictError.self) {
                try loader.batches(epoch: 0, from: 1, orderSeed: nil, position: position)
            }
        }
    }

    @Test("an epoch without a sample that is left, and memory that runs out, are errors in any case")
    func neverSkipped() throws {
        let empty = try loader(Faulty(count: 8, faults: Set(0..<8)), .skip(limit: 100)).batches(epoch: 0)
        empty.warn = { _ in }
        let error = #expect(throws: DataError.self) { try empty.next() }
        #expect(error?.description.contains("all 8 failed; the first: sample 0 (file-0)") == true)
        let full = try loader(Faulty(count: 8, faults: [1], outOfMemory: true), .skip(limit: 100)).batches(epoch: 0)
        let memory = #expect(throws: SampleError.self) { try full.next() }
        #expect(memory?.isOutOfMemory == true)
    }

    @Test("an error keeps the number, the name and what was thrown")
    func thrown() throws {
        let batches = try loader(Faulty(count: 8, faults: [2]), .throw).batches(epoch: 0)
        let error = #expect(throws: SampleError.self) { try batches.next() }
        #expect(error?.number == 2 && error?.name == "file-2" && error?.underlying is Faulty.Trouble)
        #expect(
            "\(SampleError(number: 3, name: "a.png", underlying: DataError("a.png: broken")))"
                == "sample 3: a.png: broken")
    }

    @Test("data that makes whole batches cannot leave out samples, and says so")
    func wholeBatches() throws {
        let data = try TensorDataset(inputs: Tensor.zeros([3]), targets: Tensor.zeros([3]))
        let error = #expect(throws: DataError.self) {
            try DataLoader(data, LoaderOptions(onFailure: .skip(limit: 1)))
        }
        #expect(error?.description.contains("TensorDataset makes whole batches") == true)
    }

    @Test("a batch that takes too long is an error that names it, and may still be waited for")
    func timeout() throws {
        final class Gate: Sendable { let semaphore = DispatchSemaphore(value: 0) }
        struct Slow: Dataset {
            let count = 6
            let gate: Gate
            func sample(at index: Int, random: inout SampleRandom) -> Int {
                if index == 3 { gate.semaphore.wait() }
                return index
            }
        }
        let gate = Gate()
        let options = LoaderOptions(batchSize: 2, workers: 1, timeout: .milliseconds(30))
        let batches = try DataLoader(Slow(gate: gate).collated { $0 }, options).batches(epoch: 0)
        #expect(try batches.next() == [0, 1])
        let error = #expect(throws: DataError.self) { try batches.next() }
        #expect(error?.description.hasPrefix("batch 2 was not ready within the loader's timeout") == true)
        gate.semaphore.signal()
        var batch: [Int]?
        // Another wait may time out on a machine that is busy.
        for _ in 0..<100 where batch == nil { batch = try? batches.next() }
        #expect(batch == [2, 3])
    }

    @Test("an iterator that is abandoned ends in the middle of a batch")
    func abandoned() throws {
        final class Counter: Sendable { let made = Mutex(0) }
        struct Slow: Dataset {
            let count = 1_000_000
            let counter: Counter
            func sample(at index: Int, random: inout SampleRandom) -> Int {
                counter.made.withLock { $0 += 1 }
                usleep(50)
                return index
            }
        }
        let counter = Counter()
        do {
            let options = LoaderOptions(batchSize: 100_000, workers: 1)
            let batches = try DataLoader(Slow(counter: counter).collated { $0.count }, options).batches(epoch: 0)
            while counter.made.withLock({ $0 }) < 100 { usleep(100) }
            withExtendedLifetime(batches) {}
        }
        #expect(counter.made.withLock { $0 } < 100_000)
    }

    #if os(Linux)
        private var threadCount: Int {
            (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").count) ?? 0
        }

        @Test("ten thousand abandoned iterators leak no thread", arguments: [false, true])
        func leaks(persistent: Bool) throws {
            let before = threadCount
            do {
                let options = LoaderOptions(batchSize: 2, workers: 2, persistentWorkers: persistent)
                let loader = try DataLoader(Faulty(count: 100, faults: []).collated { $0 }, options)
                for round in 0..<5_000 {
                    let batches = try loader.batches(epoch: round)
                    if round % 2 == 0 { _ = try batches.next() }
                }
                // Other tests have threads of their own.
                if persistent { #expect(threadCount < before + 200) }
            }
            let deadline = Date.now.addingTimeInterval(20)
            while threadCount > before + 20, Date.now < deadline { usleep(1000) }
            #expect(threadCount <= before + 20)
        }
    #endif

    @Test("persistent workers stay between epochs, and end with the loader")
    func persistent() throws {
        let pool = WorkerPool()
        let ran = Mutex<Set<Int>>([])
        for _ in 0..<50 {
            let done = DispatchSemaphore(value: 0)
            #expect(
                pool.start {
                    ran.withLock { _ = $0.insert(pthread_self().hashValue) }
                    done.signal()
                })
            done.wait()
        }
        // A thread that has just signaled may not wait yet, so that another one is started now and then.
        #expect(ran.withLock { $0.count } < 50)
        let loader = try DataLoader(
            Faulty(count: 20, faults: []).collated { $0 },
            LoaderOptions(batchSize: 5, workers: 2, persistentWorkers: true))
        for epoch in 0..<3 {
            let batches = try loader.batches(epoch: epoch)
            var count = 0
            while try batches.next() != nil { count += 1 }
            #expect(count == 4)
        }
    }
}
