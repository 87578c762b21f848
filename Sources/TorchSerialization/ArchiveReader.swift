import CTorch

/// Reads the records of a zip archive as `torch.save` writes it: uncompressed, all in one folder.
///
/// Not by libtorch's reader, which takes memory as a file's headers ask for it, and hands out damaged records: here no
/// more is handed out than the file has bytes, and every record is checked against its checksum.
final class ArchiveReader {
    private let file: FileSource
    private let directory: ZipDirectory
    /// The folder that all records lie in, with its slash.
    private let folder: String
    /// How many bytes the records read so far had.
    private var readSize = 0

    init(_ path: String) throws {
        file = try FileSource(path)
        guard try file.read(at: 0, count: min(4, file.size)) == Array("PK\u{3}\u{4}".utf8) else {
            throw FormatError("it is not a file of torch.save: it does not begin as a zip archive does")
        }
        directory = try ZipDirectory(file)
        guard let end = directory.firstName.firstIndex(of: "/") else {
            throw FormatError("it is a zip archive, but not one of torch.save: its records lie in no folder")
        }
        folder = String(directory.firstName[...end])
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
            try read(name, into: UnsafeMutableRawBufferPointer(buffer))
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
        readSize += entry.size
        try file.read(at: directory.dataOffset(of: entry, in: file), into: buffer)
        // PyTorch writes zero where it was told to leave checksums out.
        guard entry.checksum == 0 || entry.checksum == ct_crc32(buffer.baseAddress, Int64(buffer.count)) else {
            throw FormatError("it is damaged: the record \(name.shortened) does not have its checksum")
        }
    }

    private func entry(_ name: String) throws -> ZipDirectory.Entry {
        guard let entry = directory.entries[folder + name] else {
            throw FormatError("it is incomplete: the record \(name.shortened) is missing")
        }
        guard entry.isStored else {
            throw FormatError("the record \(name.shortened) is compressed or encrypted, as torch.save never does it")
        }
        // Records may overlap in a hostile file, so that a few bytes make up many of them.
        guard entry.size <= file.size - readSize else {
            throw FormatError(
                "it is damaged: its records up to \(name.shortened) would be larger than the file of \(file.size) bytes"
            )
        }
        return entry
    }
}
