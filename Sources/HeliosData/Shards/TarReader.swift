import Torch
import TorchSerialization

/// Runs through the files of a tar archive, plain or packed by gzip.
///
/// Reads the formats ustar and pax, and GNU's with long names and sizes. Folders, links and devices are skipped. Every
/// header is compared with its checksum, and the archive must have its end.
final class TarReader {
    /// A file in the archive.
    struct Entry: Equatable {
        /// The path in the archive, in UTF-8 as far as it is.
        let name: String
        /// Where the first header of the entry begins, in the unpacked archive.
        let start: Int
        /// Where the contents begin, in the unpacked archive.
        let offset: Int
        /// The number of bytes of the contents.
        let size: Int
    }

    private let file: DataFile
    private let stream: ByteStream
    /// Where the next header is.
    private var nextHeader: Int
    private var isEnd = false

    /// A name or a list of fields that is longer is damage.
    private static let greatestFieldSize = 1 << 20

    /// Starts to read.
    ///
    /// - Parameter offset: where a header begins. In a packed archive, everything before it is unpacked and skipped.
    init(_ file: DataFile, at offset: Int = 0) throws {
        self.file = file
        stream = try ByteStream(file)
        nextHeader = offset
    }

    /// Whether the archive is packed, so that its files are read in order only.
    var isPacked: Bool { stream.isPacked }

    /// Where the next entry begins, in the unpacked archive.
    var position: Int { nextHeader }

    /// The next file; `nil` at the end.
    func next() throws -> Entry? {
        let start = nextHeader
        var (name, fields): ([UInt8]?, TarExtendedFields?) = (nil, nil)
        while !isEnd {
            let headerStart = nextHeader
            let block = try block(at: headerStart)
            guard let header = try naming(at: headerStart, { try TarHeader(block) }) else {
                guard name == nil, fields == nil else {
                    throw fault("an entry is missing behind its name", headerStart)
                }
                try requireEnd()
                break
            }
            let offset = headerStart + TarHeader.size
            let size = header.kind == .file ? fields?.size ?? header.size : header.size
            // Contents fill whole blocks.
            let (end, overflow) = size.addingReportingOverflow(offset + TarHeader.size - 1)
            guard !overflow, stream.isPacked || size <= file.size - offset else {
                throw fault("it is incomplete: an entry has \(size) bytes, and there are fewer", headerStart)
            }
            nextHeader = end / TarHeader.size * TarHeader.size
            switch header.kind {
            case .file:
                let entryName = String(decoding: fields?.path ?? name ?? header.name, as: UTF8.self)
                return Entry(name: entryName, start: start, offset: offset, size: size)
            case .longName: name = Array(try contents(offset, size).prefix { $0 != 0 })
            case .extended:
                let bytes = try contents(offset, size)
                fields = try naming(at: headerStart) { try TarExtendedFields(bytes) }
            case .globalExtended:
                let bytes = try contents(offset, size)
                let global = try naming(at: headerStart) { try TarExtendedFields(bytes) }
                guard global.path == nil, global.size == nil else {
                    throw fault("it gives all entries one name or size", headerStart)
                }
            case .longLink: break
            case .other: (name, fields) = (nil, nil)
            case .unsupported(let what):
                throw DataFileError(
                    path: file.path, place: .byte(headerStart), reason: "it has \(what), which is not read",
                    kind: .unsupported)
            }
        }
        return nil
    }

    /// The contents of the entry that `next` has just returned.
    func contents(of entry: Entry) throws -> [UInt8] {
        try stream.skip(to: entry.offset)
        return try stream.bytes(entry.size, of: "the file '\(entry.name.shortened)'")
    }

    private func block(at offset: Int) throws -> [UInt8] {
        try stream.skip(to: offset)
        var block = [UInt8](repeating: 0, count: TarHeader.size)
        let count = try block.withUnsafeMutableBytes { try stream.read(into: $0) }
        guard count == TarHeader.size else {
            throw fault("it is incomplete: it does not end in blocks of zeros", offset)
        }
        return block
    }

    private func contents(_ offset: Int, _ size: Int) throws -> [UInt8] {
        guard size <= TarReader.greatestFieldSize else { throw fault("a name has \(size) bytes", offset) }
        try stream.skip(to: offset)
        return try stream.bytes(size, of: "a name in it")
    }

    /// Throws if anything but zeros follows the end. Archives that were put together would lose all but the first.
    private func requireEnd() throws {
        isEnd = true
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let offset = stream.position
            let count = try bytes.withUnsafeMutableBytes { try stream.read(into: $0) }
            if let index = bytes[..<count].firstIndex(where: { $0 != 0 }) {
                throw fault("something follows its end; several archives in one file are not read", offset + index)
            }
            if count < bytes.count { return }
        }
    }

    private func fault(_ reason: String, _ offset: Int) -> DataFileError {
        file.fault(reason, at: .byte(offset))
    }

    /// Runs `body`, and makes its errors name the file and the place.
    private func naming<Result>(at offset: Int, _ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as FormatFault {
            let error = DataFileError(path: file.path, error)
            throw DataFileError(path: file.path, place: .byte(offset), reason: error.reason, kind: error.kind)
        }
    }
}

extension ByteStream {
    /// Moves to a place that is not before the current one; `read` notices if it is past the end.
    fileprivate func skip(to offset: Int) throws {
        try skip(offset - position)
    }
}
