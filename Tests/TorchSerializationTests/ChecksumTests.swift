import Foundation
import TestSupport
import Testing
import Torch

@testable import TorchSerialization

@Suite("Checksums")
struct ChecksumTests {
    @Test("they are the same however they are taken: in parts, parts apart, and of any length and place")
    func parts() throws {
        let expected: ChecksumFixture = try fixture("checksums")
        let bytes = expected.bytes
        for (length, checksum) in zip(expected.lengths, expected.checksums) {
            for split in [0, min(1, length), length / 3, length / 2, length] {
                bytes.withUnsafeBytes { bytes in
                    let first = UnsafeRawBufferPointer(rebasing: bytes[..<split])
                    let second = UnsafeRawBufferPointer(rebasing: bytes[split..<length])
                    var inTurn = Checksum(first)
                    inTurn.add(second)
                    #expect(inTurn.value == checksum, "\(length) bytes, split at \(split)")
                    var apart = Checksum(first)
                    apart.add(Checksum(second))
                    #expect(apart.value == checksum, "\(length) bytes, summed apart at \(split)")
                }
            }
        }
    }

    @Test("a record that is read in pieces is checked as a whole, and a wrong byte anywhere is found")
    func pieces() throws {
        try withFolder { folder in
            let file = folder.appending(path: "a.pth")
            // No multiple of any part or piece.
            let count = 9 << 20 + 12345
            try TorchFile.save(.dictionary(["a": .tensor(Tensor.arange(count).to(.uint8))]), to: file)
            let expected = try Tensor.arange(count).to(.uint8)
            #expect(try TorchFile.loadDictionary(file).tensor("a").equal(expected))

            let bytes = try Data(contentsOf: file)
            let pattern = Data((0...255).map { UInt8($0) })
            let start = try #require(bytes.range(of: pattern)).lowerBound
            for place in [0, 1 << 18, 3 << 20, count / 2 - 1, count / 2, count - 1] {
                var damaged = bytes
                damaged[start + place] ^= 1
                try damaged.write(to: file)
                #expect(reason { _ = try TorchFile.load(file) }.contains("does not have its checksum"), "at \(place)")
            }
        }
    }
}

/// What Tests/Fixtures/checksums.py recorded of Python's `zlib.crc32`.
private struct ChecksumFixture: Decodable {
    let lengths: [Int]
    let checksums: [UInt32]

    /// The bytes whose beginnings have these lengths.
    var bytes: [UInt8] {
        (0..<(lengths.max() ?? 0)).map { UInt8(truncatingIfNeeded: $0 &* $0 &* 31 &+ $0 >> 3) }
    }
}
