/// Reads the records of a zip archive as `torch.save` writes it: uncompressed, all in one folder.
///
/// libtorch's reader allocates whatever memory a file's headers ask for, and returns damaged records. Here a record is
/// no larger than its place in the file, no two records share a place, and each is checked against its checksum.
final class ArchiveReader: Sendable {
    private let file: FileSource
    private let directory: ZipDirectory
    /// The folder that all records are in, with its slash.
    private let folder: String

    convenience init(_ path: String) throws {
        try self.init(FileSource(path))
    }

    init(_ file: FileSource) throws {
        self.file = file
        guard try ArchiveReader.isArchive(file) else {
            throw FormatError("it is not a file of torch.save: it does not begin as a zip archive does")
        }
        directory = try ZipDirectory(file)
        guard let end = directory.firstName.firstIndex(of: "/") else {
            throw FormatError("it is a zip archive, but not one of torch.save: its records lie in no folder")
        }
        folder = String(directory.firstName[...end])
    }

    /// Whether the file begins as a zip archive does.
    static func isArchive(_ file: FileSource) throws -> Bool {
        try file.read(at: 0, count: min(4, file.size)) == Array("PK\u{3}\u{4}".utf8)
    }

    var fileSize: Int { file.size }

    func has(_ name: String) -> Bool {
        directory.entries[folder + name] != nil
    }

    /// The number of bytes in a record.
    func size(_ name: String) throws -> Int {
        try entry(name).size
    }

    func read(_ name: String) throws -> [UInt8] {
        let entry = try entry(name)
        return try [UInt8](unsafeUninitializedCapacity: entry.size) { buffer, initialized in
            try read(entry, name, into: UnsafeMutableRawBufferPointer(buffer))
            initialized = entry.size
        }
    }

    /// Fills a buffer with a record's bytes from an offset on. The whole record is compared with its checksum; a part
    /// cannot be.
    func read(_ name: String, at offset: Int = 0, into buffer: UnsafeMutableRawBufferPointer) throws {
        let entry = try entry(name)
        guard offset >= 0, offset <= entry.size, buffer.count <= entry.size - offset else {
            throw FormatError(
                "it is damaged: the record \(name.shortened) has \(entry.size) bytes, not \(offset) and \(buffer.count)"
            )
        }
        if buffer.count == entry.size { return try read(entry, name, into: buffer) }
        try file.read(at: directory.dataOffset(of: entry, in: file) + offset, into: buffer)
    }

    private func read(_ entry: ZipDirectory.Entry, _ name: String, into buffer: UnsafeMutableRawBufferPointer) throws {
        try require(file.readSumming(at: directory.dataOffset(of: entry, in: file), into: buffer), entry, name)
    }

    /// Reads every record in the file once, without keeping any, and throws for the first one that does not match its
    /// checksum.
    ///
    /// - Parameter skipsCompressed: whether to skip compressed records, such as the programs in TorchScript archives.
    func requireChecksums(skipsCompressed: Bool = false) throws {
        for (name, entry) in directory.entries.sorted(by: { $0.value.headerOffset < $1.value.headerOffset })
        where entry.isStored || !skipsCompressed {
            try requireStored(entry, name)
            try requireChecksum(entry, name)
        }
    }

    /// Reads a record once, without keeping it, and throws if it does not match its checksum.
    func requireChecksum(_ name: String) throws {
        try requireChecksum(entry(name), name)
    }

    private func requireChecksum(_ entry: ZipDirectory.Entry, _ name: String) throws {
        var checksum = Checksum()
        try file.forEachPart(at: directory.dataOffset(of: entry, in: file), count: entry.size) { checksum.add($0) }
        try require(checksum, entry, name)
    }

    private func require(_ checksum: Checksum, _ entry: ZipDirectory.Entry, _ name: String) throws {
        // PyTorch writes zero if it was told to leave checksums out.
        guard entry.checksum == 0 || entry.checksum == checksum.value else {
            throw FormatError("it is damaged: the record \(name.shortened) does not have its checksum")
        }
    }

    private func entry(_ name: String) throws -> ZipDirectory.Entry {
        guard let entry = directory.entries[folder + name] else {
            throw FormatError("it is incomplete: the record \(name.shortened) is missing")
        }
        try requireStored(entry, name)
        return entry
    }

    private func requireStored(_ entry: ZipDirectory.Entry, _ name: String) throws {
        guard entry.isStored else {
            throw FormatError(
                "the record \(name.shortened) is compressed or encrypted, as torch.save never does it",
                .unsupported)
        }
    }
}
