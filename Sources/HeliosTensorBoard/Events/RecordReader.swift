import Foundation
import Helios
import TorchSerialization

/// Reads the records of an events file up to the first that is damaged or of which a part is missing.
final class RecordReader {
    /// How many bytes the file has.
    let byteCount: Int
    /// The end of the last whole record.
    private(set) var position = 0
    /// How many records were passed over, since they are larger than the limit.
    private(set) var oversizedCount = 0

    private let path: String
    private let handle: FileHandle
    private let limit: Int
    private let recordLimit: Int
    private var buffer: [UInt8] = []
    private var bufferStart = 0
    private static let partCount = 1 << 20

    /// - Parameters:
    ///   - path: the file.
    ///   - limit: where to end, in bytes.
    ///   - recordLimit: how many bytes a record may have. Larger ones are passed over and counted: a file from
    ///     elsewhere may have one that does not fit into memory.
    /// - Throws: `TensorBoardError` if it cannot be read.
    init(_ path: String, upTo limit: Int = .max, recordLimit: Int = .max) throws {
        self.recordLimit = recordLimit
        self.path = path
        do {
            handle = FileHandle(fileDescriptor: try RegularFile.open(path), closeOnDealloc: true)
            byteCount = Int(try handle.seekToEnd())
        } catch {
            throw TensorBoardError.cannotRead(path, error)
        }
        self.limit = min(limit, byteCount)
    }

    /// The bytes of the next record; `nil` at the end, or if no whole record follows.
    ///
    /// - Throws: `TensorBoardError` if the file cannot be read.
    func next() throws -> ArraySlice<UInt8>? {
        while let size = try sizeOfNext() {
            guard size <= recordLimit else {
                position += RecordFrame.headerCount + size + RecordFrame.footerCount
                oversizedCount += 1
                continue
            }
            let rest = try bytes(at: position + RecordFrame.headerCount, size + RecordFrame.footerCount)
            guard rest.count == size + RecordFrame.footerCount else { return nil }
            let contents = rest.dropLast(RecordFrame.footerCount)
            guard contents.withUnsafeBytes(CRC32C.masked) == UInt32(number(rest.suffix(4))) else { return nil }
            position += RecordFrame.headerCount + rest.count
            return contents
        }
        return nil
    }

    /// How many bytes the next record has, without its frame; `nil` if no whole record can follow.
    private func sizeOfNext() throws -> Int? {
        let frame = RecordFrame.headerCount + RecordFrame.footerCount
        guard limit - position >= frame else { return nil }
        let header = try bytes(at: position, RecordFrame.headerCount)
        guard header.count == RecordFrame.headerCount else { return nil }
        let size = number(header.prefix(8))
        guard header.prefix(8).withUnsafeBytes(CRC32C.masked) == UInt32(number(header.suffix(4))),
            // Believed only as far as the file has bytes.
            size <= UInt64(limit - position - frame)
        else { return nil }
        return Int(size)
    }

    private func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// Some bytes of the file; fewer if it ends.
    private func bytes(at offset: Int, _ count: Int) throws -> ArraySlice<UInt8> {
        if offset < bufferStart || offset + count > bufferStart + buffer.count {
            do {
                try handle.seek(toOffset: UInt64(offset))
                buffer = [UInt8](try handle.read(upToCount: max(count, RecordReader.partCount)) ?? Data())
            } catch {
                throw TensorBoardError.cannotRead(path, error)
            }
            bufferStart = offset
        }
        let start = offset - bufferStart
        return buffer[start..<min(start + count, buffer.count)]
    }
}
