import Torch

/// Writes the records of a zip archive as `torch.save` does: uncompressed, all in one folder, and each at a multiple of
/// 64 bytes, so that they can be mapped.
///
/// libtorch's writer goes over a record twice, for the checksum and to write it, and ends the process if its destructor
/// cannot write. The layout follows PKWARE's APPNOTE 6.3.10; numbers that do not fit 32 bits have 64.
package final class ArchiveWriter {
    private let file: FileSink
    private let folder: String
    private let large: UInt64
    private var offset: UInt64 = 0
    private var entries: [Entry] = []

    private struct Entry {
        let name: [UInt8]
        let headerOffset: UInt64
        let size: UInt64
        let packedSize: UInt64
        let checksum: UInt32
    }

    private static let alignment: UInt64 = 64
    /// The flags for a checksum behind the contents and a name in UTF-8.
    private static let flags: UInt64 = 0x0808
    /// January 1, 1980, so that the same value always makes the same file.
    private static let date: UInt64 = 0x0021

    /// - Parameters:
    ///   - folder: what the records' names begin with.
    ///   - large: the number from which on 64 bits are used; tests choose a smaller one.
    package init(_ file: FileSink, folder: String = "archive/", large: UInt64 = 0xFFFF_FFFF) {
        self.file = file
        self.folder = folder
        self.large = large
    }

    func add(_ name: String, _ bytes: [UInt8]) throws {
        try bytes.withUnsafeBytes { try add(name, $0) }
    }

    /// Adds a record, compressed if that makes it smaller.
    package func addCompressed(_ name: String, _ bytes: [UInt8]) throws {
        // A header of two bytes and a checksum of four are what the zlib format has around the deflated bytes.
        let packed = Zlib.compress(bytes).dropFirst(2).dropLast(4)
        guard packed.count < bytes.count else { return try add(name, bytes) }
        let checksum = bytes.withUnsafeBytes { Checksum($0) }
        try packed.withUnsafeBytes { try add(name, $0, unpacked: (UInt64(bytes.count), checksum)) }
    }

    /// Adds the whole storage behind a tensor.
    func add(_ name: String, _ storage: TensorStorage) throws {
        try storage.withBytes { try add(name, $0) }
    }

    /// Adds a record as it is.
    ///
    /// - Parameter unpacked: the size and the checksum of the contents, if `bytes` are deflated.
    package func add(
        _ name: String, _ bytes: UnsafeRawBufferPointer, unpacked: (size: UInt64, checksum: Checksum)? = nil
    ) throws {
        let (name, packedSize) = (Array((folder + name).utf8), UInt64(bytes.count))
        let size = unpacked?.size ?? packedSize
        let headerOffset = offset
        try write(localHeader(name, size, isDeflated: unpacked != nil))
        var checksum = Checksum()
        for start in stride(from: 0, to: bytes.count, by: FileSource.partSize) {
            let part = UnsafeRawBufferPointer(rebasing: bytes[start...].prefix(FileSource.partSize))
            if unpacked == nil { checksum.add(part) }
            try write(part)
        }
        if let unpacked { checksum = unpacked.checksum }
        var descriptor = ZipFields()
        descriptor.add(0x0807_4B50, 4)
        descriptor.add(UInt64(checksum.value), 4)
        let width = isLarge(size) ? 8 : 4
        descriptor.add(packedSize, width)
        descriptor.add(size, width)
        try write(descriptor)
        entries.append(
            Entry(
                name: name, headerOffset: headerOffset, size: size, packedSize: packedSize, checksum: checksum.value))
    }

    private func localHeader(_ name: [UInt8], _ size: UInt64, isDeflated: Bool) -> ZipFields {
        var header = ZipFields()
        let isLarge = self.isLarge(size)
        header.add(0x0403_4B50, 4)
        header.add(isLarge ? 45 : 20, 2)
        header.add(ArchiveWriter.flags, 2)
        header.add(isDeflated ? 8 : 0, 2)
        header.add(0, 2)  // midnight
        header.add(ArchiveWriter.date, 2)
        header.add(0, 4)  // the checksum, which is not known yet
        header.add(isLarge ? .max : 0, 4)
        header.add(isLarge ? .max : 0, 4)
        header.add(UInt64(name.count), 2)

        let known = offset + 30 + UInt64(name.count) + (isLarge ? 20 : 0)
        var padding = (ArchiveWriter.alignment - known % ArchiveWriter.alignment) % ArchiveWriter.alignment
        // A padding field takes four bytes by itself.
        if (1..<4).contains(padding) { padding += ArchiveWriter.alignment }
        header.add(padding + (isLarge ? 20 : 0), 2)
        header.bytes += name
        if isLarge {
            header.add(1, 2)
            header.add(16, 2)
            header.add(0, 8)
            header.add(0, 8)
        }
        if padding > 0 {
            // The field's kind and contents are PyTorch's.
            header.bytes += Array("FB".utf8)
            header.add(padding - 4, 2)
            header.bytes += Array(repeating: UInt8(ascii: "Z"), count: Int(padding - 4))
        }
        return header
    }

    /// Whether a number needs 64 bits.
    private func isLarge(_ number: UInt64) -> Bool {
        number >= large
    }

    /// Writes the records that every archive of PyTorch has, and the directory, without which it is not an archive.
    func finish() throws {
        try add("version", Array("3\n".utf8))
        try add(".data/serialization_id", Array(identifier().utf8))
        try writeDirectory()
    }

    /// Writes the directory, without which the file is not an archive.
    package func writeDirectory() throws {
        let start = offset
        for entry in entries { try write(directoryEntry(entry)) }
        try write(end(directoryOffset: start, size: offset - start, count: UInt64(entries.count)))
    }

    /// Two numbers of 20 digits, as PyTorch writes them: one is computed from the records' names, and one from their
    /// contents.
    private func identifier() -> String {
        let numbers = [entries.flatMap(\.name), entries.flatMap { ZipFields($0.checksum).bytes }].map { FNV1a.hash($0) }
        return numbers.map { number in
            let digits = String(number)
            return String(repeating: "0", count: 20 - digits.count) + digits
        }.joined()
    }

    private func directoryEntry(_ entry: Entry) -> ZipFields {
        var large = ZipFields()
        if isLarge(entry.size) {
            large.add(entry.size, 8)
            large.add(entry.packedSize, 8)
        }
        if isLarge(entry.headerOffset) { large.add(entry.headerOffset, 8) }

        var fields = ZipFields()
        fields.add(0x0201_4B50, 4)
        fields.add(large.bytes.isEmpty ? 20 : 45, 2)
        fields.add(large.bytes.isEmpty ? 20 : 45, 2)
        fields.add(ArchiveWriter.flags, 2)
        fields.add(entry.packedSize == entry.size ? 0 : 8, 2)
        fields.add(0, 2)
        fields.add(ArchiveWriter.date, 2)
        fields.add(UInt64(entry.checksum), 4)
        fields.addClamped(entry.packedSize, 4, isLarge: isLarge(entry.size))
        fields.addClamped(entry.size, 4, isLarge: isLarge(entry.size))
        fields.add(UInt64(entry.name.count), 2)
        fields.add(large.bytes.isEmpty ? 0 : UInt64(large.bytes.count + 4), 2)
        fields.add(0, 2)  // a comment
        fields.add(0, 8)  // the disk, the attributes
        fields.addClamped(entry.headerOffset, 4, isLarge: isLarge(entry.headerOffset))
        fields.bytes += entry.name
        if !large.bytes.isEmpty {
            fields.add(1, 2)
            fields.add(UInt64(large.bytes.count), 2)
            fields.bytes += large.bytes
        }
        return fields
    }

    private func end(directoryOffset: UInt64, size: UInt64, count: UInt64) -> ZipFields {
        var fields = ZipFields()
        fields.add(0x0606_4B50, 4)
        fields.add(44, 8)
        fields.add(45, 2)
        fields.add(45, 2)
        fields.add(0, 8)  // the disks
        fields.add(count, 8)
        fields.add(count, 8)
        fields.add(size, 8)
        fields.add(directoryOffset, 8)

        fields.add(0x0706_4B50, 4)
        fields.add(0, 4)
        fields.add(directoryOffset + size, 8)
        fields.add(1, 4)

        fields.add(0x0605_4B50, 4)
        fields.add(0, 4)
        fields.addClamped(count, 2)
        fields.addClamped(count, 2)
        fields.addClamped(size, 4)
        fields.addClamped(directoryOffset, 4)
        fields.add(0, 2)
        return fields
    }

    private func write(_ fields: ZipFields) throws {
        try fields.bytes.withUnsafeBytes { try write($0) }
    }

    private func write(_ bytes: UnsafeRawBufferPointer) throws {
        try file.add(bytes)
        offset += UInt64(bytes.count)
    }
}

/// The bytes of numbers in a zip archive, the lowest byte first.
private struct ZipFields {
    var bytes: [UInt8] = []

    init() {}

    init(_ number: UInt32) {
        add(UInt64(number), 4)
    }

    mutating func add(_ number: UInt64, _ byteCount: Int) {
        for index in 0..<byteCount { bytes.append(UInt8(truncatingIfNeeded: number >> (index * 8))) }
    }

    /// Adds a number, or all bits set if it does not fit and stands elsewhere.
    mutating func addClamped(_ number: UInt64, _ byteCount: Int, isLarge: Bool = false) {
        add(isLarge ? .max : min(number, UInt64(1) << (byteCount * 8) - 1), byteCount)
    }
}
