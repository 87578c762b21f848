import Foundation
import HeliosData
import TestSupport
import Testing

/// Reading that stopped in the middle of shards, and goes on when they are others.
@Suite("shards that changed after a checkpoint")
struct ChangedShardsTests {
    private let names = ["a", "b", "c"]

    /// The error of reading on after some samples when `second` has taken the place of the first shard; `nil` if there
    /// is none.
    private func error(isPacked: Bool, buffer: Int, after count: Int = 1, second: [UInt8]) throws -> String? {
        try withTemporaryFolder { folder in
            let name = isPacked ? "0.tar.gz" : "0.tar"
            func put(_ bytes: [UInt8]) throws -> URL {
                try write(isPacked ? packed(bytes) : bytes, to: name, in: folder)
            }
            func stream(_ url: URL) throws -> ShuffledStream<TarShards<String>> {
                try TarShards([url]) { sample, _ in sample.key }.shuffled(buffer: buffer)
            }
            let reader = try stream(put(TestArchive.samples(names, length: 600)))
                .elements(epoch: 0, seed: 0, from: nil)
            for _ in 0..<count { _ = try reader.next() }
            let position = try reader.position()
            let changed = try stream(put(second))
            do {
                let reader = try changed.elements(epoch: 0, seed: 0, from: position)
                var random = SampleRandom(seed: 0, epoch: 0, index: 0)
                while let element = try reader.next() { _ = try changed.sample(of: element, random: &random) }
                return nil
            } catch {
                return "\(error)"
            }
        }
    }

    @Test("the same shard, packed or not, is read on", arguments: [false, true], [1, 2])
    func same(isPacked: Bool, buffer: Int) throws {
        #expect(try error(isPacked: isPacked, buffer: buffer, second: TestArchive.samples(names, length: 600)) == nil)
    }

    // What waits of a shard that is packed waits with its contents, so that a buffer of two needs this one no more.
    @Test("another shard, or a shorter one, is an error that says so", arguments: [(false, 1), (false, 2), (true, 1)])
    func changed(isPacked: Bool, buffer: Int) throws {
        let others = [
            TestArchive.samples(["x", "y", "z"], length: 600), TestArchive.samples(names, length: 5000),
            TestArchive.samples(["a"], length: 10), TestArchive.samples(names.reversed(), length: 600),
        ]
        for (number, other) in others.enumerated() {
            let message = try error(isPacked: isPacked, buffer: buffer, second: other)
            #expect(message?.contains("Resume with the same shards") == true, "\(number): \(message ?? "no error")")
            #expect(message?.contains("0.tar") == true)
        }
    }

    @Test("samples that wait in the buffer are looked for where they were")
    func waiting() throws {
        // Everything is in the buffer, and the reader is at the end of the shard.
        let other = TestArchive.samples(["x", "b", "c"], length: 600)
        let message = try error(isPacked: false, buffer: 8, after: 0, second: other)
        #expect(message == nil)
        var messages: [String?] = []
        for name in names.indices {
            var changed = names
            changed[name] = "x"
            messages.append(
                try error(isPacked: false, buffer: 8, after: 1, second: TestArchive.samples(changed, length: 600)))
        }
        // One of the three was given out before the stop.
        #expect(messages.filter { $0 == nil }.count == 1)
        #expect(messages.compactMap { $0 }.allSatisfy { $0.contains("which waited in the checkpoint") })
    }
}
