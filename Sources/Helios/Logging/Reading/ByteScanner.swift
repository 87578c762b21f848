/// Reads one thing after another from bytes.
struct ByteScanner {
    private let bytes: ArraySlice<UInt8>
    private var position: Int

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        position = bytes.startIndex
    }

    var isAtEnd: Bool { position == bytes.endIndex }

    /// Skips a text if it comes next.
    mutating func skip(_ text: StaticString) -> Bool {
        let end = position + text.utf8CodeUnitCount
        guard end <= bytes.endIndex else { return false }
        for index in 0..<text.utf8CodeUnitCount where bytes[position + index] != text.utf8Start[index] { return false }
        position = end
        return true
    }

    /// A whole number that fits 64 bits.
    mutating func integer() -> Int? {
        let start = position
        let isNegative = position < bytes.endIndex && bytes[position] == UInt8(ascii: "-")
        if isNegative { position += 1 }
        var (value, digits) = (0, 0)
        while position < bytes.endIndex, case let digit = Int(bytes[position]) - 0x30, (0...9).contains(digit) {
            let (product, isTooLarge) = value.multipliedReportingOverflow(by: 10)
            let (sum, isStillTooLarge) = product.subtractingReportingOverflow(digit)
            guard !isTooLarge, !isStillTooLarge else {
                position = start
                return nil
            }
            value = sum
            digits += 1
            position += 1
        }
        // The digits were added up as a negative number, since `Int.min` has no positive counterpart.
        guard digits > 0, isNegative || value != .min else {
            position = start
            return nil
        }
        return isNegative ? value : -value
    }

    /// A finite number in decimal digits.
    mutating func number() -> Double? {
        let start = position
        while position < bytes.endIndex, ByteScanner.isPartOfNumber(bytes[position]) { position += 1 }
        guard let value = Double(String(decoding: bytes[start..<position], as: UTF8.self)), value.isFinite else {
            position = start
            return nil
        }
        return value
    }

    /// The text up to a quotation mark, if it is UTF-8 without escapes.
    mutating func plainText() -> String? {
        var end = position
        while end < bytes.endIndex, bytes[end] != UInt8(ascii: "\"") {
            guard bytes[end] >= 0x20, bytes[end] != UInt8(ascii: "\\") else { return nil }
            end += 1
        }
        guard end < bytes.endIndex, let text = String(validating: bytes[position..<end], as: UTF8.self) else {
            return nil
        }
        position = end
        return text
    }

    private static func isPartOfNumber(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "+"),
            UInt8(ascii: "e"), UInt8(ascii: "E"):
            true
        default: false
        }
    }
}
