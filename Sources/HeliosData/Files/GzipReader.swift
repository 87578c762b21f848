import Torch
import TorchSerialization

/// Unpacks a gzip file (RFC 1952) from its start to its end, and compares it with its checksums.
///
/// A file may have several members, which are unpacked one after the other, as the program gzip does.
final class GzipReader {
    /// The first bytes of every gzip file.
    static let magic: [UInt8] = [0x1F, 0x8B]

    private let file: DataFile
    private var inflater: Inflater
    /// A part of the file; the bytes up to `start` have been taken.
    private var packed: [UInt8] = []
    private var start = 0
    /// Where the next part begins in the file.
    private var offset = 0
    private var checksum = Checksum()
    private var memberSize: UInt32 = 0
    private var isEnd = false
    private var skipped: [UInt8] = []

    init(_ file: DataFile) throws {
        self.file = file
        inflater = try naming(file.path) { try Inflater() }
        try readHeader()
    }

    /// Fills the start of a buffer with the bytes that follow; all of it, unless the data end.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        var count = 0
        while count < buffer.count, !isEnd {
            if start == packed.count { try load() }
            let room = UnsafeMutableRawBufferPointer(rebasing: buffer[count...])
            let result = try naming(file.path) {
                try packed.withUnsafeBytes {
                    try inflater.unpack(UnsafeRawBufferPointer(rebasing: $0[start...]), into: room)
                }
            }
            start += result.taken
            count += result.given
            checksum.add(UnsafeRawBufferPointer(rebasing: room.prefix(result.given)))
            memberSize &+= UInt32(truncatingIfNeeded: result.given)
            if result.isEnd {
                try endMember()
            } else if result.taken == 0, result.given == 0 {
                throw file.fault(
                    start == packed.count
                        ? "it is incomplete: its packed bytes do not end"
                        : "it is damaged: its packed bytes make no sense")
            }
        }
        return count
    }

    /// Unpacks some bytes and forgets them; 0 at the end.
    func skip(atMost count: Int) throws -> Int {
        if skipped.isEmpty { skipped = [UInt8](repeating: 0, count: 1 << 16) }
        return try skipped.withUnsafeMutableBytes { buffer in
            try read(into: UnsafeMutableRawBufferPointer(rebasing: buffer.prefix(count)))
        }
    }

    private func load() throws {
        packed = try file.read(at: offset, count: min(1 << 16, file.size - offset))
        start = 0
        offset += packed.count
    }

    /// The next byte of the file itself; `nil` at its end.
    private func nextByte() throws -> UInt8? {
        if start == packed.count { try load() }
        guard start < packed.count else { return nil }
        defer { start += 1 }
        return packed[start]
    }

    private func byte() throws -> UInt8 {
        guard let byte = try nextByte() else { throw file.fault("it is incomplete: a gzip file ends too early") }
        return byte
    }

    private func number(_ byteCount: Int) throws -> UInt32 {
        var number: UInt32 = 0
        for index in 0..<byteCount { number |= UInt32(try byte()) << UInt32(8 * index) }
        return number
    }

    /// Compares the member that ends here with its checksum, and finds out whether another follows.
    private func endMember() throws {
        guard try number(4) == checksum.value, try number(4) == memberSize else {
            throw file.fault("it is damaged: its unpacked bytes do not have their checksum")
        }
        // Some programs fill the last block of a tape with zeros.
        while let byte = try nextByte() {
            guard byte != 0 else { continue }
            start -= 1
            checksum = Checksum()
            memberSize = 0
            inflater = try naming(file.path) { try Inflater() }
            return try readHeader()
        }
        isEnd = true
    }

    private func readHeader() throws {
        guard try byte() == GzipReader.magic[0], try byte() == GzipReader.magic[1] else {
            throw file.fault("it is damaged: what follows a gzip member is not another one")
        }
        guard try byte() == 8 else { throw file.unsupported("it is packed in another way than gzip does") }
        let flags = try byte()
        guard flags & 0xE0 == 0 else { throw file.fault("it is damaged: its gzip header has unknown flags") }
        _ = try number(4)  // the time
        _ = try number(2)  // the level and the system
        if flags & 4 != 0 { for _ in 0..<(try number(2)) { _ = try byte() } }
        // The name and a comment, which end in zero.
        for flag in [UInt8(8), 16] where flags & flag != 0 { while try byte() != 0 {} }
        if flags & 2 != 0 { _ = try number(2) }  // the header's own checksum
    }
}
