/// The source of the bytes of a file's storages: the records of an archive, or places in a file from before PyTorch
/// 1.6.
protocol StorageSource: Sendable {
    /// The size of the file, which bounds what may be made of it.
    var fileSize: Int { get }

    /// Whether the highest byte of a number comes first.
    var isBigEndian: Bool { get }

    /// Returns the number of bytes that a storage has in the file.
    func storageSize(_ key: String) throws -> Int

    /// Fills a buffer with a storage's bytes from an offset on. The whole storage is compared with its checksum, if it
    /// has one; a part cannot be.
    func readStorage(_ key: String, at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws

    /// Compares a storage with its checksum, if it has one, without keeping it.
    func checkStorage(_ key: String) throws
}

/// A zip archive of `torch.save`, which has a record with the byte order.
struct ArchiveStorages: StorageSource {
    private let archive: ArchiveReader
    let isBigEndian: Bool

    init(_ archive: ArchiveReader) throws {
        self.archive = archive
        // PyTorch did not write it before 2.1.
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

/// The contents of a storage in a file, which are read as a whole or part by part.
struct StorageContents: Sendable {
    let byteCount: Int
    /// Fills a buffer with the bytes from an offset on, which is a multiple of an element's size.
    let read: @Sendable (Int, UnsafeMutableRawBufferPointer) throws -> Void
    /// Compares the bytes with their checksum, if they have one. Reading all of them does that too.
    let check: @Sendable () throws -> Void

    /// Returns all bytes in new memory on the CPU.
    func storage() throws -> TensorStorage {
        try TensorStorage(byteCount: byteCount) { try read(0, $0) }
    }
}
