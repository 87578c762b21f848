import Torch

/// The bytes of one pickle or of several in a row, read from the front and never beyond the end.
struct PickleInput {
    /// A part of the pickle, or all of it.
    private var bytes: [UInt8]
    private var position = 0
    /// The offset of the part in the file.
    private var start = 0
    /// The file with the rest.
    private let file: FileSource?

    /// The most bytes that are read from a file at a time unless more are needed.
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

    /// The number of bytes read.
    var offset: Int { start + position }

    func damage(_ what: String) -> FormatError {
        FormatError("its pickle is damaged at byte \(offset): \(what)")
    }

    /// Makes sure that this many bytes lie ahead in `bytes`.
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

    /// Reads a number of up to eight bytes, the lowest first.
    mutating func unsigned(_ byteCount: Int) throws -> UInt64 {
        try take(byteCount).reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// Reads the number of bytes that follow, or another count.
    mutating func count(_ byteCount: Int) throws -> Int {
        guard let count = Int(exactly: try unsigned(byteCount)) else { throw damage("it ends too early") }
        return count
    }

    /// Returns a signed number in two's complement of any length, the lowest byte first.
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

    /// Reads the text up to the end of the line, which is how the name of a module or a class is written.
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
