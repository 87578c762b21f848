/// The list at the end of a zip archive: each record's name, size, place and checksum (PKWARE's APPNOTE 6.3.10).
struct ZipDirectory: Sendable {
    struct Entry: Sendable {
        /// The offset of the record's own header in the file, before the contents.
        let headerOffset: Int
        /// The offset of the next record, or of the directory, before which the contents end.
        fileprivate(set) var limit = 0
        /// The number of bytes of the contents.
        let size: Int
        /// The number of bytes that the contents take in the file.
        let packedSize: Int
        /// The CRC-32 of the contents.
        let checksum: UInt32
        /// Whether the contents are uncompressed.
        let isStored: Bool
        /// Whether the contents are compressed by deflate.
        let isDeflated: Bool
    }

    private(set) var entries: [String: Entry] = [:]
    /// The name of the record that is listed first.
    private(set) var firstName = ""
    /// The offset of the directory, before which all records end.
    private let offset: Int

    /// - Parameter allowsEmpty: whether an archive may have no records.
    init(_ file: FileSource, allowsEmpty: Bool = false) throws {
        let end = try End(file)
        offset = end.offset
        let bytes = try ZipBytes(file, at: end.offset, count: end.size)
        var position = 0
        for _ in 0..<end.entryCount {
            let (name, entry) = try ZipDirectory.entry(bytes, &position)
            if entries.isEmpty { firstName = name }
            guard entries.updateValue(entry, forKey: name) == nil else {
                throw FormatError("it is damaged: it has two records named \(name.shortened)")
            }
        }
        guard allowsEmpty || !entries.isEmpty else { throw FormatError("it is a zip archive without records") }
        try setLimits()
    }

    /// Gives each record a place of its own. If records overlapped, a few bytes of a file could make up many of them.
    private mutating func setLimits() throws {
        var limit = offset
        for (name, entry) in entries.sorted(by: { $0.value.headerOffset > $1.value.headerOffset }) {
            let (start, size) = (entry.headerOffset, entry.packedSize)
            guard start <= limit, ZipDirectory.headerSize <= limit - start,
                size <= limit - start - ZipDirectory.headerSize
            else {
                throw FormatError("it is damaged: the record \(name.shortened) reaches into what follows it")
            }
            entries[name]?.limit = limit
            limit = entry.headerOffset
        }
    }

    /// The size of a record's own header without its name.
    private static let headerSize = 30

    /// Reads one entry, and moves `position` past it.
    private static func entry(_ bytes: ZipBytes, _ position: inout Int) throws -> (name: String, entry: Entry) {
        try bytes.requireSignature(0x0201_4B50, at: position)
        let flags = try bytes.number(at: position + 8, 2)
        let method = try bytes.number(at: position + 10, 2)
        let checksum = try bytes.number(at: position + 16, 4)
        var sizes = [
            try bytes.number(at: position + 24, 4),  // uncompressed
            try bytes.number(at: position + 20, 4),  // compressed
            try bytes.number(at: position + 42, 4),  // offset of the record's own header
        ]
        let nameCount = try bytes.number(at: position + 28, 2)
        let extraCount = try bytes.number(at: position + 30, 2)
        let commentCount = try bytes.number(at: position + 32, 2)
        let name = try bytes.string(at: position + 46, count: nameCount)
        try requireInnerName(name)
        position += 46 + nameCount
        try takeLargeSizes(&sizes, bytes, at: position, count: extraCount)
        position += extraCount + commentCount

        let isStored = method == 0 && flags & 1 == 0
        guard !isStored || sizes[0] == sizes[1] else { throw ZipBytes.damage }
        return (
            name,
            Entry(
                headerOffset: sizes[2], size: sizes[0], packedSize: sizes[1], checksum: UInt32(checksum),
                isStored: isStored, isDeflated: method == 8 && flags & 1 == 0)
        )
    }

    /// Nothing here creates files from a record's name, but other programs do: a name that leaves its folder is an
    /// error.
    private static func requireInnerName(_ name: String) throws {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        guard let first = parts.first, !first.isEmpty, !parts.contains(".."),
            !name.utf8.contains(where: { $0 == 0 || $0 == UInt8(ascii: "\\") })
        else { throw FormatError("it is damaged: it has a record named '\(name.shortened)', outside of its folder") }
    }

    /// Replaces each number that has all bits set by one of 64 bits from the extra fields.
    private static func takeLargeSizes(
        _ sizes: inout [Int], _ bytes: ZipBytes, at start: Int, count: Int
    ) throws {
        let isLarge = sizes.map { $0 == 0xFFFF_FFFF }
        guard isLarge.contains(true) else { return }
        var (position, end) = (start, start + count)
        while position < end {
            let (kind, fieldCount) = (try bytes.number(at: position, 2), try bytes.number(at: position + 2, 2))
            position += 4
            if kind == 1 {
                end = min(end, position + fieldCount)
                for index in sizes.indices where isLarge[index] {
                    guard position + 8 <= end else { throw ZipBytes.damage }
                    sizes[index] = try bytes.number(at: position, 8)
                    position += 8
                }
                return
            }
            position += fieldCount
        }
        throw ZipBytes.damage
    }

    /// Returns the offset of a record's contents: behind its own header, whose name and fields have lengths of their
    /// own.
    func dataOffset(of entry: Entry, in file: FileSource) throws -> Int {
        let header = try ZipBytes(file, at: entry.headerOffset, count: ZipDirectory.headerSize)
        try header.requireSignature(0x0403_4B50, at: 0)
        let nameAndExtra = try header.number(at: 26, 2) + header.number(at: 28, 2)
        let start = entry.headerOffset + ZipDirectory.headerSize + nameAndExtra
        guard start <= entry.limit, entry.packedSize <= entry.limit - start else { throw ZipBytes.damage }
        return start
    }
}

/// The place of the directory, as the last bytes of the file state it.
private struct End {
    let entryCount: Int
    let size: Int
    let offset: Int

    init(_ file: FileSource) throws {
        // The end record has 22 bytes and a comment of up to 65,535; the locator of its larger form lies before it.
        let tailCount = min(file.size, 20 + 22 + 65_535)
        let tailOffset = file.size - tailCount
        let tail = try ZipBytes(file, at: tailOffset, count: tailCount)
        guard let position = End.position(in: tail) else {
            throw FormatError("it is damaged or incomplete: it has no directory at its end")
        }
        var record = tail
        var fields = [(position + 10, 2), (position + 12, 4), (position + 16, 4)]
        if position >= 20, try tail.number(at: position - 20, 4) == 0x0706_4B50 {
            record = try ZipBytes(file, at: try tail.number(at: position - 12, 8), count: 56)
            try record.requireSignature(0x0606_4B50, at: 0)
            fields = [(32, 8), (40, 8), (48, 8)]
        }
        let numbers = try fields.map { try record.number(at: $0.0, $0.1) }
        (entryCount, size, offset) = (numbers[0], numbers[1], numbers[2])
        // Each entry takes at least 46 bytes.
        guard offset <= tailOffset + position, size <= tailOffset + position - offset, entryCount <= size / 46 else {
            throw ZipBytes.damage
        }
    }

    /// Returns the last place where an end record could begin: its comment must reach to the end of the file.
    private static func position(in tail: ZipBytes) -> Int? {
        guard tail.count >= 22 else { return nil }
        return (0...tail.count - 22).last { position in
            (try? tail.number(at: position, 4)) == 0x0605_4B50
                && (try? tail.number(at: position + 20, 2)) == tail.count - 22 - position
        }
    }
}

/// A part of the file whose numbers and texts are read only inside its bounds.
private struct ZipBytes {
    private let bytes: [UInt8]

    static let damage = FormatError("it is damaged: the directory of its records makes no sense")

    init(_ file: FileSource, at offset: Int, count: Int) throws {
        bytes = try file.read(at: offset, count: count)
    }

    var count: Int { bytes.count }

    /// Returns a number of this many bytes, the lowest first.
    func number(at position: Int, _ byteCount: Int) throws -> Int {
        let value = try slice(at: position, count: byteCount).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard let number = Int(exactly: value) else { throw ZipBytes.damage }
        return number
    }

    func string(at position: Int, count: Int) throws -> String {
        guard let string = String(validating: try slice(at: position, count: count), as: UTF8.self) else {
            throw ZipBytes.damage
        }
        return string
    }

    func requireSignature(_ signature: Int, at position: Int) throws {
        guard try number(at: position, 4) == signature else { throw ZipBytes.damage }
    }

    private func slice(at position: Int, count: Int) throws -> ArraySlice<UInt8> {
        guard position >= 0, position <= bytes.count, count <= bytes.count - position else { throw ZipBytes.damage }
        return bytes[position..<position + count]
    }
}
