import Foundation
import TestSupport

/// What the logs of a run of the example say, without times. A run that was killed and resumed must say the same.
struct LogsWithoutTimes {
    let text, table, lines, events: [String]

    /// - Parameter folder: what `--folder` named, for a run with `--log csv,jsonl,tensorboard`.
    init(_ folder: URL) throws {
        func lines(_ name: String) throws -> [String] {
            try String(contentsOf: folder.appending(path: "logs/digits.\(name)"), encoding: .utf8)
                .split(separator: "\n").map(String.init)
        }
        // A line begins with its time, unless it continues a text of several lines; an epoch's line ends with one too.
        text = try lines("log").map { $0.replacing(#/^\d{4}-\S+ | in [0-9.]+ s$/#, with: "") }
        table = try lines("csv").filter { !$0.contains("step_time") }.map { $0.replacing(#/,[0-9.]+$/#, with: "") }
        self.lines = try lines("jsonl").filter { !$0.contains("step_time") }
            .map { $0.replacing(#/,"time":[0-9.]+}$/#, with: "") }
        events = try EventRecords.withoutTimes(
            folder.appending(path: "logs/tensorboard/digits/events.out.tfevents.helios"))
    }

    /// The numbers that TensorBoard's own reader finds, as steps and values by their names, but for the times of steps;
    /// and how many records there are.
    static func numbersInTensorBoard(_ folder: URL) async throws -> FoundNumbers {
        let lines = try await Python.run(
            "open_events.py", [folder.appending(path: "logs/tensorboard/digits").path])
        var found = try JSONDecoder().decode(FoundNumbers.self, from: Data((lines.first ?? "").utf8))
        found.scalars["step_time"] = nil
        // The last of each point is when it was logged.
        for name in found.scalars.keys { found.scalars[name] = found.scalars[name]?.map { Array($0.prefix(2)) } }
        return found
    }
}

/// A part of what `open_events.py` prints.
struct FoundNumbers: Decodable, Equatable {
    var scalars: [String: [[Double]]]
    let recordCount: Int
}
