/// Reads the records of a zip archive as `torch.save` writes it: uncompressed, all in one folder.
///
/// Not by libtorch's reader, which takes memory as a file's headers ask for it, and hands out damaged records: here a
/// record is no larger than its place in the file, no two share a place, and each is checked against its checksum.
final class ArchiveReader: Sendable {
    private let file: FileSource
    private let directory: ZipDirectory
    /// The folder that all records lie in, with its slash.
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

    /// Fills a buffer with a record, which must have as many bytes.
    func read(_ name: String, into buffer: UnsafeMutableRawBufferPointer) throws {
        let entry = try entry(name)
        guard entry.size == buffer.count else {
            throw FormatError(
                "it is damaged: the record \(name.shortened) has \(entry.size) bytes, not \(buffer.count)")
        }
        try read(entry, name, into: buffer)
    }

    private func read(_ entry: ZipDirectory.Entry, _ name: String, into buffer: UnsafeMutableRawBufferPointer) throws {
        try require(file.readSumming(at: directory.dataOffset(of: entry, in: file), into: buffer), entry, name)
    }

    /// Reads every record in the file once, keeping none, and throws for the first that does not have its checksum.
    func requireChecksums() throws {
        var part = [UInt8](repeating: 0, count: min(FileSource.partSize, file.size))
        for (name, entry) in directory.entries.sorted(by: { $0.value.headerOffset < $1.value.headerOffset }) {
            try requireStored(entry, name)
            let offset = try directory.dataOffset(of: entry, in: file)
            var checksum = Checksum()
            for start in stride(from: 0, to: entry.size, by: FileSource.partSize) {
                try part.withUnsafeMutableBytes { part in
                    let bytes = UnsafeMutableRawBufferPointer(rebasing: part.prefix(entry.size - start))
                    try file.read(at: offset + start, into: bytes)
                    checksum.add(UnsafeRawBufferPointer(bytes))
                }
            }
            try require(checksum, entry, name)
        }
    }

    private func require(_ checksum: Checksum, _ entry: ZipDirectory.Entry, _ name: String) throws {
        // PyTorch writes zero where it was told to leave checksums out.
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
            throw FormatError("the record \(name.shortened) is compressed or encrypted, as torch.save never does it")
        }
    }
}
