/// The checksum of the records of an events file: CRC-32C (RFC 3720, appendix B.4), eight bytes at a time.
///
/// M. E. Kounavis and F. L. Berry, "A Systematic Approach to Building High Performance Software-Based CRC Generators"
/// (2005), describes how several tables let several bytes be looked up at once.
enum CRC32C {
    /// The checksum of bytes.
    static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        tables.withUnsafeBufferPointer { tables in
            var state = ~UInt32(0)
            var position = 0
            while bytes.count - position >= 8 {
                let next = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self))
                let low = UInt32(truncatingIfNeeded: next) ^ state
                let high = UInt32(truncatingIfNeeded: next >> 32)
                let first = tables[0x700 + Int(low & 0xFF)] ^ tables[0x600 + Int(low >> 8 & 0xFF)]
                let second = tables[0x500 + Int(low >> 16 & 0xFF)] ^ tables[0x400 + Int(low >> 24)]
                let third = tables[0x300 + Int(high & 0xFF)] ^ tables[0x200 + Int(high >> 8 & 0xFF)]
                let fourth = tables[0x100 + Int(high >> 16 & 0xFF)] ^ tables[Int(high >> 24)]
                state = first ^ second ^ third ^ fourth
                position += 8
            }
            while position < bytes.count {
                state = state >> 8 ^ tables[Int((state ^ UInt32(bytes[position])) & 0xFF)]
                position += 1
            }
            return ~state
        }
    }

    /// The checksum as events files have it: turned and moved, since a checksum of bytes that have a checksum among
    /// them would mean little.
    static func masked(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        let checksum = checksum(bytes)
        return (checksum >> 15 | checksum << 17) &+ 0xA282_EAD8
    }

    /// Eight tables of 256: the nth has what a byte adds to the state if n others follow it.
    private static let tables: [UInt32] = {
        let polynomial: UInt32 = 0x82F6_3B78
        var tables = (0..<256).map { byte in
            (0..<8).reduce(UInt32(byte)) { state, _ in state >> 1 ^ (state & 1 == 1 ? polynomial : 0) }
        }
        for index in 256..<2048 {
            let before = tables[index - 256]
            tables.append(before >> 8 ^ tables[Int(before & 0xFF)])
        }
        return tables
    }()
}
