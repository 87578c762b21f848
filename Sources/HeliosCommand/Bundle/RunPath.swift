import Foundation

/// The folders in which a program or a library for Linux (an ELF file) looks for the libraries that it needs.
///
/// The layout follows the chapter "Dynamic Linking" of the System V ABI.
struct RunPath {
    /// Where the text is in the file, without the zero at its end.
    private let text: Range<Int>
    /// Where the tag is that says what the text means.
    private let tag: Int
    private(set) var folders: String

    /// The old tag is followed for the libraries of libraries too, the new one only for a file's own.
    private static let oldTag: UInt64 = 15
    private static let newTag: UInt64 = 29

    /// - Returns: `nil` if the file names no folders.
    /// - Throws: `CommandError` if it is no ELF file of 64 bits in this byte order, or a broken one.
    init?(_ file: Data) throws {
        let reader = Reader(file: file)
        guard file.prefix(6).elementsEqual([0x7F, 0x45, 0x4C, 0x46, 2, 1]) else {
            throw CommandError("it is no program or library of 64 bits for Linux")
        }
        let (start, size, count) = (
            try reader.offset(at: 32), try reader.number(at: 54, 2), try reader.number(at: 56, 2)
        )
        let segments = try (0..<Int(count)).map { try Segment(reader, at: start + $0 * Int(size)) }
        guard let dynamic = segments.first(where: { $0.type == Segment.dynamic }) else { return nil }

        var found: [UInt64: (place: Int, value: UInt64)] = [:]
        var place = dynamic.offset
        while place < dynamic.offset + dynamic.size {
            let tag = try reader.number(at: place, 8)
            if tag == 0 { break }
            found[tag] = (place, try reader.number(at: place + 8, 8))
            place += 16
        }
        guard let entry = found[Self.newTag] ?? found[Self.oldTag] else { return nil }
        guard let strings = found[5]?.value,
            let segment = segments.first(where: { $0.type == Segment.load && $0.holds(strings) }),
            let distance = Int(exactly: strings - segment.address),
            let beginning = Int(exactly: entry.value).map({
                segment.offset.addingReportingOverflow(distance).partialValue &+ $0
            }),
            file.indices.contains(beginning), let end = file[beginning...].firstIndex(of: 0)
        else { throw CommandError("its list of libraries is broken") }
        text = beginning..<end
        tag = entry.place
        folders = String(decoding: file[text], as: UTF8.self)
    }

    /// What to write into the file to put other folders in the place of these, for the libraries of libraries too.
    ///
    /// - Returns: `nil` if they are too long.
    func replacement(with folders: String) -> [(place: Int, bytes: [UInt8])]? {
        guard folders.utf8.count <= text.count else { return nil }
        let zeros = [UInt8](repeating: 0, count: text.count - folders.utf8.count)
        let tagBytes = (0..<8).map { UInt8(truncatingIfNeeded: Self.oldTag >> ($0 * 8)) }
        return [(text.lowerBound, Array(folders.utf8) + zeros), (tag, tagBytes)]
    }
}

extension RunPath {
    /// A part of the file that is put into memory.
    private struct Segment {
        static let load: UInt64 = 1
        static let dynamic: UInt64 = 2

        let type: UInt64
        let offset: Int
        let address: UInt64
        let size: Int

        init(_ reader: Reader, at place: Int) throws {
            type = try reader.number(at: place, 4)
            offset = try reader.offset(at: place + 8)
            address = try reader.number(at: place + 16, 8)
            size = try reader.offset(at: place + 32)
        }

        func holds(_ address: UInt64) -> Bool {
            address >= self.address && address - self.address < size
        }
    }

    /// Numbers in the file, the least byte first.
    private struct Reader {
        let file: Data

        func number(at place: Int, _ byteCount: Int) throws -> UInt64 {
            guard place >= 0, place <= file.count - byteCount else { throw CommandError("it is cut off") }
            return file[place..<place + byteCount].reversed().reduce(0) { $0 << 8 | UInt64($1) }
        }

        /// An offset or a size; neither exceeds the size of the file.
        func offset(at place: Int) throws -> Int {
            guard let value = Int(exactly: try number(at: place, 8)), value <= file.count else {
                throw CommandError("it is cut off")
            }
            return value
        }
    }
}
