import Foundation

/// Another name for a file, in the same folder.
enum StableName {
    /// Gives a file a name that may have belonged to another, so that whoever opens it sees the one or the other, whole.
    ///
    /// The name is a hard link: it takes no room, and unlike a symbolic link it stays when the file's first name goes, and
    /// goes along if only the name is copied. (Neither file is written to again, so what is said of one holds for
    /// both.) A file system that has no hard links gets a copy.
    static func give(_ name: URL, to file: URL) throws(CheckpointError) {
        let folder = name.deletingLastPathComponent()
        // With the ending of what a killed run left half done, which the next one clears away.
        let temporary = folder.appending(path: ".helios-\(UUID().uuidString).tmp")
        // Two names of one file already: renaming the one to the other does nothing, and leaves the first.
        defer { unlink(temporary.path) }
        do {
            if link(file.path, temporary.path) != 0 { try copy(file, to: temporary) }
            guard rename(temporary.path, name.path) == 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
        } catch {
            throw CheckpointError(
                path: name.path,
                reason: "it cannot become a name of \(file.lastPathComponent): \(error.localizedDescription)")
        }
        synchronize(folder)
    }

    /// Copies the file's bytes, which are on the disk when this returns.
    static func copy(_ file: URL, to copy: URL) throws {
        try FileManager.default.copyItem(at: file, to: copy)
        let descriptor = try RegularFile.open(copy.path, O_RDWR)
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
    }

    /// Makes new names last, if the file system can.
    static func synchronize(_ folder: URL) {
        let descriptor = open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }
}
