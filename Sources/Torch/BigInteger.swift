/// A whole number of any size, as Python has them: the seed of a random generator, a counter of 128 bits.
///
/// It is for keeping such numbers, not for computing with them: `Int(exactly:)` and `UInt128(exactly:)` convert it if
/// it fits.
public struct BigInteger: Hashable, Sendable {
    /// Two's complement, the lowest byte first, without bytes that only repeat the sign; empty for zero.
    public let bytes: [UInt8]

    /// Creates the number that these bytes represent in two's complement, the lowest first.
    public init(bytes: some Collection<UInt8>) {
        var bytes = Array(bytes)
        while let last = bytes.last {
            let below = bytes.dropLast().last ?? 0
            guard last == 0 && below < 0x80 || last == 0xFF && below >= 0x80 else { break }
            bytes.removeLast()
        }
        self.bytes = bytes
    }

    /// The same number.
    public init(_ number: some BinaryInteger) {
        var bytes: [UInt8] = []
        for word in number.words { withUnsafeBytes(of: word.littleEndian) { bytes += $0 } }
        // The words of an unsigned number may have the highest bit set.
        bytes.append(number < 0 ? 0xFF : 0)
        self.init(bytes: bytes)
    }

    /// Whether it is less than zero.
    public var isNegative: Bool {
        (bytes.last ?? 0) >= 0x80
    }
}

extension FixedWidthInteger {
    /// The same number; `nil` if it does not fit.
    public init?(exactly number: BigInteger) {
        guard number.bytes.count <= Self.bitWidth / 8 + 1, Self.isSigned || !number.isNegative else { return nil }
        var value: Self = number.isNegative ? ~0 : 0
        for byte in number.bytes.prefix(Self.bitWidth / 8).reversed() {
            value = (Self.bitWidth > 8 ? value << 8 : 0) | Self(truncatingIfNeeded: byte)
        }
        guard BigInteger(value) == number else { return nil }
        self = value
    }
}

extension BigInteger: CustomStringConvertible {
    /// The number in hexadecimal, as Python's `hex` writes it: the time for decimal digits would grow with their
    /// square.
    public var description: String {
        guard !bytes.isEmpty else { return "0x0" }
        var magnitude = bytes + [isNegative ? 0xFF : 0]
        if isNegative {
            var carry = true
            for index in magnitude.indices {
                magnitude[index] = ~magnitude[index]
                if carry { (magnitude[index], carry) = magnitude[index].addingReportingOverflow(1) }
            }
        }
        let digits = magnitude.reversed().drop { $0 == 0 }.enumerated().map { position, byte in
            let digits = String(byte, radix: 16)
            return position > 0 && byte < 16 ? "0" + digits : digits
        }
        return (isNegative ? "-0x" : "0x") + digits.joined()
    }
}
