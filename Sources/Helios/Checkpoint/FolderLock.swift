import Foundation

/// Keeps a second training out of a checkpoint folder while one is at work there.
///
/// A file in the folder says which process it is. What counts is the lock that the system holds on the file for as long
/// as that process lives: a file that a killed one left behind locks no one out.
final class FolderLock {
    static let fileName = ".helios-lock"

    /// False on a file system that knows no locks.
    let isHeld: Bool
    private let path: String
    private var descriptor: Int32

    /// - Throws: `CheckpointError` if another training has it, in this process or another, with its number.
    convenience init(_ folder: URL) throws(CheckpointError) {
        try self.init(path: folder.path)
    }

    /// - Parameter folder: the folder's path, as `SystemPath` has it.
    init(path folder: String) throws(CheckpointError) {
        path = "\(folder)/\(FolderLock.fileName)"
        while true {
            let descriptor: Int32
            do {
                descriptor = try RegularFile.open(path, O_RDWR | O_CREAT, permissions: 0o666)
            } catch {
                throw CheckpointError(path: path, reason: "cannot be opened: \(error.reason)")
            }
            var result: Int32
            repeat { result = flock(descriptor, LOCK_EX | LOCK_NB) } while result != 0 && errno == EINTR
            if result != 0 {
                let (reason, owner) = (errno, FolderLock.owner(descriptor))
                close(descriptor)
                guard reason != EWOULDBLOCK else {
                    throw CheckpointError(
                        path: folder,
                        reason:
                            "\(owner) is training in this folder: wait until it ends, or give this training another "
                            + "checkpoint folder or saveName")
                }
                self.descriptor = -1
                isHeld = false
                SystemPath.unlink(path)
                return
            }
            // Between the two calls its owner may have removed it: then this is a lock on nothing.
            guard FolderLock.isFile(descriptor, at: path) else {
                close(descriptor)
                continue
            }
            self.descriptor = descriptor
            isHeld = true
            break
        }
        let text = "process \(getpid()) on \(FolderLock.hostName)\n"
        ftruncate(descriptor, 0)
        // Only for the message that another training throws.
        _ = text.withCString { write(descriptor, $0, strlen($0)) }
    }

    /// Lets others in.
    func release() {
        guard descriptor >= 0 else { return }
        SystemPath.unlink(path)
        close(descriptor)
        descriptor = -1
    }

    deinit { release() }

    /// What the machine calls itself, without asking the network.
    private static var hostName: String {
        var name = [CChar](repeating: 0, count: 256)
        let isKnown = gethostname(&name, name.count - 1) == 0
        let text = String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        return isKnown ? text : "an unnamed machine"
    }

    private static func isFile(_ descriptor: Int32, at path: String) -> Bool {
        var opened = stat()
        guard let named = SystemPath.status(path), fstat(descriptor, &opened) == 0 else { return false }
        return opened.st_ino == named.st_ino && opened.st_dev == named.st_dev
    }

    private static func owner(_ descriptor: Int32) -> String {
        var bytes = [UInt8](repeating: 0, count: 300)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        let text = String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self)
        let line = text.prefix { !$0.isNewline }
        return line.isEmpty ? "another process" : String(line)
    }
}
