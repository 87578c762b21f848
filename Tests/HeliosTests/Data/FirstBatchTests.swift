import Foundation
import Synchronization
import Testing

@testable import Helios

/// The first batch of an epoch, which all workers make together.
@Suite struct FirstBatchTests {
    /// Its first samples are made only once several are being made at a time.
    private final class Meeting: Dataset {
        let count = 24
        let met: Int
        private let waiting = Mutex(0)

        init(of met: Int) {
            self.met = met
        }

        func sample(at index: Int, random: inout SampleRandom) throws -> UInt64 {
            if index < 8 { waiting.withLock { $0 += 1 } }
            // A worker that is quicker than the one with the first batch must not be at the end before it begins.
            let needed = index < 8 ? met : min(met - 1, 1)
            let deadline = Date.now.addingTimeInterval(60)
            while waiting.withLock({ $0 }) < needed {
                guard Date.now < deadline else { throw DataError("sample \(index) waits for another worker") }
                usleep(100)
            }
            return random.next()
        }
    }

    @Test("all workers make its samples, and it is the batch that one alone makes", arguments: [2, 3])
    func together(workers: Int) throws {
        func all(_ workers: Int, meetingOf met: Int) throws -> [[UInt64]] {
            let batches = try DataLoader(
                Meeting(of: met).collated { $0 }, LoaderOptions(batchSize: 8, workers: .count(workers))
            ).batches(epoch: 0)
            return try (0..<3).compactMap { _ in try batches.next() }
        }
        #expect(try all(workers, meetingOf: workers) == all(0, meetingOf: 1))
    }

    @Test("the sample that fails first in its order is the error, whoever was quicker", arguments: 0..<40)
    func firstFailure(run: Int) throws {
        struct Trouble: Error {}
        struct Faulty: Dataset {
            let count = 48
            let slow: Int
            func sample(at index: Int, random: inout SampleRandom) throws -> Int {
                if index == slow { usleep(2000) }
                guard index == 3 || index > 4 else { return index }
                throw Trouble()
            }
        }
        let batches = try DataLoader(
            Faulty(slow: run % 8).collated { $0 }, LoaderOptions(batchSize: 16, workers: 3)
        ).batches(epoch: 0)
        let error = #expect(throws: SampleError.self) { try batches.next() }
        #expect(error?.number == 3)
    }

    @Test("samples that fail are left out in their order")
    func skipping() throws {
        struct Trouble: Error {}
        struct Faulty: Dataset {
            let count = 80
            func sample(at index: Int, random: inout SampleRandom) throws -> Int {
                usleep(UInt32(index % 3) * 200)
                guard index % 4 != 1 else { throw Trouble() }
                return index
            }
        }
        let batches = try DataLoader(
            Faulty().collated { $0 }, LoaderOptions(batchSize: 40, workers: 4, onFailure: .skip(limit: 20))
        ).batches(epoch: 0)
        var left: [String] = []
        batches.warn = { left.append($0) }
        #expect(try batches.next() == (0..<40).filter { $0 % 4 != 1 })
        #expect(left == stride(from: 1, to: 40, by: 4).map { "left out sample \($0): Trouble()" })
    }
}
