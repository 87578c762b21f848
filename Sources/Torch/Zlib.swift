import CTorch

/// Compression to the zlib format (RFC 1950), which PNG files use.
package enum Zlib {
    /// Compresses bytes.
    ///
    /// libtorch compresses them. If this one cannot, they are stored as they are, which every reader understands as
    /// well.
    ///
    /// - Parameter level: from 1, the fastest, to 9, the smallest.
    package static func compress(_ bytes: [UInt8], level: Int = 6) -> [UInt8] {
        // No more than storing them takes: what does not fit was not worth it.
        let capacity = storedCount(of: bytes.count)
        let compressed = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
            let size = bytes.withUnsafeBytes {
                ct_deflate(
                    $0.baseAddress, Int64($0.count), Int32(min(max(level, 1), 9)), buffer.baseAddress, Int64(capacity))
            }
            count = max(0, Int(size))
        }
        return compressed.isEmpty ? stored(bytes) : compressed
    }

    /// The zlib format of bytes that are not compressed.
    package static func stored(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = [0x78, 0x01]
        result.reserveCapacity(storedCount(of: bytes.count))
        var start = 0
        repeat {
            let end = min(start + greatestBlock, bytes.count)
            let count = UInt16(end - start)
            result.append(end == bytes.count ? 1 : 0)
            for half in [count, ~count] { result += [UInt8(half & 0xFF), UInt8(half >> 8)] }
            result += bytes[start..<end]
            start = end
        } while start < bytes.count
        let checksum = adler32(bytes)
        for shift in stride(from: 24, through: 0, by: -8) { result.append(UInt8(checksum >> shift & 0xFF)) }
        return result
    }

    private static let greatestBlock = 65_535

    private static func storedCount(of count: Int) -> Int {
        // A header, five bytes for each block, the checksum.
        2 + 5 * max(1, (count + greatestBlock - 1) / greatestBlock) + count + 4
    }

    private static func adler32(_ bytes: [UInt8]) -> UInt32 {
        var (low, high): (UInt32, UInt32) = (1, 0)
        // The number of sums that fit into 32 bits before the remainder is needed.
        for start in stride(from: 0, to: bytes.count, by: 5552) {
            for byte in bytes[start..<min(start + 5552, bytes.count)] {
                low += UInt32(byte)
                high += low
            }
            low %= 65_521
            high %= 65_521
        }
        return high << 16 | low
    }
}
