import Foundation
import Helios

/// The versions and the machine of a run, as its newest checkpoint or its text log has them.
enum RecordedEnvironment {
    /// - Returns: names and values; none if they are nowhere.
    static func find(beside logs: RunLogs) -> [(name: String, value: String)] {
        let run =
            SystemPath.name(of: logs.folder) == "logs"
            ? "\(logs.folder)/.." : logs.folder
        for folder in ["\(run)/checkpoints/\(logs.name)", "\(logs.folder)/checkpoints/\(logs.name)"] {
            if let found = inCheckpoint(of: folder) { return found }
        }
        return inTextLog("\(logs.folder)/\(logs.name).log")
    }

    /// The environment in the checkpoint that was written last, if it has one.
    private static func inCheckpoint(of folder: String) -> [(name: String, value: String)]? {
        let paths = ((try? SystemPath.names(in: folder)) ?? []).filter { $0.hasSuffix(".pth") && !$0.hasPrefix(".") }
            .map { "\(folder)/\($0)" }
        let newest = paths.max { time($0) < time($1) }
        guard let newest, let file = try? StateFile(newest), case .dictionary(let state) = file.value,
            case .dictionary(let entries)? = state["environment"]
        else { return nil }
        let found = entries.compactMap { key, value -> (name: String, value: String)? in
            guard case .string(let text) = value else { return nil }
            return (name: "\(key)", value: String(text.prefix(1000)))
        }
        return found.isEmpty ? nil : Array(found.prefix(100))
    }

    private static func time(_ path: String) -> Date {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        return attributes?[.modificationDate] as? Date ?? .distantPast
    }

    /// The environment in the banner with which the log begins: a name and a value in each line, between two rules.
    private static func inTextLog(_ path: String) -> [(name: String, value: String)] {
        guard let start = try? RegularFile.start(of: path, count: 8192) else { return [] }
        var found: [(name: String, value: String)] = []
        var rules = 0
        for line in String(decoding: start, as: UTF8.self).split(separator: "\n") {
            if line.hasSuffix(String(repeating: "=", count: 64)) {
                rules += 1
                if rules == 2 { return found }
            } else if rules == 1, line.hasPrefix("Helios ") || line.contains(" Helios "),
                let version = line.split(separator: " ").last
            {
                found.append((name: "helios", value: String(version)))
            } else if rules == 1, line.hasPrefix("  ") {
                let parts = line.split(separator: " ", maxSplits: 1)
                guard parts.count == 2 else { continue }
                found.append((name: String(parts[0]), value: parts[1].trimmingCharacters(in: .whitespaces)))
            }
        }
        return []
    }
}
