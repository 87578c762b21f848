/// Reads the records of any zip archive that other programs write: stored or deflated, in any folder.
///
/// `ArchiveReader` is the stricter one for the files of `torch.save`.
package final class ZipArchive: Sendable {
    private let file: FileSource
    private let directory: ZipDirectory

    /// Opens an archive and reads its directory. An archive without records, which is its end alone, has no names.
    package init(_ file: FileSource) throws {
        self.file = file
        directory = try ZipDirectory(file, allowsEmpty: true)
    }

    /// The names of the records, in the order in which they lie in the file.
    package var names: [String] {
        directory.entries.sorted { $0.value.headerOffset < $1.value.headerOffset }.map(\.key)
    }

    /// The number of bytes of a record, unpacked.
    package func size(_ name: String) throws -> Int {
        try entry(name).size
    }

    /// Where the bytes of a record lie in the file; `nil` if they are packed.
    package func offset(_ name: String) throws -> Int? {
        let entry = try entry(name)
        return entry.isStored ? try directory.dataOffset(of: entry, in: file) : nil
    }

    /// Reads a record and compares it with its checksum.
    package func read(_ name: String) throws -> [UInt8] {
        let entry = try entry(name)
        let offset = try directory.dataOffset(of: entry, in: file)
        var bytes: [UInt8]
        if entry.isStored {
            bytes = try file.read(at: offset, count: entry.size)
        } else {
            bytes = try unpack(entry, name, at: offset)
        }
        guard bytes.withUnsafeBytes({ Checksum($0).value }) == entry.checksum else {
            throw FormatError("it is damaged: the record \(name.shortened) does not have its checksum")
        }
        return bytes
    }

    private func unpack(_ entry: ZipDirectory.Entry, _ name: String, at offset: Int) throws -> [UInt8] {
        guard entry.size <= Inflater.greatestSize(ofPacked: entry.packedSize) else {
            throw FormatError(
                "it is damaged: the record \(name.shortened) cannot have \(entry.size) bytes in \(entry.packedSize)")
        }
        let packed = try file.read(at: offset, count: entry.packedSize)
        let inflater = try Inflater()
        return try [UInt8](unsafeUninitializedCapacity: entry.size + 1) { buffer, initialized in
            // One byte more, which shows whether the record is longer than it says.
            let room = UnsafeMutableRawBufferPointer(buffer)
            var (taken, given, isEnd) = (0, 0, false)
            while !isEnd {
                let part = try packed.withUnsafeBytes { packed in
                    try inflater.unpack(
                        UnsafeRawBufferPointer(rebasing: packed[taken...]),
                        into: UnsafeMutableRawBufferPointer(rebasing: room[given...]))
                }
                (taken, given, isEnd) = (taken + part.taken, given + part.given, part.isEnd)
                guard isEnd || part.taken + part.given > 0 else { break }
            }
            guard isEnd, given == entry.size, taken == entry.packedSize else {
                throw FormatError("it is damaged: the record \(name.shortened) does not have its size")
            }
            initialized = given
        }
    }

    private func entry(_ name: String) throws -> ZipDirectory.Entry {
        guard let entry = directory.entries[name] else {
            throw FormatError("it has no record \(name.shortened)")
        }
        guard entry.isStored || entry.isDeflated else {
            throw FormatError(
                "the record \(name.shortened) is encrypted, or packed in another way than by deflate", .unsupported)
        }
        return entry
    }
}
