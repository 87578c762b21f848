import CTorch
import Foundation

/// Replaces a file as a whole: a reader, and a machine that loses power, sees the old contents or the new.
enum AtomicFile {
    /// Lets `write` fill a temporary file in the same folder, which then takes the name `path`.
    ///
    /// A link is followed, and the file that it names is replaced. The new file has the old one's permissions.
    static func replace(
        _ path: String, creating: (String) throws -> FileSink = { try FileSink(creating: $0) },
        write: (FileSink) throws -> Void
    ) throws {
        let target = try Target(path)
        let folder = (target.path as NSString).deletingLastPathComponent
        // Not made from the file's own name, which may already be as long as a name can be.
        let name = prefix + String(UInt64.random(in: .min ... .max), radix: 16) + suffix
        let temporary = folder.isEmpty ? name : folder + "/" + name

        let file = try creating(temporary)
        do {
            try write(file)
            try file.synchronize(permissions: target.permissions)
            guard rename(temporary, target.path) == 0 else { throw FormatError("cannot be replaced: \(lastError())") }
        } catch {
            unlink(temporary)
            // What the system said of the file is the reason; what came of it is not.
            throw file.failure.map { FormatError("cannot be written: \($0)") } ?? error
        }
        try synchronizeFolder(folder.isEmpty ? "." : folder)
    }

    private static let prefix = ".helios-"
    private static let suffix = ".tmp"

    /// Deletes the temporary files in a folder that a process left there when it was killed. None may be at work there.
    static func removeLeftovers(in folder: String) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        for name in names where name.hasPrefix(prefix) && name.hasSuffix(suffix) { unlink("\(folder)/\(name)") }
    }

    /// Makes the new name last. Not every file system can; those that cannot say so, and that is no failure.
    private static func synchronizeFolder(_ path: String) throws {
        let folder = open(path, O_RDONLY | O_CLOEXEC)
        guard folder >= 0 else { return }  // a folder that may be written but not read
        defer { close(folder) }
        guard fsync(folder) == 0 || errno == EINVAL || errno == ENOTSUP || errno == EROFS else {
            throw FormatError("was written, but its folder cannot be forced to the disk: \(lastError())")
        }
    }
}

/// The file to replace.
private struct Target {
    let path: String
    let permissions: mode_t?

    init(_ path: String) throws {
        var status = stat()
        guard stat(path, &status) == 0 else {
            // Not there yet, or not to be seen: then creating the temporary file tells.
            self.path = path
            permissions = nil
            return
        }
        switch status.st_mode & S_IFMT {
        case S_IFREG: break
        case S_IFDIR: throw FormatError("cannot be written: it is a folder")
        default: throw FormatError("cannot be written: it is not a regular file")
        }
        guard let resolved = realpath(path, nil) else { throw FormatError("cannot be written: \(lastError())") }
        defer { free(resolved) }
        self.path = String(cString: resolved)
        permissions = status.st_mode & 0o777
    }
}

/// A new file that takes bytes in order and keeps the first failure. A class that is open to tests, which let it fail.
class FileSink {
    private var descriptor: Int32
    private var size = 0
    /// How many bytes the disk was told to begin with.
    private var startedSize = 0
    /// What the system said when writing failed.
    private(set) var failure: String?

    init(creating path: String) throws {
        descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw FormatError("cannot be written in its folder: \(lastError())") }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
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
        write(descriptor, bytes.baseAddress, bytes.count)
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
            throw FormatError("cannot be written: \(reason)")
        }
    }
}

/// What the system says of the last failing call, as in `No space left on device`.
func lastError() -> String {
    String(cString: strerror(errno))
}
