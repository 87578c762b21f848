import Foundation

/// Replaces a file as a whole: a reader, and a machine that loses power, sees either the old contents or the new.
package enum AtomicFile {
    /// Lets `write` fill a temporary file in the same folder, and then gives it the name `path`.
    ///
    /// - Throws: an error that names the file.
    package static func write(_ path: String, _ write: (FileSink) throws -> Void) throws(TorchFileError) {
        do {
            try replace(path, write: write)
        } catch {
            throw TorchFileError(path: path, error)
        }
    }

    /// Lets `write` fill a temporary file in the same folder, and then gives it the name `path`.
    ///
    /// If the path is a link, the file that it names is replaced or created. The new file has the permissions of the
    /// old one.
    static func replace(
        _ path: String, creating: (String) throws -> FileSink = { try FileSink(creating: $0) },
        write: (FileSink) throws -> Void
    ) throws {
        let target = try Target(path)
        let folder = SystemPath.folder(of: target.path)
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
            // The reason is what the system said about the file, not what followed from it.
            throw file.failure.map { FormatError("cannot be written: \($0)", .access) } ?? error
        }
        try synchronizeFolder(folder.isEmpty ? "." : folder)
    }

    /// Creates a temporary file that no other process mistakes for an abandoned one.
    private static func create(
        in folder: String, _ creating: (String) throws -> FileSink
    ) throws -> (path: String, file: FileSink) {
        while true {
            let path = TemporaryFile.path(in: folder)
            TemporaryFile.add(path)
            do {
                let file = try creating(path)
                if file.lock() { return (path, file) }
                // Another process deleted it in the moment before it was locked.
                TemporaryFile.remove(path)
            } catch {
                TemporaryFile.remove(path)
                throw error
            }
        }
    }

    /// Makes the new name durable. Not every file system can do that; those that cannot say so, which is not a failure.
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
            // The file does not exist, or cannot be seen; in that case creating the temporary file reports why.
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

    /// Returns where a chain of links to a missing file ends. If a link were replaced instead, other links to the same
    /// place would not lead to the file.
    private static func end(of path: String) throws -> String {
        var path = path
        for _ in 0..<40 {
            guard let link = SystemPath.linkStatus(path), link.st_mode & S_IFMT == S_IFLNK else { return path }
            var bytes = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
            let count = SystemPath.withBytes(path) { readlink($0, &bytes, bytes.count - 1) }
            guard count > 0 else { throw FormatError("cannot be written: \(lastError())", .access) }
            let target = SystemPath.text(of: bytes.prefix(count).map { UInt8(bitPattern: $0) })
            let folder = SystemPath.folder(of: path)
            path = target.hasPrefix("/") || folder.isEmpty ? target : "\(folder)/\(target)"
        }
        throw FormatError("cannot be written: its links lead to each other", .access)
    }
}
