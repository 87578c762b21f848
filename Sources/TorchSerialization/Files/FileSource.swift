import Foundation
import Synchronization

/// Bytes that can be read at any offset: a regular file, with the size that it had when it was opened, or memory.
///
/// The file is read and not mapped, so that a file that becomes shorter is an error; if it were mapped, the next access
/// to the missing part would end the process. Reading the bytes straight to their destination is a single copy as well.
package final class FileSource: Sendable {
    package let size: Int
    private let place: Place
    private let readTotal = Atomic(0)
    private let isReadWhole = Atomic(false)

    /// The number of bytes read so far, some of them perhaps several times.
    var readCount: Int { readTotal.load(ordering: .relaxed) }

    private enum Place {
        case file(descriptor: Int32)
        case memory([UInt8])
    }

    package init(_ path: String) throws {
        let descriptor = try RegularFile.open(path)
        place = .file(descriptor: descriptor)
        var status = stat()
        let known = fstat(descriptor, &status)
        size = Int(status.st_size)
        guard known == 0 else { throw FileAccessError(reason: lastError()) }
    }

    package init(_ bytes: [UInt8]) {
        size = bytes.count
        place = .memory(bytes)
    }

    deinit {
        if case .file(let descriptor) = place { close(descriptor) }
    }

    package func read(at offset: Int, count: Int) throws -> [UInt8] {
        try requireInside(offset, count)
        return try [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            try read(at: offset, into: UnsafeMutableRawBufferPointer(buffer))
            initialized = count
        }
    }

    package func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
        _ = try readPieces(at: offset, into: buffer) { try read(at: offset + $0, uncheckedInto: $1) }
    }

    /// Reads each part and adds it to the checksum while it is still in the processor's cache.
    func readSumming(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws -> Checksum {
        let checksums = try readPieces(at: offset, into: buffer) { pieceOffset, piece in
            var checksum = Checksum()
            for start in stride(from: 0, to: piece.count, by: FileSource.partSize) {
                let part = UnsafeMutableRawBufferPointer(rebasing: piece[start...].prefix(FileSource.partSize))
                try read(at: offset + pieceOffset + start, uncheckedInto: part)
                checksum.add(UnsafeRawBufferPointer(part))
            }
            return checksum
        }
        return checksums.reduce(into: Checksum()) { $0.add($1) }
    }

    /// Divides a large read into as many pieces as there are processors, and lets `body` read all of them at once. Most
    /// of the time is spent on the first touch of the memory, which the processors then share.
    ///
    /// - Parameter body: receives the offset of a piece in `buffer`, and the piece.
    private func readPieces<Result: Sendable>(
        at offset: Int, into buffer: UnsafeMutableRawBufferPointer,
        _ body: (Int, UnsafeMutableRawBufferPointer) throws -> Result
    ) throws -> [Result] {
        try requireInside(offset, buffer.count)
        readTotal.wrappingAdd(buffer.count, ordering: .relaxed)
        if buffer.count >= FileSource.partSize { askDisk(at: offset, count: buffer.count) }
        // Asking for the number of processors takes longer than a small read.
        let pieces = buffer.count / FileSource.leastPieceSize
        let count = pieces > 1 ? min(ProcessInfo.processInfo.activeProcessorCount, pieces) : 1
        guard count > 1 else { return [try body(0, buffer)] }

        let pieceSize = (buffer.count + count - 1) / count
        let results = Mutex([Swift.Result<Result, any Error>?](repeating: nil, count: count))
        // No two pieces share a byte, and all are done when this returns.
        nonisolated(unsafe) let (buffer, body) = (buffer, body)
        DispatchQueue.concurrentPerform(iterations: count) { index in
            let start = index * pieceSize
            let piece = UnsafeMutableRawBufferPointer(rebasing: buffer[start..<min(start + pieceSize, buffer.count)])
            let result = Swift.Result { try body(start, piece) }
            results.withLock { $0[index] = result }
        }
        return try results.withLock { try $0.compactMap { try $0?.get() } }
    }

    /// Tells the system what is read next, which it cannot guess if pieces are read side by side.
    private func askDisk(at offset: Int, count: Int) {
        #if !canImport(Darwin)
            guard case .file(let descriptor) = place else { return }
            let ahead = isReadWhole.load(ordering: .relaxed) ? 32 << 20 : 0
            posix_fadvise(descriptor, offset, count + ahead, POSIX_FADV_WILLNEED)
        #endif
    }

    /// Reads a part of the file once, a little at a time, without keeping it.
    func forEachPart(at offset: Int, count: Int, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        var part = [UInt8](repeating: 0, count: min(FileSource.partSize, count))
        for start in stride(from: 0, to: count, by: FileSource.partSize) {
            try part.withUnsafeMutableBytes { part in
                let bytes = UnsafeMutableRawBufferPointer(rebasing: part.prefix(count - start))
                try read(at: offset + start, into: bytes)
                try body(UnsafeRawBufferPointer(bytes))
            }
        }
    }

    /// Announces that everything is going to be read in order, so that the system may read ahead.
    package func expectWhole() {
        isReadWhole.store(true, ordering: .relaxed)
    }

    /// The size below which a thread costs more than it saves.
    private static let leastPieceSize = 1 << 21

    /// The size of a part, which fits the cache of one core.
    package static let partSize = 1 << 18

    /// Maps a part of the file into memory, without a copy.
    package func map(at offset: Int, count: Int) throws -> MappedFile {
        try requireInside(offset, count)
        guard case .file(let descriptor) = place else {
            throw FormatError("cannot be mapped: it is not a file", .access)
        }
        return try MappedFile(descriptor, at: offset, count: count)
    }

    private func read(at offset: Int, uncheckedInto buffer: UnsafeMutableRawBufferPointer) throws {
        switch place {
        case .memory(let bytes):
            bytes.withUnsafeBytes { buffer.copyMemory(from: .init(rebasing: $0[offset...].prefix(buffer.count))) }
        case .file(let descriptor): try read(descriptor, at: offset, into: buffer)
        }
    }

    private func read(_ descriptor: Int32, at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
        var done = 0
        while done < buffer.count {
            // macOS refuses to read 2 GiB at a time.
            let part = UnsafeMutableRawBufferPointer(rebasing: buffer[done...].prefix(1 << 30))
            let count = pread(descriptor, part.baseAddress, part.count, off_t(offset + done))
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw FileAccessError(reason: lastError()) }
            guard count > 0 else { throw FormatError("became shorter while it was read", .access) }
            done += count
        }
    }

    private func requireInside(_ offset: Int, _ count: Int) throws {
        guard offset >= 0, count >= 0, offset <= size, count <= size - offset else {
            throw FormatError("it is damaged or incomplete: it has \(size) bytes and refers to more")
        }
    }
}
