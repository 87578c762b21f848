import Foundation
import Synchronization

/// The hidden files that receive the new contents of a file, and what becomes of them if the process ends.
///
/// While a process writes such a file, it holds the system's lock on it. So another process can tell which files a
/// killed one left.
package enum TemporaryFile {
    private static let prefix = ".helios-"
    private static let suffix = ".tmp"

    /// The paths of the files that this process is writing.
    private static let paths = Mutex<Set<String>>([])

    /// Returns a new path in a folder. It does not contain the file's own name, which may already be as long as a name
    /// can be.
    static func path(in folder: String) -> String {
        let name = prefix + String(UInt64.random(in: .min ... .max), radix: 16) + suffix
        return folder.isEmpty ? name : folder + "/" + name
    }

    /// Remembers a file that is about to be created.
    static func add(_ path: String) {
        paths.withLock { _ = $0.insert(path) }
    }

    /// Forgets a file that has its final name now, or is gone.
    static func remove(_ path: String) {
        paths.withLock { _ = $0.remove(path) }
    }

    /// Deletes the files that this process is writing, and runs `body`, which is meant to end the process. No other
    /// file is begun until it returns.
    package static func deleteAll(andThen body: () -> Void) {
        paths.withLock { paths in
            for path in paths { SystemPath.unlink(path) }
            body()
        }
    }

    /// Deletes what killed processes left in a folder, but nothing that a process is still writing.
    ///
    /// Nothing is deleted on a file system without locks.
    ///
    /// - Returns: the paths of the deleted files.
    package static func deleteAbandoned(in folder: String) -> [String] {
        leftovers(in: folder).filter { path in
            guard let descriptor = try? RegularFile.open(path, O_RDWR | O_NOFOLLOW) else { return false }
            // Closing it releases the lock.
            defer { close(descriptor) }
            return flock(descriptor, LOCK_EX | LOCK_NB) == 0 && SystemPath.unlink(path)
        }
    }

    /// Deletes the temporary files that a killed process left in a folder. No process may be writing there.
    static func deleteLeftovers(in folder: String) {
        for path in leftovers(in: folder) { SystemPath.unlink(path) }
    }

    private static func leftovers(in folder: String) -> [String] {
        let names = (try? SystemPath.names(in: folder)) ?? []
        return names.filter { $0.hasPrefix(prefix) && $0.hasSuffix(suffix) }
            .map { folder.isEmpty ? $0 : "\(folder)/\($0)" }
    }
}
