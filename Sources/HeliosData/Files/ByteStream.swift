import Torch
import TorchSerialization

/// The bytes of a file in order, unpacked if its first bytes say that it is a gzip file (RFC 1952).
///
/// A size that a header states is not allocated until the file is known to have that many bytes.
final class ByteStream {
    private let file: DataFile
    /// What unpacks the file; `nil` if it is not packed.
    private let gzip: GzipReader?
    /// How many bytes were taken.
    private(set) var position = 0

    init(_ file: DataFile) throws {
        self.file = file
        let start = try file.read(at: 0, count: min(2, file.size))
        gzip = start == GzipReader.magic ? try GzipReader(file) : nil
    }

    /// Whether the file is packed, so that positions are not those of the file.
    var isPacked: Bool { gzip != nil }

    /// More bytes than these cannot follow; there may be fewer.
    var greatestRest: Int {
        gzip == nil ? file.size - position : Inflater.greatestSize(ofPacked: file.size)
    }

    /// Fills the start of a buffer with the bytes that follow.
    ///
    /// - Returns: how many there were: fewer than there is room for only at the end.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        let count: Int
        if let gzip {
            count = try gzip.read(into: buffer)
        } else {
            count = min(buffer.count, file.size - position)
            try naming(file.path) {
                try file.source.read(at: position, into: UnsafeMutableRawBufferPointer(rebasing: buffer.prefix(count)))
            }
        }
        position += count
        return count
    }

    /// Fills a buffer with the bytes that follow.
    ///
    /// - Parameter what: what the bytes are, for the error if there are too few.
    func fill(_ buffer: UnsafeMutableRawBufferPointer, with what: String) throws {
        let count = try read(into: buffer)
        guard count == buffer.count else {
            throw file.fault("it is incomplete: \(what) should have \(buffer.count) bytes and there are \(count)")
        }
    }

    /// The bytes that follow.
    ///
    /// - Parameter what: what the bytes are, for the error if there are too few.
    func bytes(_ count: Int, of what: String) throws -> [UInt8] {
        guard count <= greatestRest else {
            throw file.fault("it is incomplete: \(what) should have \(count) bytes, and there are fewer")
        }
        return try [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            try fill(UnsafeMutableRawBufferPointer(buffer), with: what)
            initialized = count
        }
    }

    /// Throws if anything follows.
    func requireEnd() throws {
        var byte: UInt8 = 0
        let count = try withUnsafeMutableBytes(of: &byte) { try read(into: $0) }
        guard count == 0 else { throw file.fault("more bytes follow the data than the file should have") }
    }

    /// Skips bytes; there may be fewer.
    func skip(_ count: Int) throws {
        guard let gzip else {
            position += min(count, file.size - position)
            return
        }
        var rest = count
        while rest > 0 {
            let skipped = try gzip.skip(atMost: rest)
            guard skipped > 0 else { return }
            rest -= skipped
            position += skipped
        }
    }
}
