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
    /// The file of JSON lines or the table, if there is one.
    let table: (file: String, format: Format)?
    /// The event files, in their order.
    let eventFiles: [String]
    /// Whether the folder has the logs of other runs, too.
    let isOneOfSeveral: Bool

    enum Format: String, CaseIterable {
        /// It has the most in it, so it comes first.
        case jsonl
        case csv

        /// By a file's name; `nil` for another file.
        init?(named path: String) {
            self.init(rawValue: (path as NSString).pathExtension.lowercased())
        }
    }

    /// The file that is read first.
    var mainFile: String { table?.file ?? eventFiles.first ?? path }

    /// Tells a file that is named twice.
    var identity: String {
        SystemPath.status(mainFile).map { "\($0.st_dev)/\($0.st_ino)" } ?? mainFile
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
            let found = try logs(in: folder, path)
            if !found.isEmpty { return found }
        }
        throw CommandError(
            "\(path): there is no log in this folder: no file .jsonl or .csv and no events file in "
                + "\(folders.joined(separator: " or ")). A trainer writes them if a logger is registered with it "
                + "(JSONLinesLogger, CSVLogger, TensorBoardLogger), and the example with 'digits --log jsonl'")
    }

    private static func logs(in folder: String, _ path: String) throws -> [RunLogs] {
        var formats: [String: Format] = [:]
        for format in Format.allCases.reversed() {
            for name in try names(in: folder) where name.hasSuffix(".\(format.rawValue)") && !name.hasPrefix(".") {
                formats[String(name.dropLast(format.rawValue.count + 1))] = format
            }
        }
        let events = try eventFiles(below: folder)
        let names = Set(formats.keys).union(events.keys).sorted()
        return names.map { name in
            RunLogs(
                path: path, name: name, folder: formats[name] == nil ? logsFolder(of: folder) : folder,
                table: formats[name].map { ("\(folder)/\(name).\($0.rawValue)", $0) }, eventFiles: events[name] ?? [],
                isOneOfSeveral: names.count > 1)
        }
    }

    /// The event files of each run that logs into a folder: those in `tensorboard/<name>`, or, if this is a folder of
    /// TensorBoard itself, in the folder and those in it.
    private static func eventFiles(below folder: String) throws -> [String: [String]] {
        let own = try eventFiles(in: folder)
        if !own.isEmpty { return [SystemPath.name(of: folder): own] }
        let isTensorBoard = SystemPath.name(of: folder) == tensorBoardFolder
        let root = isTensorBoard ? folder : "\(folder)/\(tensorBoardFolder)"
        guard SystemPath.isFolder(root) else { return [:] }
        var found: [String: [String]] = [:]
        for name in try names(in: root) where SystemPath.isFolder("\(root)/\(name)") {
            let files = try eventFiles(in: "\(root)/\(name)")
            if !files.isEmpty { found[name] = files }
        }
        return found
    }

    private static func eventFiles(in folder: String) throws -> [String] {
        try names(in: folder).filter(isEventFile).map { "\(folder)/\($0)" }
    }

    private static func names(in folder: String) throws -> [String] {
        do {
            return try SystemPath.names(in: folder)
        } catch {
            throw CommandError("\(folder): \(error.reason)")
        }
    }

    /// The folder of a run's logs, if a folder is TensorBoard's in there, or in that one.
    private static func logsFolder(of folder: String) -> String {
        var path = folder
        if SystemPath.name(of: SystemPath.folder(of: path)) == tensorBoardFolder { path = SystemPath.folder(of: path) }
        guard SystemPath.name(of: path) == tensorBoardFolder else { return folder }
        let parent = SystemPath.folder(of: path)
        return parent.isEmpty ? "." : parent
    }

    /// Whether a file is one that a report is made of, by its name: a page does not replace it.
    static func isLog(_ path: String) -> Bool {
        Format(named: path) != nil || isEventFile(SystemPath.name(of: path))
    }

    private static func isEventFile(_ name: String) -> Bool { name.hasPrefix("events.out.tfevents.") }

    private static let tensorBoardFolder = "tensorboard"

    private init(
        path: String, name: String, folder: String, table: (file: String, format: Format)?, eventFiles: [String],
        isOneOfSeveral: Bool
    ) {
        (self.path, self.name, self.folder) = (path, name, folder)
        (self.table, self.eventFiles, self.isOneOfSeveral) = (table, eventFiles, isOneOfSeveral)
    }

    private init(file: String) throws {
        let name = SystemPath.name(of: file)
        let format = Format(named: file)
        let isEventFile = RunLogs.isEventFile(name)
        guard format != nil || isEventFile else {
            throw CommandError(
                "\(file): its name does not end in .jsonl or .csv and is not an events file's, which a report is made "
                    + "of; for all logs of a run, give their folder")
        }
        let folder = SystemPath.folder(of: file)
        let last = isEventFile ? SystemPath.name(of: folder) : name
        self.init(
            path: file, name: isEventFile ? last : (last as NSString).deletingPathExtension,
            folder: folder.isEmpty ? "." : isEventFile ? RunLogs.logsFolder(of: folder) : folder,
            table: isEventFile ? nil : format.map { (file, $0) }, eventFiles: isEventFile ? [file] : [],
            isOneOfSeveral: false)
    }

    // MARK: Names

    /// The names in a path: those of the whole path if it has `..` or is `.`, which say nothing about the run.
    private static func components(of path: String) -> [Substring] {
        let parts = path.split(separator: "/").filter { $0 != "." }
        guard parts.isEmpty || parts.contains(".."), let whole = SystemPath.withBytes(path, { realpath($0, nil) })
        else {
            return parts
        }
        defer { free(whole) }
        return SystemPath.text(of: UnsafePointer(whole)).split(separator: "/")
    }

    /// A name for each of several runs: as much of its path as tells it from the others.
    static func labels(_ logs: [RunLogs]) -> [String] {
        let paths = logs.map { log -> [Substring] in
            var parts = components(of: log.path)
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
