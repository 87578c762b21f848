import Torch

/// The bytes of one pickle or of several in a row, read from the front and never beyond the end.
struct PickleInput {
    /// A part of the pickle, or all of it.
    private var bytes: [UInt8]
    private var position = 0
    /// Where the part begins in the file.
    private var start = 0
    /// The file that has the rest.
    private let file: FileSource?

    /// The most that is read from a file at a time, where no more is asked for.
    private static let partSize = 1 << 16

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        file = nil
    }

    /// Pickles at the start of a file, which need not fill it.
    init(_ file: FileSource) {
        bytes = []
        self.file = file
    }

    /// How many bytes were read.
    var offset: Int { start + position }

    func damage(_ what: String) -> FormatError {
        FormatError("its pickle is damaged at byte \(offset): \(what)")
    }

    /// Makes sure that so many bytes lie ahead in `bytes`.
    private mutating func require(_ count: Int) throws {
        guard count > bytes.count - position else { return }
        guard let file, count <= file.size - offset else { throw damage("it ends too early") }
        let part = max(count, min(PickleInput.partSize, file.size - offset))
        (bytes, start, position) = (try file.read(at: offset, count: part), offset, 0)
    }

    mutating func take(_ count: Int) throws -> ArraySlice<UInt8> {
        try require(count)
        defer { position += count }
        return bytes[position..<position + count]
    }

    mutating func byte() throws -> UInt8 {
        try require(1)
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
    mutating func integer(byteCount: Int) throws -> BigInteger {
        BigInteger(bytes: try take(byteCount))
    }

    mutating func string(byteCount: Int) throws -> String {
        let text = try take(byteCount)
        guard let string = String(validating: text, as: UTF8.self) else {
            throw damage("a string is not valid Unicode")
        }
        return string
    }

    /// The text up to the end of the line, as the name of a module or a class is written.
    mutating func line() throws -> String {
        var length = 0
        while true {
            try require(length + 1)
            if let end = bytes[(position + length)...].firstIndex(of: UInt8(ascii: "\n")) {
                let text = try string(byteCount: end - position)
                position += 1
                return text
            }
            length = bytes.count - position
            guard length < PickleInput.partSize || file == nil else { throw damage("a name has no end") }
        }
    }
}
