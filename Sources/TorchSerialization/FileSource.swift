import Foundation

/// A regular file that is read at any place. Its size is that of the moment when it was opened.
final class FileSource {
    let size: Int
    private let descriptor: Int32

    init(_ path: String) throws {
        // Not to wait where the path is that of a pipe.
        descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            size = 0
            throw FormatError("cannot be read: \(lastError())")
        }
        var status = stat()
        let known = fstat(descriptor, &status)
        size = Int(status.st_size)
        guard known == 0 else { throw FormatError("cannot be read: \(lastError())") }
        switch status.st_mode & S_IFMT {
        case S_IFREG: break
        case S_IFDIR: throw FormatError("cannot be read: it is a folder")
        default: throw FormatError("cannot be read: it is not a regular file")
        }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    func read(at offset: Int, count: Int) throws -> [UInt8] {
        try requireInside(offset, count)
        return try [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            try read(at: offset, into: UnsafeMutableRawBufferPointer(buffer))
            initialized = count
        }
    }

    func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
        try requireInside(offset, buffer.count)
        var done = 0
        while done < buffer.count {
            // macOS refuses to read 2 GiB at a time.
            let part = UnsafeMutableRawBufferPointer(rebasing: buffer[done...].prefix(1 << 30))
            let count = pread(descriptor, part.baseAddress, part.count, off_t(offset + done))
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw FormatError("cannot be read: \(lastError())") }
            guard count > 0 else { throw FormatError("became shorter while it was read") }
            done += count
        }
    }

    private func requireInside(_ offset: Int, _ count: Int) throws {
        guard offset >= 0, count >= 0, offset <= size, count <= size - offset else {
            throw FormatError("it is damaged or incomplete: it has \(size) bytes and refers to more")
        }
    }
}
