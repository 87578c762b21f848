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
        append(contentsOf: repeatElement(0, count: RecordFrame.footerCount))
        withUnsafeMutableBytes { RecordFrame.fill(UnsafeMutableRawBufferPointer(rebasing: $0[start...])) }
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
        let timeSize = time.bitPattern == 0 ? 0 : 9
        let stepSize = step == 0 ? 0 : 1 + varintCount(UInt64(bitPattern: Int64(step)))
        let size = timeSize + stepSize + 1 + varintCount(UInt64(summarySize)) + summarySize
        withUnsafeTemporaryAllocation(
            byteCount: RecordFrame.headerCount + size + RecordFrame.footerCount, alignment: 8
        ) { frame in
            var bytes = ByteWriter(frame, from: RecordFrame.headerCount)
            // Each field begins with its number, and three bits that say how its length is found. Zeros are left out.
            if timeSize > 0 {
                bytes.put(1 << 3 | 1)
                bytes.put(littleEndian: time.bitPattern)
            }
            if stepSize > 0 {
                bytes.put(2 << 3 | 0)
                bytes.put(varint: UInt64(bitPattern: Int64(step)))
            }
            bytes.put(5 << 3 | 2)
            bytes.put(varint: UInt64(summarySize))
            bytes.put(1 << 3 | 2)
            bytes.put(varint: UInt64(valueSize))
            if tagCount > 0 {
                bytes.put(1 << 3 | 2)
                bytes.put(varint: UInt64(tagCount))
                bytes.put(tag.utf8)
            }
            bytes.put(2 << 3 | 5)
            bytes.put(littleEndian: value.bitPattern)
            RecordFrame.fill(frame)
            append(contentsOf: frame)
        }
    }
}

/// The parts of a record around its bytes.
enum RecordFrame {
    /// The length and its checksum.
    static let headerCount = 12
    /// The checksum of the bytes.
    static let footerCount = 4

    /// Writes what is around the bytes of a record.
    ///
    /// - Parameter frame: the bytes, with room before and behind them.
    static func fill(_ frame: UnsafeMutableRawBufferPointer) {
        let bytes = UnsafeRawBufferPointer(rebasing: frame[headerCount..<frame.count - footerCount])
        frame.storeBytes(of: UInt64(bytes.count).littleEndian, toByteOffset: 0, as: UInt64.self)
        let ofSize = CRC32C.masked(UnsafeRawBufferPointer(rebasing: frame[..<8]))
        frame.storeBytes(of: ofSize.littleEndian, toByteOffset: 8, as: UInt32.self)
        frame.storeBytes(
            of: CRC32C.masked(bytes).littleEndian, toByteOffset: frame.count - footerCount, as: UInt32.self)
    }
}

/// Puts bytes one after another into memory that has room for them.
private struct ByteWriter {
    private let memory: UnsafeMutableRawBufferPointer
    private var end: Int

    init(_ memory: UnsafeMutableRawBufferPointer, from start: Int) {
        (self.memory, end) = (memory, start)
    }

    mutating func put(_ byte: UInt8) {
        memory[end] = byte
        end += 1
    }

    mutating func put(_ text: String.UTF8View) {
        for byte in text { put(byte) }
    }

    mutating func put<Number: FixedWidthInteger>(littleEndian number: Number) {
        memory.storeBytes(of: number.littleEndian, toByteOffset: end, as: Number.self)
        end += MemoryLayout<Number>.size
    }

    mutating func put(varint number: UInt64) {
        var rest = number
        while rest >= 0x80 {
            put(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        put(UInt8(rest))
    }
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
