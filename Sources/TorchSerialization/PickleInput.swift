/// The bytes of a pickle, read from the front and never beyond the end.
struct PickleInput {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    func damage(_ what: String) -> FormatError {
        FormatError("its pickle is damaged at byte \(position): \(what)")
    }

    private mutating func take(_ count: Int) throws -> ArraySlice<UInt8> {
        guard count <= bytes.count - position else { throw damage("it ends too early") }
        defer { position += count }
        return bytes[position..<position + count]
    }

    mutating func byte() throws -> UInt8 {
        guard position < bytes.count else { throw damage("it ends too early") }
        defer { position += 1 }
        return bytes[position]
    }

    /// A number of up to eight bytes, the lowest first.
    mutating func unsigned(_ byteCount: Int) throws -> UInt64 {
        try take(byteCount).reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// A number of bytes that is yet to come, or another count.
    mutating func count(_ byteCount: Int) throws -> Int {
        guard let count = Int(exactly: try unsigned(byteCount)) else { throw damage("it ends too early") }
        return count
    }

    /// A signed number in two's complement of any length, the lowest byte first.
    mutating func integer(byteCount: Int) throws -> Int {
        let digits = try take(byteCount)
        let isNegative = (digits.last ?? 0) & 0x80 != 0
        let value = digits.prefix(8).reversed().reduce(isNegative ? -1 : 0) { $0 << 8 | Int($1) }
        // What does not fit has other bytes behind, or a sign that differs from that of what was read.
        guard digits.dropFirst(8).allSatisfy({ $0 == (isNegative ? 0xFF : 0) }), (value < 0) == isNegative else {
            throw FormatError("it holds an integer of \(byteCount) bytes, and up to 8 are read")
        }
        return value
    }

    mutating func string(byteCount: Int) throws -> String {
        let text = try take(byteCount)
        guard let string = String(validating: text, as: UTF8.self) else {
            throw damage("a string is not valid Unicode")
        }
        return string
    }

    /// The text up to the end of the line.
    mutating func line() throws -> String {
        guard let end = bytes[position...].firstIndex(of: UInt8(ascii: "\n")) else { throw damage("it ends too early") }
        defer { position = end + 1 }
        return try string(byteCount: end - position)
    }
}
