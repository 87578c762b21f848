import Foundation
import Helios

/// A run of a report: what it logged, and where it ran.
struct ReportedRun {
    let label: String
    let path: String
    let history: LoggedHistory
    let environment: [(name: String, value: String)]
    /// What could not be read or was left out, in sentences.
    let problems: [String]

    /// - Throws: `CommandError` if the log cannot be read.
    init(_ logs: RunLogs, label: String) throws {
        var history = LoggedHistory()
        do {
            switch logs.format {
            case .jsonl: try history.readJSONLines(logs.file)
            case .csv: try history.readCSV(logs.file)
            }
        } catch let error as FileAccessError {
            throw CommandError("\(logs.file): \(error.reason)")
        }
        if history.isEmpty { history.omit("nothing was logged yet") }
        self.label = label
        path = logs.file
        self.history = history
        environment = RecordedEnvironment.find(beside: logs)
        problems = history.problems
    }
}
