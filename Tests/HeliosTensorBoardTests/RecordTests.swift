import Foundation
import Helios
import SwiftProtobuf
import TestSupport
import Testing

@testable import HeliosTensorBoard

struct RecordTests {
    @Test("the checksums are those in the examples of RFC 3720")
    func knownChecksums() {
        let examples: [([UInt8], UInt32)] = [
            ([UInt8](repeating: 0, count: 32), 0x8A91_36AA), ([UInt8](repeating: 0xFF, count: 32), 0x62A8_AB43),
            (Array(0..<32), 0x46DD_794E), (Array((0..<32).reversed()), 0x113F_DB5C),
            (Array("123456789".utf8), 0xE306_9283), ([], 0),
        ]
        for (bytes, expected) in examples {
            #expect(bytes.withUnsafeBytes(CRC32C.checksum) == expected)
        }
    }

    @Test("the checksum of bytes of any number and position equals the one computed bit by bit")
    func checksumBitByBit() {
        var generator = SystemRandomNumberGenerator()
        let bytes = (0..<64).map { _ in UInt8.random(in: 0...255, using: &generator) }
        for start in 0..<9 {
            for end in start...bytes.count {
                var state = ~UInt32(0)
                for byte in bytes[start..<end] {
                    state ^= UInt32(byte)
                    for _ in 0..<8 { state = state & 1 == 1 ? state >> 1 ^ 0x82F6_3B78 : state >> 1 }
                }
                #expect(bytes[start..<end].withUnsafeBytes(CRC32C.checksum) == ~state)
            }
        }
    }

    @Test(
        "a number's bytes are those that swift-protobuf makes",
        arguments: [
            "", "x", "train/loss", "näme 🙂", String(repeating: "n", count: 107), String(repeating: "n", count: 127),
            String(repeating: "n", count: 128), String(repeating: "é", count: 10_000),
        ])
    func scalarBytes(tag: String) throws {
        let values: [Float] = [0, -0.0, 1.5, .nan, .infinity, -.infinity, .leastNonzeroMagnitude]
        for (step, time) in [(0, 0.0), (1, -0.0), (127, 1.5), (128, 1e9), (-1, .nan), (.max, -1), (.min, .infinity)] {
            for value in values {
                var ours: [UInt8] = []
                ours.appendScalar(tag: tag, step: step, time: time, value: value)
                var expected: [UInt8] = []
                try expected.append(
                    TBEvent(
                        step: step, time: time,
                        [
                            .with {
                                $0.tag = tag
                                $0.simpleValue = value
                            }
                        ]))
                #expect(ours == expected)
            }
        }
    }

    @Test("the bytes of a message do not depend on how its maps lie in memory")
    func mapOrder() throws {
        func bytes(_ names: [String], capacity: Int) throws -> [UInt8] {
            var message = TBHParamsPluginData()
            message.sessionStartInfo.hparams.reserveCapacity(capacity)
            for name in names { message.sessionStartInfo.hparams[name] = .with { $0.stringValue = name } }
            return try message.stableBytes()
        }
        let names = (0..<50).map { "name \($0)" }
        #expect(try bytes(names, capacity: 0) == bytes(names.reversed(), capacity: 1000))
    }

    @Test("of a file that ends anywhere, the reader finds the whole records, and where the last of them ends")
    func endsAnywhere() throws {
        let (bytes, ends) = records
        try withTemporaryFolder { folder in
            let path = folder.appending(path: "events").path
            for count in 0...bytes.count {
                try Data(bytes.prefix(count)).write(to: URL(filePath: path))
                let reader = try RecordReader(path)
                var found: [[UInt8]] = []
                while let record = try reader.next() { found.append(Array(record)) }
                #expect(found.count == ends.filter { $0 <= count }.count)
                #expect(reader.position == ends.last { $0 <= count } ?? 0)
            }
        }
    }

    @Test("a record that is larger than the limit is passed over and counted")
    func oversized() throws {
        let (bytes, ends) = records
        try withTemporaryFolder { folder in
            let path = folder.appending(path: "events").path
            try Data(bytes).write(to: URL(filePath: path))
            let sizes = zip(ends, [0] + ends).map { $0 - $1 - 16 }
            let limit = try #require(sizes.sorted().dropLast().last)
            let reader = try RecordReader(path, recordLimit: limit)
            var found: [Int] = []
            while let record = try reader.next() { found.append(record.count) }
            #expect(found == sizes.filter { $0 <= limit })
            #expect(reader.oversizedCount == sizes.filter { $0 > limit }.count && reader.oversizedCount > 0)
            #expect(reader.position == bytes.count)
        }
    }

    @Test("a bit that was turned ends the file before its record")
    func damaged() throws {
        let (bytes, ends) = records
        try withTemporaryFolder { folder in
            let path = folder.appending(path: "events").path
            for bit in stride(from: 0, to: bytes.count * 8, by: 3) {
                var damaged = bytes
                damaged[bit / 8] ^= 1 << (bit % 8)
                try Data(damaged).write(to: URL(filePath: path))
                let contents = try EventsFileContents(path, upTo: .max)
                #expect(contents.length == ends.last { $0 <= bit / 8 } ?? 0)
                #expect(contents.byteCount == bytes.count)
            }
        }
    }

    @Test("a record that is said to be longer than the file is none, even with the right checksum")
    func tooLong() throws {
        try withTemporaryFolder { folder in
            let path = folder.appending(path: "events").path
            for size in [UInt64(1), 1 << 20, 1 << 40, UInt64(Int64.max) - 8, .max] {
                var bytes = withUnsafeBytes(of: size.littleEndian) { Array($0) }
                let checksum = bytes.withUnsafeBytes(CRC32C.masked)
                bytes += withUnsafeBytes(of: checksum.littleEndian) { Array($0) }
                bytes += [0, 0, 0, 0]
                try Data(bytes).write(to: URL(filePath: path))
                #expect(try RecordReader(path).next() == nil)
            }
        }
    }

    @Test("the tag of an event is found, and bytes that are no event have at most some other")
    func tags() throws {
        let event: [UInt8] = try ChartLayout.event(step: -3, time: 1, charts: ["a", "b"]).serializedBytes()
        #expect(EventsFileContents.tag(of: event[...])?.elementsEqual(ChartLayout.tag.utf8) == true)
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<2000 {
            var damaged = event
            for _ in 0..<3 {
                damaged[.random(in: damaged.indices, using: &generator)] = .random(in: 0...255, using: &generator)
            }
            let part = damaged.prefix(.random(in: 0...damaged.count, using: &generator))
            #expect((EventsFileContents.tag(of: part)?.count ?? 0) <= part.count)
        }
    }

    /// Three records, and where each ends.
    private var records: (bytes: [UInt8], ends: [Int]) {
        var bytes: [UInt8] = []
        var ends: [Int] = []
        for tag in ["a", "", "loss/third"] {
            bytes.appendScalar(tag: tag, step: 3, time: 1.5, value: 2)
            ends.append(bytes.count)
        }
        return (bytes, ends)
    }
}
