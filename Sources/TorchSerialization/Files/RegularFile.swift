import Foundation

/// The system refused an operation on a file or a folder.
package struct FileAccessError: Error {
    /// The reason, in words that follow a colon: `Permission denied`, `it is a FIFO (a named pipe), not a regular
    /// file`.
    package let reason: String
    /// The system's error code for the reason; 0 if it has none.
    package let code: Int32

    package init(reason: String, code: Int32 = 0) {
        self.reason = reason
        self.code = code
    }
}

/// Opens files in one careful way: what is at a path may not be a regular file, and then it must not block the program,
/// or be read or written as if it were one.
package enum RegularFile {
    /// Opens a regular file, following links.
    ///
    /// The call does not wait for the other end of a FIFO, and does not make a terminal the controlling one. Other
    /// programs do not inherit the descriptor.
    ///
    /// - Parameters:
    ///   - flags: `O_RDONLY`, or any other of the system's flags.
    ///   - permissions: those of a file that `O_CREAT` creates.
    /// - Throws: `FileAccessError` if the system refuses, or if the path names a folder, a FIFO, a socket or a
    ///   device.
    package static func open(
        _ path: String, _ flags: Int32 = O_RDONLY, permissions: mode_t = 0
    ) throws(FileAccessError) -> Int32 {
        var descriptor: Int32
        repeat {
            descriptor = SystemPath.withBytes(path) {
                Foundation.open($0, flags | O_NONBLOCK | O_CLOEXEC | O_NOCTTY, permissions)
            }
        } while descriptor < 0 && errno == EINTR
        guard descriptor >= 0 else {
            let (reason, code) = (lastError(), errno)
            // The system's own words for these are misleading, such as "No such device or address" for a socket.
            let kind = SystemPath.status(path).flatMap { RegularFile.otherKind($0.st_mode) }
            throw FileAccessError(reason: kind ?? reason, code: code)
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            let reason = lastError()
            close(descriptor)
            throw FileAccessError(reason: reason)
        }
        if let kind = otherKind(status.st_mode) {
            close(descriptor)
            throw FileAccessError(reason: kind)
        }
        return descriptor
    }

    /// Returns the first bytes of a regular file; fewer if it has fewer.
    package static func start(of path: String, count: Int) throws(FileAccessError) -> [UInt8] {
        let descriptor = try open(path)
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: count)
        let read = pread(descriptor, &bytes, count, 0)
        guard read >= 0 else { throw FileAccessError(reason: lastError()) }
        return Array(bytes.prefix(read))
    }

    /// Returns a sentence about what there is instead of a regular file; `nil` for a regular file.
    static func otherKind(_ mode: mode_t) -> String? {
        switch mode & S_IFMT {
        case S_IFREG: nil
        case S_IFDIR: "it is a folder"
        case S_IFIFO: "it is a FIFO (a named pipe), not a regular file"
        case S_IFSOCK: "it is a socket, not a regular file"
        case S_IFCHR, S_IFBLK: "it is a device, not a regular file"
        default: "it is not a regular file"
        }
    }
}

/// Returns what the system says about the last failing call, as in `No space left on device`.
package func lastError() -> String {
    String(cString: strerror(errno))
}
