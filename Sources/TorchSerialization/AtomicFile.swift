import CTorch
import Foundation

/// Replaces a file as a whole: a reader, and a machine that loses power, sees the old contents or the new.
enum AtomicFile {
    /// Lets `write` fill a temporary file in the same folder, which then takes the name `path`.
    ///
    /// A link is followed, and the file that it names is replaced, or created. The new file has the old one's permissions.
    static func replace(
        _ path: String, creating: (String) throws -> FileSink = { try FileSink(creating: $0) },
        write: (FileSink) throws -> Void
    ) throws {
        let target = try Target(path)
        let folder = (target.path as NSString).deletingLastPathComponent
        let (temporary, file) = try create(in: folder, creating)
        defer { TemporaryFile.remove(temporary) }
        do {
            try write(file)
            try file.synchronize(permissions: target.permissions)
            let renamed = SystemPath.withBytes(temporary) { temporary in
                SystemPath.withBytes(target.path) { rename(temporary, $0) }
            }
            guard renamed == 0 else { throw FormatError("cannot be replaced: \(lastError())", .access) }
        } catch {
            SystemPath.unlink(temporary)
            // What the system said of the file is the reason; what came of it is not.
            throw file.failure.map { FormatError("cannot be written: \($0)", .access) } ?? error
        }
        try synchronizeFolder(folder.isEmpty ? "." : folder)
    }

    /// A new temporary file, which no other process takes for one that was left behind.
    private static func create(
        in folder: String, _ creating: (String) throws -> FileSink
    ) throws -> (path: String, file: FileSink) {
        while true {
            let path = TemporaryFile.path(in: folder)
            TemporaryFile.add(path)
            do {
                let file = try creating(path)
                if file.lock() { return (path, file) }
                // In the moment before it was locked, another process deleted it.
                TemporaryFile.remove(path)
            } catch {
                TemporaryFile.remove(path)
                throw error
            }
        }
    }

    /// Makes the new name last. Not every file system can; those that cannot say so, and that is no failure.
    private static func synchronizeFolder(_ path: String) throws {
        let folder = SystemPath.withBytes(path) { open($0, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        guard folder >= 0 else { return }  // a folder that may be written but not read
        defer { close(folder) }
        guard fsync(folder) == 0 || errno == EINVAL || errno == ENOTSUP || errno == EROFS else {
            throw FormatError("was written, but its folder cannot be forced to the disk: \(lastError())", .access)
        }
    }
}

/// The file to replace.
private struct Target {
    let path: String
    let permissions: mode_t?

    init(_ path: String) throws {
        guard let status = SystemPath.status(path) else {
            // Not there yet, or not to be seen: then creating the temporary file tells.
            self.path = try Target.end(of: path)
            permissions = nil
            return
        }
        if let kind = RegularFile.otherKind(status.st_mode) {
            throw FormatError("cannot be written: \(kind)", .access)
        }
        guard let resolved = SystemPath.withBytes(path, { realpath($0, nil) }) else {
            throw FormatError("cannot be written: \(lastError())", .access)
        }
        defer { free(resolved) }
        self.path = SystemPath.text(of: resolved)
        permissions = status.st_mode & 0o777
    }

    /// Where a chain of links to a file that is not there ends. Replacing a link instead would leave others that name the
    /// same place without the file.
    private static func end(of path: String) throws -> String {
        var path = path
        for _ in 0..<40 {
            guard let link = SystemPath.linkStatus(path), link.st_mode & S_IFMT == S_IFLNK else { return path }
            var bytes = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
            let count = SystemPath.withBytes(path) { readlink($0, &bytes, bytes.count - 1) }
            guard count > 0 else { throw FormatError("cannot be written: \(lastError())", .access) }
            let target = SystemPath.text(of: bytes.prefix(count).map { UInt8(bitPattern: $0) })
            let folder = (path as NSString).deletingLastPathComponent
            path = target.hasPrefix("/") || folder.isEmpty ? target : "\(folder)/\(target)"
        }
        throw FormatError("cannot be written: its links lead to each other", .access)
    }
}

/// A new file that takes bytes in order and keeps the first failure. A class that is open to tests, which let it fail.
class FileSink {
    private var descriptor: Int32
    /// Another descriptor of the file, with which the lock outlasts closing the first.
    private var lockDescriptor: Int32 = -1
    private var size = 0
    /// How many bytes the disk was told to begin with.
    private var startedSize = 0
    /// What the system said when writing failed.
    private(set) var failure: String?

    init(creating path: String) throws {
        descriptor = SystemPath.withBytes(path) { open($0, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666) }
        guard descriptor >= 0 else { throw FormatError("cannot be written in its folder: \(lastError())", .access) }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
        if lockDescriptor >= 0 { close(lockDescriptor) }
    }

    /// Takes the system's lock on the file, which says that a process writes it; false if another process took the file for
    /// one that was left behind. Not every file system has locks.
    func lock() -> Bool {
        if flock(descriptor, LOCK_EX | LOCK_NB) != 0 { return errno != EWOULDBLOCK }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_nlink > 0 else { return false }
        lockDescriptor = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
        return true
    }

    /// Throws if the disk lacks the space for so many bytes.
    func requireSpace(_ byteCount: Int) throws {
        var status = statvfs()
        // A file system that does not tell how much is free shows it in the writing.
        guard fstatvfs(descriptor, &status) == 0, status.f_blocks > 0 else { return }
        let (free, overflow) = UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize))
        guard !overflow, UInt64(clamping: byteCount) > free else { return }
        throw FormatError(
            "cannot be written: it takes \(byteCount) bytes, and the disk has \(free) bytes left", .access)
    }

    /// Whether all of the bytes were written.
    func take(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            // Linux writes at most 2 GiB at a time, macOS refuses to write more.
            let part = UnsafeRawBufferPointer(rebasing: rest.prefix(1 << 30))
            let written = writeSome(part)
            if written < 0, errno == EINTR { continue }
            guard written > 0 else {
                failure = written < 0 ? lastError() : "the system took no bytes"
                return false
            }
            rest = rest.dropFirst(written)
            size += written
        }
        startDisk()
        return true
    }

    /// Lets the disk begin with what there is, since forcing all to it at the end takes as long again as writing did.
    private func startDisk() {
        guard size - startedSize >= FileSink.startSize else { return }
        ct_start_writing(descriptor, Int64(startedSize), Int64(size - startedSize))
        startedSize = size
    }

    /// As the disk takes it at once; half and double as much made no difference.
    private static let startSize = 32 << 20

    /// Writes some of the bytes and says how many; -1 where it fails, with the reason in `errno`.
    func writeSome(_ bytes: UnsafeRawBufferPointer) -> Int {
        withoutWriteSignals { write(descriptor, bytes.baseAddress, bytes.count) }
    }

    /// Forces the contents to the disk and closes the file.
    func synchronize(permissions: mode_t?) throws {
        // Where the owner differs this may fail; the file is then as any new one.
        if let permissions { _ = fchmod(descriptor, permissions) }
        try require(forceToDisk())
        let closing = close(descriptor)
        descriptor = -1
        try require(closing)
    }

    private func forceToDisk() -> Int32 {
        #if canImport(Darwin)
            // There fsync leaves the bytes in the drive's own memory.
            if fcntl(descriptor, F_FULLFSYNC) == 0 { return 0 }
        #endif
        return fsync(descriptor)
    }

    private func require(_ result: Int32) throws {
        guard result == 0 else {
            let reason = lastError()
            failure = reason
            throw FormatError("cannot be written: \(reason)", .access)
        }
    }
}
