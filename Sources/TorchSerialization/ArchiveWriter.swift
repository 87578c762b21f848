import CTorch
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
