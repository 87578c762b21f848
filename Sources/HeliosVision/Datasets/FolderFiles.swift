import Foundation
import Helios
import TorchSerialization

/// Lists folders in the order in which Python's `sorted(os.walk(…))` does.
enum FolderFiles {
    /// The names of what is in a folder, in the order of their bytes, without those that begin with a dot.
    ///
    /// - Throws: `DataError` if the folder cannot be read.
    static func names(in folder: String) throws -> [String] {
        do {
            return try SystemPath.names(in: folder).filter { !$0.hasPrefix(".") }.sorted(by: precedes)
        } catch {
            throw DataError("the folder \(VisibleText.of(folder)) cannot be read: \(error.reason)")
        }
    }

    /// The paths of all files below a folder. Links are followed, but not to a folder that the link is in.
    ///
    /// - Throws: `DataError` if a folder cannot be read.
    static func below(_ folder: String) throws -> [String] {
        var folders: [String: [String]] = [:]
        try collect(folder, above: [], into: &folders)
        return folders.sorted { precedes($0.key, $1.key) }.flatMap { folder, names in names.map { "\(folder)/\($0)" } }
    }

    /// What identifies the folder, whatever path leads to it.
    private struct Identity: Hashable {
        let device: Int
        let number: UInt64
    }

    private static func collect(
        _ folder: String, above: Set<Identity>, into folders: inout [String: [String]]
    ) throws {
        guard let status = SystemPath.status(folder) else {
            throw DataError("the folder \(VisibleText.of(folder)) cannot be read: \(lastError())")
        }
        let identity = Identity(device: Int(status.st_dev), number: UInt64(status.st_ino))
        guard !above.contains(identity) else { return }
        var files: [String] = []
        for name in try names(in: folder) {
            let path = "\(folder)/\(name)"
            if SystemPath.isFolder(path) {
                try collect(path, above: above.union([identity]), into: &folders)
            } else {
                files.append(name)
            }
        }
        folders[folder] = files
    }

    /// Whether a name comes before another in the order of bytes, which for text is that of its characters' numbers.
    static func precedes(_ first: String, _ second: String) -> Bool {
        first.utf8.lexicographicallyPrecedes(second.utf8)
    }
}
