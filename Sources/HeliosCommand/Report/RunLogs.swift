import Foundation
import Helios

/// The files that a run logged to.
struct RunLogs {
    /// What the user called it.
    let path: String
    /// The name that its files have in common.
    let name: String
    /// The folder that they are in.
    let folder: String
    /// The file that is read, and how.
    let file: String
    let format: Format
    /// Whether the folder has the logs of other runs, too.
    let isOneOfSeveral: Bool

    enum Format: String, CaseIterable {
        /// It has the most in it, so it comes first.
        case jsonl
        case csv
    }

    /// Tells a file that is named twice.
    var identity: String {
        SystemPath.status(file).map { "\($0.st_dev)/\($0.st_ino)" } ?? file
    }

    /// Finds the logs of a run, or of all runs that log into the same folder.
    ///
    /// - Throws: `CommandError` if there are none, which says what was looked for.
    static func find(_ path: String) throws -> [RunLogs] {
        guard let status = SystemPath.status(path) else {
            throw CommandError("\(path): \(errno == ENOENT ? "there is no such file or folder" : lastError())")
        }
        guard status.st_mode & S_IFMT == S_IFDIR else { return [try RunLogs(file: path)] }
        let path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        let folders = ["\(path)/logs", path].filter { SystemPath.isFolder($0) }
        for folder in folders {
            let names: [String]
            do {
                names = try SystemPath.names(in: folder)
            } catch {
                throw CommandError("\(folder): \(error.reason)")
            }
            let found = logs(named: names, in: folder, path)
            if !found.isEmpty { return found }
        }
        throw CommandError(
            "\(path): there is no log in this folder: no file .jsonl or .csv in \(folders.joined(separator: " or ")). "
                + "A trainer writes them if a logger is registered with it (JSONLinesLogger, CSVLogger), and the example "
                + "with 'digits --log jsonl'")
    }

    private static func logs(named names: [String], in folder: String, _ path: String) -> [RunLogs] {
        var formats: [String: Format] = [:]
        for format in Format.allCases.reversed() {
            for name in names where name.hasSuffix(".\(format.rawValue)") && !name.hasPrefix(".") {
                formats[String(name.dropLast(format.rawValue.count + 1))] = format
            }
        }
        return formats.sorted { $0.key < $1.key }.map { name, format in
            RunLogs(
                path: path, name: name, folder: folder, file: "\(folder)/\(name).\(format.rawValue)", format: format,
                isOneOfSeveral: formats.count > 1)
        }
    }

    private init(
        path: String, name: String, folder: String, file: String, format: Format, isOneOfSeveral: Bool
    ) {
        (self.path, self.name, self.folder, self.file) = (path, name, folder, file)
        (self.format, self.isOneOfSeveral) = (format, isOneOfSeveral)
    }

    private init(file: String) throws {
        let path = file as NSString
        guard let format = Format(rawValue: path.pathExtension.lowercased()) else {
            throw CommandError(
                "\(file): its name does not end in .jsonl or .csv, which is what a report is made of; for all logs of a run, "
                    + "give their folder")
        }
        let folder = path.deletingLastPathComponent
        self.init(
            path: file, name: ((path.lastPathComponent) as NSString).deletingPathExtension,
            folder: folder.isEmpty ? "." : folder, file: file, format: format, isOneOfSeveral: false)
    }

    // MARK: Names

    /// A name for each of several runs: as much of its path as tells it from the others.
    static func labels(_ logs: [RunLogs]) -> [String] {
        let paths = logs.map { log -> [Substring] in
            var parts = log.path.split(separator: "/").filter { $0 != "." }
            if parts.last == "logs", parts.count > 1 { parts.removeLast() }
            return parts.isEmpty ? [Substring(log.name)] : parts
        }
        let labels = paths.map { parts in
            // The fewest components at the end that no other path ends in.
            let count = (1...parts.count).first { count in
                paths.filter { $0.suffix(count) == parts.suffix(count) && $0 != parts }.isEmpty
            }
            return parts.suffix(count ?? parts.count).joined(separator: "/")
        }
        return zip(logs, labels).map { log, label in
            VisibleText.of(SystemPath.visible(log.isOneOfSeveral ? "\(label): \(log.name)" : label))
        }
    }
}
