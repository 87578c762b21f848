import Foundation

/// A folder of files that are written over and over: in memory if the system has such a place, since they are written a
/// million times.
///
/// Not safe for several threads at once.
public final class ScratchFolder {
    private let url: URL
    private var files: [String: ScratchFile] = [:]

    /// - Throws: if no folder can be created.
    public init() throws {
        let memory = "/dev/shm"
        let parent =
            FileManager.default.isWritableFile(atPath: memory)
            ? URL(filePath: memory) : FileManager.default.temporaryDirectory
        url = parent.appending(path: "helios-fuzz-\(UUID().uuidString)")
        guard mkdir(url.path, 0o700) == 0 else { throw ScratchFolderError.system(errno) }
    }

    deinit {
        for file in files.values { file.remove() }
        rmdir(url.path)
    }

    /// Replaces the contents of one of the files.
    public func write(_ bytes: [UInt8], to name: String = "file") throws -> URL {
        if let file = files[name] {
            try file.write(bytes)
            return file.url
        }
        let file = try ScratchFile(url.appending(path: name))
        files[name] = file
        try file.write(bytes)
        return file.url
    }
}

/// One of the files, which stays open.
private final class ScratchFile {
    let url: URL
    private let descriptor: Int32
    private var contents: [UInt8] = []

    init(_ url: URL) throws {
        self.url = url
        descriptor = open(url.path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw ScratchFolderError.system(errno) }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    func write(_ bytes: [UInt8]) throws {
        // Most often only one of several files changes.
        guard bytes != contents else { return }
        guard ftruncate(descriptor, 0) == 0, pwrite(descriptor, bytes, bytes.count, 0) == bytes.count else {
            throw ScratchFolderError.system(errno)
        }
        contents = bytes
    }

    func remove() {
        unlink(url.path)
    }
}

/// The files of the fuzzer itself cannot be written.
public enum ScratchFolderError: Error {
    case system(Int32)
}
