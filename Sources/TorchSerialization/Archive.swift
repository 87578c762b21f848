import CTorch
import Foundation
import Torch

/// Writes the records of a zip archive, uncompressed and each at a multiple of 64 bytes, so that they can be mapped.
final class ArchiveWriter {
    private let writer: OpaquePointer
    private let file: FileSink

    init(_ file: FileSink) throws {
        let context = Unmanaged.passUnretained(file).toOpaque()
        let sink: CTArchiveSink = { context, bytes, count in
            guard let context else { return -1 }
            let file = Unmanaged<FileSink>.fromOpaque(context).takeUnretainedValue()
            return file.take(UnsafeRawBufferPointer(start: bytes, count: Int(count))) ? count : -1
        }
        guard let writer = ct_archive_writer_new(sink, context) else { throw TorchError.last() }
        self.writer = writer
        self.file = file
    }

    deinit {
        ct_archive_writer_free(writer)
    }

    func add(_ name: String, _ bytes: [UInt8]) throws {
        try bytes.withUnsafeBytes { try add(name, $0) }
    }

    /// Adds the whole storage behind a tensor.
    func add(_ name: String, _ storage: TensorStorage) throws {
        try storage.withBytes { try add(name, $0) }
    }

    private func add(_ name: String, _ bytes: UnsafeRawBufferPointer) throws {
        guard ct_archive_writer_add(writer, name, bytes.baseAddress, Int64(bytes.count)) else {
            throw TorchError.last()
        }
    }

    /// Writes the archive's directory, without which it is none.
    func finish() throws {
        guard ct_archive_writer_finish(writer) else { throw TorchError.last() }
    }
}

/// Reads the records of a zip archive. What it hands out is never more than the file has bytes.
final class ArchiveReader {
    private let reader: OpaquePointer
    private let fileSize: Int
    /// How many bytes the records read so far had.
    private var readSize = 0

    init(_ path: String) throws {
        fileSize = try sizeOfArchive(path)
        guard let reader = ct_archive_reader_new(path) else {
            throw FormatError("it is damaged or incomplete: \(TorchError.last().message)")
        }
        self.reader = reader
    }

    deinit {
        ct_archive_reader_free(reader)
    }

    func has(_ name: String) throws -> Bool {
        try requireName(name)
        return ct_archive_reader_has(reader, name)
    }

    /// The number of bytes in a record.
    ///
    /// - Throws: where there is no such record, or it claims more bytes than the file can hold beside those already read:
    ///   a record that is compressed, as torch.save never does it, or one that lies about its size.
    func size(_ name: String) throws -> Int {
        guard try has(name) else { throw FormatError("it is incomplete: the record \(name.shortened) is missing") }
        let size = ct_archive_reader_size(reader, name)
        guard size >= 0 else { throw FormatError("it is damaged: \(TorchError.last().message)") }
        guard size <= Int64(fileSize - readSize) else {
            throw FormatError(
                "it is damaged: its records up to \(name.shortened) would be larger than the file of \(fileSize) bytes")
        }
        return Int(size)
    }

    func read(_ name: String) throws -> [UInt8] {
        let size = try size(name)
        return try [UInt8](unsafeUninitializedCapacity: size) { buffer, initialized in
            try read(name, into: UnsafeMutableRawBufferPointer(buffer))
            initialized = size
        }
    }

    /// Fills a buffer with a record, which must have as many bytes.
    func read(_ name: String, into buffer: UnsafeMutableRawBufferPointer) throws {
        let size = try size(name)
        guard size == buffer.count else {
            throw FormatError("it is damaged: the record \(name.shortened) has \(size) bytes, not \(buffer.count)")
        }
        guard size > 0 else { return }
        guard ct_archive_reader_read(reader, name, buffer.baseAddress, Int64(size)) else {
            throw FormatError("it is damaged: \(TorchError.last().message)")
        }
        readSize += size
    }

    private func requireName(_ name: String) throws {
        guard !name.utf8.contains(0) else { throw FormatError("it is damaged: a record's name has a zero byte") }
    }
}

/// The size of the file, if it begins as a zip archive does.
private func sizeOfArchive(_ path: String) throws -> Int {
    var status = stat()
    guard stat(path, &status) == 0 else { throw FormatError("cannot be read: \(lastError())") }
    switch status.st_mode & S_IFMT {
    case S_IFREG: break
    case S_IFDIR: throw FormatError("cannot be read: it is a folder")
    default: throw FormatError("cannot be read: it is not a regular file")
    }
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw FormatError("cannot be read: \(lastError())") }
    defer { close(file) }
    var start = [UInt8](repeating: 0, count: 4)
    guard read(file, &start, start.count) == start.count, start == Array("PK\u{3}\u{4}".utf8) else {
        throw FormatError("it is not a file of torch.save: it does not begin as a zip archive does")
    }
    return Int(status.st_size)
}
