import CTorch
import Foundation

/// A new file that takes bytes in order and keeps the first failure.
///
/// It is a class so that tests can let it fail.
package class FileSink {
    private var descriptor: Int32
    /// Another descriptor of the file, which keeps the lock after the first is closed.
    private var lockDescriptor: Int32 = -1
    private var size = 0
    /// How many bytes the system was told to begin writing to the disk.
    private var startedSize = 0
    /// Why the first failing call failed.
    private(set) var failure: String?
    /// The system's error code for the failure; 0 if it has none.
    private(set) var failureCode: Int32 = 0

    init(creating path: String) throws {
        descriptor = SystemPath.withBytes(path) { open($0, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666) }
        guard descriptor >= 0 else { throw FormatError("cannot be written in its folder: \(lastError())", .access) }
    }

    /// A sink without a file, for a subclass that keeps the bytes.
    fileprivate init() {
        descriptor = -1
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
        if lockDescriptor >= 0 { close(lockDescriptor) }
    }

    /// Takes the system's lock on the file, which says that a process is writing it.
    ///
    /// - Returns: false if another process mistook the file for an abandoned one. Not every file system has locks.
    func lock() -> Bool {
        if flock(descriptor, LOCK_EX | LOCK_NB) != 0 { return errno != EWOULDBLOCK }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_nlink > 0 else { return false }
        lockDescriptor = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
        return true
    }

    /// Throws if the disk does not have room for this many bytes.
    func requireSpace(_ byteCount: Int) throws {
        var status = statvfs()
        // A file system that does not say how much is free shows it when writing fails.
        guard fstatvfs(descriptor, &status) == 0, status.f_blocks > 0 else { return }
        let (free, overflow) = UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize))
        guard !overflow, UInt64(clamping: byteCount) > free else { return }
        throw FormatError(
            "cannot be written: it takes \(byteCount) bytes, and the disk has \(free) bytes left", .access)
    }

    /// Writes all of the bytes, part after part: the disk is then at work while the rest is copied.
    package func add(_ bytes: UnsafeRawBufferPointer) throws {
        guard bytes.count > FileSource.partSize else { return try addPart(bytes) }
        for start in stride(from: 0, to: bytes.count, by: FileSource.partSize) {
            try addPart(UnsafeRawBufferPointer(rebasing: bytes[start...].prefix(FileSource.partSize)))
        }
    }

    private func addPart(_ bytes: UnsafeRawBufferPointer) throws {
        guard take(bytes) else { throw FormatError("cannot be written: \(failure ?? "the system took no bytes")") }
    }

    /// Writes all of the bytes, and returns whether the system took them.
    func take(_ bytes: UnsafeRawBufferPointer) -> Bool {
        do {
            try writeAll(bytes) { writeSome($0) }
        } catch {
            (failure, failureCode) = (error.reason, error.code)
            return false
        }
        size += bytes.count
        startDisk()
        return true
    }

    /// Lets the disk begin with what there is, since forcing everything to it at the end takes as long as writing did.
    private func startDisk() {
        guard size - startedSize >= FileSink.startSize else { return }
        ct_start_writing(descriptor, Int64(startedSize), Int64(size - startedSize))
        startedSize = size
    }

    /// How many bytes the disk is told to write at a time. Half and twice as many made no difference.
    private static let startSize = 32 << 20

    /// Writes some of the bytes and returns how many; -1 if it fails, with the reason in `errno`.
    func writeSome(_ bytes: UnsafeRawBufferPointer) -> Int {
        withoutWriteSignals { write(descriptor, bytes.baseAddress, bytes.count) }
    }

    /// Forces the contents to the disk and closes the file.
    func synchronize(permissions: mode_t?) throws {
        // This may fail if the owner differs; the file then has the permissions of any new one.
        if let permissions { _ = fchmod(descriptor, permissions) }
        try require(forceToDisk())
        let closing = close(descriptor)
        descriptor = -1
        try require(closing)
    }

    private func forceToDisk() -> Int32 {
        #if canImport(Darwin)
            // On Darwin, fsync leaves the bytes in the drive's own memory.
            if fcntl(descriptor, F_FULLFSYNC) == 0 { return 0 }
        #endif
        return fsync(descriptor)
    }

    private func require(_ result: Int32) throws {
        guard result == 0 else {
            let (reason, code) = (lastError(), errno)
            (failure, failureCode) = (reason, code)
            throw FormatError("cannot be written: \(reason)", .access)
        }
    }
}

/// A sink that keeps the bytes in memory.
final class MemorySink: FileSink {
    private(set) var bytes: [UInt8] = []

    override init() {
        super.init()
    }

    override func take(_ bytes: UnsafeRawBufferPointer) -> Bool {
        self.bytes += bytes
        return true
    }
}
