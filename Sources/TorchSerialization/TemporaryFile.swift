import Foundation
import Synchronization

/// The hidden files that a replaced file's new contents are written to, and what becomes of them if the process ends.
///
/// While one is written its process holds the system's lock on it. So another process can tell what a killed one left.
package enum TemporaryFile {
    private static let prefix = ".helios-"
    private static let suffix = ".tmp"

    /// The paths of those that this process is writing.
    private static let paths = Mutex<Set<String>>([])

    /// A new path in a folder. It is not made from the file's own name, which may already be as long as a name can be.
    static func path(in folder: String) -> String {
        let name = prefix + String(UInt64.random(in: .min ... .max), radix: 16) + suffix
        return folder.isEmpty ? name : folder + "/" + name
    }

    /// Notes a file that is about to be created.
    static func add(_ path: String) {
        paths.withLock { _ = $0.insert(path) }
    }

    /// Forgets a file that has its own name now, or is gone.
    static func remove(_ path: String) {
        paths.withLock { _ = $0.remove(path) }
    }

    /// Deletes the files that this process is writing, and runs `body`, which is to end the process: until it returns, no
    /// other file is begun.
    package static func deleteAll(andThen body: () -> Void) {
        paths.withLock { paths in
            for path in paths { SystemPath.unlink(path) }
            body()
        }
    }

    /// Deletes what killed processes left in a folder, and nothing that a process still writes.
    ///
    /// On a file system without locks nothing is deleted.
    ///
    /// - Returns: the paths of the deleted files.
    package static func deleteAbandoned(in folder: String) -> [String] {
        leftovers(in: folder).filter { path in
            guard let descriptor = try? RegularFile.open(path, O_RDWR | O_NOFOLLOW) else { return false }
            // Closing it gives the lock back.
            defer { close(descriptor) }
            return flock(descriptor, LOCK_EX | LOCK_NB) == 0 && SystemPath.unlink(path)
        }
    }

    /// Deletes the temporary files in a folder that a process left there when it was killed. None may be at work there.
    static func deleteLeftovers(in folder: String) {
        for path in leftovers(in: folder) { SystemPath.unlink(path) }
    }

    private static func leftovers(in folder: String) -> [String] {
        let names = (try? SystemPath.names(in: folder)) ?? []
        return names.filter { $0.hasPrefix(prefix) && $0.hasSuffix(suffix) }
            .map { folder.isEmpty ? $0 : "\(folder)/\($0)" }
    }
}
