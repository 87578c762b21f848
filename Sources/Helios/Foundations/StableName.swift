import Foundation

/// Another name for a file, in the same folder.
enum StableName {
    /// Gives a file a name that may have belonged to another, so that readers see the old or the new file, whole.
    ///
    /// The name is a hard link: it takes no room, and unlike a symbolic link it stays when the file's first name goes,
    /// and goes along if only the name is copied. (Neither file is written to again, so what is said of one holds for
    /// both.) A file system that has no hard links gets a copy.
    static func give(_ name: URL, to file: URL) throws(CheckpointError) {
        try give(name.path, to: file.path)
    }

    /// Does the same for paths, as `SystemPath` has them.
    static func give(_ name: String, to file: String) throws(CheckpointError) {
        let folder = SystemPath.folder(of: name)
        // It has the ending of what a killed run left unfinished, which the next one deletes.
        let temporary = "\(folder.isEmpty ? "." : folder)/.helios-\(UUID().uuidString).tmp"
        // If both are names of one file already, renaming one to the other does nothing, and leaves the first.
        defer { SystemPath.unlink(temporary) }
        do {
            if !link(file, as: temporary) { try copy(file, to: temporary) }
            guard rename(temporary, to: name) else { throw FileAccessError(reason: lastError()) }
        } catch {
            let reason = (error as? FileAccessError)?.reason ?? error.localizedDescription
            throw CheckpointError(
                path: name, reason: "it cannot become a name of \(SystemPath.name(of: file)): \(reason)")
        }
        synchronize(folder)
    }

    private static func link(_ file: String, as name: String) -> Bool {
        SystemPath.withBytes(file) { file in SystemPath.withBytes(name) { Foundation.link(file, $0) } } == 0
    }

    private static func rename(_ file: String, to name: String) -> Bool {
        SystemPath.withBytes(file) { file in SystemPath.withBytes(name) { Foundation.rename(file, $0) } } == 0
    }

    /// Copies the file's bytes and permissions to a new file, which are on the disk when this returns.
    static func copy(_ file: URL, to copy: URL) throws {
        try self.copy(file.path, to: copy.path)
    }

    private static func copy(_ file: String, to copy: String) throws {
        let source = try RegularFile.open(file)
        defer { close(source) }
        var status = stat()
        guard fstat(source, &status) == 0 else { throw FileAccessError(reason: lastError()) }
        let target = try RegularFile.open(copy, O_RDWR | O_CREAT | O_EXCL, permissions: status.st_mode & 0o777)
        defer { close(target) }
        var part = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = read(source, &part, part.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw FileAccessError(reason: lastError()) }
            if count == 0 { break }
            do {
                try writeAll(Array(part[..<count])) { bytes in
                    withoutWriteSignals { write(target, bytes.baseAddress, bytes.count) }
                }
            } catch {
                throw FileAccessError(reason: error.reason)
            }
        }
        guard fsync(target) == 0 else { throw FileAccessError(reason: lastError()) }
    }

    /// Makes new names in a folder last, if the file system can.
    static func synchronize(_ folder: URL) {
        synchronize(folder.path)
    }

    private static func synchronize(_ folder: String) {
        let descriptor = SystemPath.withBytes(folder.isEmpty ? "." : folder) {
            open($0, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        }
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }
}
