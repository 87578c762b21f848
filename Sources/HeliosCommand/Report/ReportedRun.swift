import Foundation
import Helios
import HeliosTensorBoard

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
        switch logs.table?.format {
        case .jsonl: try ReportedRun.read(logs.mainFile) { try history.readJSONLines($0) }
        case .csv: try ReportedRun.read(logs.mainFile) { try history.readCSV($0) }
        case nil: break
        }
        // What the run's other file does not have: the numbers there have more digits.
        let contents: LoggedHistory.EventContents =
            switch logs.table?.format {
            case .jsonl: .images
            case .csv: .allButNumbers
            case nil: .everything
            }
        for file in logs.eventFiles {
            try ReportedRun.read(file) { try history.readEvents($0, contents) }
        }
        if history.isEmpty { history.omit("nothing was logged yet") }
        self.label = label
        path = logs.mainFile
        self.history = history
        environment = RecordedEnvironment.find(beside: logs)
        problems = history.problems
    }

    private static func read(_ file: String, _ body: (String) throws -> Void) throws {
        do {
            try body(file)
        } catch let error as FileAccessError {
            throw CommandError("\(file): \(error.reason)")
        } catch let error as TensorBoardError {
            throw CommandError(error.description)
        }
    }
}
