import CTorch

/// The CRC-32 of bytes, which may come in parts. Checksums of parts can be computed separately and combined.
package struct Checksum: Sendable {
    package private(set) var value: UInt32 = 0
    private var byteCount = 0

    package init() {}

    package init(_ bytes: UnsafeRawBufferPointer) {
        add(bytes)
    }

    package mutating func add(_ bytes: UnsafeRawBufferPointer) {
        value = ct_crc32(value, bytes.baseAddress, Int64(bytes.count))
        byteCount += bytes.count
    }

    /// Adds the bytes that follow, given only their own checksum.
    ///
    /// A checksum is a remainder of polynomials. Bytes that follow move the earlier ones up, which multiplies the
    /// earlier checksum by `x` to the power of eight times the count.
    mutating func add(_ next: Checksum) {
        var power = Checksum.xToThe8
        var rest = next.byteCount
        while rest > 0 {
            if rest & 1 == 1 { value = Checksum.product(value, power) }
            power = Checksum.product(power, power)
            rest >>= 1
        }
        value ^= next.value
        byteCount += next.byteCount
    }

    /// The highest bit stands for 1, the one below for `x`.
    private static let xToThe8 = UInt32(1) << 23
    private static let polynomial: UInt32 = 0xEDB8_8320

    private static func product(_ first: UInt32, _ second: UInt32) -> UInt32 {
        var result: UInt32 = 0
        var shifted = second
        for bit in (0..<32).reversed() {
            if first >> bit & 1 == 1 { result ^= shifted }
            shifted = shifted >> 1 ^ (shifted & 1 == 1 ? polynomial : 0)
        }
        return result
    }
}
