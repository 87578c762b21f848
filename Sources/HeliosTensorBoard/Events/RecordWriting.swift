import Foundation
import SwiftProtobuf

// How a record stands in an events file (the format TFRecord): the number of its bytes (8 bytes, the lowest first), the
// masked checksum of these 8, the bytes, and their masked checksum.
extension [UInt8] {
    /// Appends a record, whose bytes `body` appends.
    package mutating func appendRecord(_ body: (inout [UInt8]) throws -> Void) rethrows {
        let start = count
        append(contentsOf: repeatElement(0, count: RecordFrame.headerCount))
        try body(&self)
        let size = UInt64(count - start - RecordFrame.headerCount)
        let checksum = withUnsafeMutableBytes { bytes in
            bytes.storeBytes(of: size.littleEndian, toByteOffset: start, as: UInt64.self)
            let ofSize = CRC32C.masked(UnsafeRawBufferPointer(rebasing: bytes[start..<start + 8]))
            bytes.storeBytes(of: ofSize.littleEndian, toByteOffset: start + 8, as: UInt32.self)
            return CRC32C.masked(UnsafeRawBufferPointer(rebasing: bytes[(start + RecordFrame.headerCount)...]))
        }
        for shift in stride(from: 0, to: 32, by: 8) { append(UInt8(truncatingIfNeeded: checksum >> shift)) }
    }

    /// Appends the record of an event.
    mutating func append(_ event: TBEvent) throws {
        let bytes: [UInt8] = try event.stableBytes()
        appendRecord { $0 += bytes }
    }

    /// Appends the record of a number.
    ///
    /// Nearly all of a run's records are such, so their bytes are put together here: that takes a fraction of the time.
    mutating func appendScalar(tag: String, step: Int, time: Double, value: Float) {
        let tagCount = tag.utf8.count
        let tagSize = tagCount == 0 ? 0 : 1 + varintCount(UInt64(tagCount)) + tagCount
        let valueSize = tagSize + 5
        let summarySize = 1 + varintCount(UInt64(valueSize)) + valueSize
        appendRecord { bytes in
            // Each field begins with its number, and three bits that say how its length is found. Zeros are left out.
            if time.bitPattern != 0 {
                bytes.append(1 << 3 | 1)
                bytes.append(littleEndian: time.bitPattern)
            }
            if step != 0 {
                bytes.append(2 << 3 | 0)
                bytes.append(varint: UInt64(bitPattern: Int64(step)))
            }
            bytes.append(5 << 3 | 2)
            bytes.append(varint: UInt64(summarySize))
            bytes.append(1 << 3 | 2)
            bytes.append(varint: UInt64(valueSize))
            if tagCount > 0 {
                bytes.append(1 << 3 | 2)
                bytes.append(varint: UInt64(tagCount))
                bytes.append(contentsOf: tag.utf8)
            }
            bytes.append(2 << 3 | 5)
            bytes.append(littleEndian: value.bitPattern)
        }
    }

    private mutating func append(littleEndian number: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: number.littleEndian) { append(contentsOf: $0) }
    }

    private mutating func append(varint number: UInt64) {
        var rest = number
        while rest >= 0x80 {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(UInt8(rest))
    }
}

/// The parts of a record around its bytes.
enum RecordFrame {
    /// The length and its checksum.
    static let headerCount = 12
    /// The checksum of the bytes.
    static let footerCount = 4
}

/// How many bytes a number takes in a message: seven bits each.
private func varintCount(_ number: UInt64) -> Int {
    max(1, (64 - number.leadingZeroBitCount + 6) / 7)
}

extension Message {
    /// The bytes of a message, the same in each process: the entries of a map have no order of their own.
    func stableBytes<Bytes: SwiftProtobufContiguousBytes>() throws -> Bytes {
        var options = BinaryEncodingOptions()
        options.useDeterministicOrdering = true
        return try serializedBytes(options: options)
    }
}
