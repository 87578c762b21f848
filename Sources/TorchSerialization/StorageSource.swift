/// Where the bytes of a file's storages come from: the records of an archive, or places in a file from before PyTorch 1.6.
protocol StorageSource: Sendable {
    /// The size of the file, which bounds what may come of it.
    var fileSize: Int { get }

    /// Whether the highest byte of a number is the first.
    var isBigEndian: Bool { get }

    /// The number of bytes that a storage has in the file.
    func storageSize(_ key: String) throws -> Int

    /// Fills a buffer with a storage's bytes from a place on. All of them are compared with the storage's checksum, if it
    /// has one; a part cannot be.
    func readStorage(_ key: String, at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws

    /// Compares a storage with its checksum, if it has one, and keeps nothing of it.
    func checkStorage(_ key: String) throws
}

/// A zip archive of torch.save, which says in a record of its own in which order bytes are.
struct ArchiveStorages: StorageSource {
    private let archive: ArchiveReader
    let isBigEndian: Bool

    init(_ archive: ArchiveReader) throws {
        self.archive = archive
        // PyTorch before 2.1 does not say.
        let order = archive.has("byteorder") ? String(decoding: try archive.read("byteorder"), as: UTF8.self) : "little"
        guard ["little", "big"].contains(order) else {
            throw FormatError("its numbers are in the byte order '\(order.shortened)', and little and big are read")
        }
        isBigEndian = order == "big"
    }

    var fileSize: Int { archive.fileSize }

    func storageSize(_ key: String) throws -> Int {
        try archive.size("data/\(key)")
    }

    func readStorage(_ key: String, at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
        try archive.read("data/\(key)", at: offset, into: buffer)
    }

    func checkStorage(_ key: String) throws {
        try archive.requireChecksum("data/\(key)")
    }
}
