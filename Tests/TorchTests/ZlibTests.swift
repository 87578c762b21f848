import Foundation
import Testing

@testable import Torch

struct ZlibTests {
    @Test("bytes that are stored have the form that RFC 1950 and 1951 describe, with blocks of at most 65,535 bytes")
    func stored() {
        // What Python's zlib.compress(b"abc", 0) gives.
        #expect(
            Zlib.stored(Array("abc".utf8)) == [0x78, 0x01, 1, 3, 0, 0xFC, 0xFF, 97, 98, 99, 0x02, 0x4D, 0x01, 0x27])
        #expect(Zlib.stored([]) == [0x78, 0x01, 1, 0, 0, 0xFF, 0xFF, 0, 0, 0, 1])
        let large = Zlib.stored([UInt8](repeating: 1, count: 65_536))
        #expect(large.count == 65_536 + 2 + 2 * 5 + 4)
        #expect(large[2] == 0 && large[2 + 5 + 65_535] == 1)
        // zlib.adler32(bytes([1]) * 65536), the highest byte first.
        #expect(Array(large.suffix(4)) == [0x00, 0x87, 0x00, 0x10])
    }

    @Test("bytes that repeat become a fraction, and noise at most what storing it takes")
    func compressed() {
        #expect(Zlib.compress([UInt8](repeating: 9, count: 100_000)).count < 1000)
        var generator = SystemRandomNumberGenerator()
        let noise = (0..<100_000).map { _ in UInt8.random(in: 0...255, using: &generator) }
        #expect(Zlib.compress(noise).count <= Zlib.stored(noise).count)
        #expect(Zlib.compress([]).starts(with: [0x78]))
    }
}
