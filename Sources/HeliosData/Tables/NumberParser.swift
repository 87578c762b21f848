import Foundation

/// Reads decimal numbers from bytes, exactly and without copying most of them.
enum NumberParser {
    /// The real number that some bytes spell, correctly rounded.
    ///
    /// It accepts digits with a point and an exponent, a sign, and "nan", "inf" and "infinity" in upper or lower case.
    /// Up to 19 digits and a power of ten that a `Double` holds exactly need one rounding (W. D. Clinger, How to Read
    /// Floating Point Numbers Accurately, 1990); the C library reads all others.
    ///
    /// - Returns: `nil` if the bytes spell none.
    @inline(__always)
    static func real(_ bytes: UnsafeRawBufferPointer, _ start: Int, _ end: Int) -> Double? {
        var index = start
        guard index < end else { return nil }
        let isNegative = bytes[index] == UInt8(ascii: "-")
        if isNegative || bytes[index] == UInt8(ascii: "+") { index += 1 }

        var (mantissa, digits, exponent): (UInt64, Int, Int) = (0, 0, 0)
        // Zeros in front do not count among the digits that fit.
        var significant = 0
        while index < end {
            let digit = bytes[index] &- UInt8(ascii: "0")
            guard digit < 10 else { break }
            mantissa = mantissa &* 10 &+ UInt64(digit)
            if mantissa != 0 { significant += 1 }
            digits += 1
            index += 1
        }
        if index < end, bytes[index] == UInt8(ascii: ".") {
            index += 1
            while index < end {
                let digit = bytes[index] &- UInt8(ascii: "0")
                guard digit < 10 else { break }
                mantissa = mantissa &* 10 &+ UInt64(digit)
                if mantissa != 0 { significant += 1 }
                digits += 1
                exponent -= 1
                index += 1
            }
        }
        guard digits > 0 else { return word(bytes, index, end, isNegative) }
        if index < end, bytes[index] | 0x20 == UInt8(ascii: "e") {
            index += 1
            var (power, isPowerNegative) = (0, false)
            if index < end, bytes[index] == UInt8(ascii: "-") || bytes[index] == UInt8(ascii: "+") {
                isPowerNegative = bytes[index] == UInt8(ascii: "-")
                index += 1
            }
            guard index < end else { return nil }
            while index < end {
                let digit = bytes[index] &- UInt8(ascii: "0")
                guard digit < 10 else { return nil }
                power = min(power * 10 + Int(digit), 1 << 20)
                index += 1
            }
            exponent += isPowerNegative ? -power : power
        }
        guard index == end else { return nil }
        guard significant <= 19, mantissa <= 1 << 53, -22...22 ~= exponent else { return slow(bytes, start, end) }
        let magnitude = exponent < 0 ? Double(mantissa) / powers[-exponent] : Double(mantissa) * powers[exponent]
        return isNegative ? -magnitude : magnitude
    }

    /// The integer that some bytes spell: digits with a sign.
    ///
    /// - Returns: `nil` if the bytes spell none, or one that does not fit 64 bits.
    static func integer(_ bytes: UnsafeRawBufferPointer, _ start: Int, _ end: Int) -> Int? {
        var index = start
        guard index < end else { return nil }
        let isNegative = bytes[index] == UInt8(ascii: "-")
        if isNegative || bytes[index] == UInt8(ascii: "+") { index += 1 }
        guard index < end else { return nil }
        var number = 0
        while index < end {
            let digit = bytes[index] &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            // Negative numbers reach one further.
            let (product, overflow) = number.multipliedReportingOverflow(by: 10)
            let (difference, differenceOverflow) = product.subtractingReportingOverflow(Int(digit))
            guard !overflow, !differenceOverflow else { return nil }
            number = difference
            index += 1
        }
        return isNegative ? number : number == .min ? nil : -number
    }

    private static let powers: [Double] = (0...22).map { power in (0..<power).reduce(1.0) { number, _ in number * 10 } }

    /// A number that needs more than one rounding. Its spelling was checked, so that the C library sees nothing else.
    /// One that is too large to be finite is none.
    private static func slow(_ bytes: UnsafeRawBufferPointer, _ start: Int, _ end: Int) -> Double? {
        Double(String(decoding: bytes[start..<end], as: UTF8.self)).flatMap { $0.isFinite ? $0 : nil }
    }

    private static func word(
        _ bytes: UnsafeRawBufferPointer, _ start: Int, _ end: Int, _ isNegative: Bool
    ) -> Double? {
        switch String(decoding: bytes[start..<min(end, start + 9)], as: UTF8.self).lowercased() {
        case "nan": .nan
        case "inf", "infinity": isNegative ? -.infinity : .infinity
        default: nil
        }
    }
}
