import Foundation

/// A file that is written over and over: in memory where the system has such a place, since it is written a million times.
///
/// Not safe for several threads at once.
public final class ScratchFile {
    public let url: URL
    private let descriptor: Int32

    /// - Throws: where no file can be created.
    public init() throws {
        let memory = "/dev/shm"
        let folder =
            FileManager.default.isWritableFile(atPath: memory)
            ? URL(filePath: memory) : FileManager.default.temporaryDirectory
        url = folder.appending(path: "helios-fuzz-\(UUID().uuidString)")
        descriptor = open(url.path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw ScratchFileError.system(errno) }
    }

    deinit {
        if descriptor >= 0 {
            close(descriptor)
            unlink(url.path)
        }
    }

    /// Replaces the contents.
    public func write(_ bytes: [UInt8]) throws {
        guard ftruncate(descriptor, 0) == 0, pwrite(descriptor, bytes, bytes.count, 0) == bytes.count else {
            throw ScratchFileError.system(errno)
        }
    }
}

/// The file of the fuzzer itself cannot be written.
public enum ScratchFileError: Error {
    case system(Int32)
}
