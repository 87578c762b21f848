import Foundation

/// The times of a run as a table: a line for each part, those inside another below it.
struct TimeTable {
    private struct Row {
        let name: String
        /// `nil` for what sums up parts of different kinds.
        var calls: Int?
        let nanoseconds: UInt64
    }

    private var rows: [Row] = []
    private let wall: UInt64

    init(_ times: ActivityTimes) {
        wall = times.wallNanoseconds
        add(times.entries, depth: 0)
        let known = times.entries.reduce(0) { $0 + $1.nanoseconds }
        rows.append(Row(name: "the rest", nanoseconds: wall - min(known, wall)))
        rows.append(Row(name: "all", nanoseconds: wall))
    }

    /// The work first, then the hooks under one line, then what consists of work and hooks again.
    private mutating func add(_ entries: [ActivityTimes.Entry], depth: Int) {
        addGroup("setting up", entries.filter { $0.kind == .settingUp }, depth: depth)
        for entry in entries where entry.kind == .work { add(entry, depth: depth) }
        addGroup("hooks", entries.filter { $0.kind == .hook }, depth: depth)
        for entry in entries where entry.kind == .phase { add(entry, depth: depth) }
    }

    private mutating func add(_ entry: ActivityTimes.Entry, depth: Int) {
        rows.append(
            Row(name: indented(entry.part.description, depth), calls: entry.calls, nanoseconds: entry.nanoseconds))
        add(entry.entries, depth: depth + 1)
    }

    private mutating func addGroup(_ name: String, _ entries: [ActivityTimes.Entry], depth: Int) {
        guard !entries.isEmpty else { return }
        rows.append(Row(name: indented(name, depth), nanoseconds: entries.reduce(0) { $0 + $1.nanoseconds }))
        for entry in entries { add(entry, depth: depth + 1) }
    }

    private func indented(_ name: String, _ depth: Int) -> String {
        String(repeating: "  ", count: depth) + name
    }
}

extension TimeTable: CustomStringConvertible {
    var description: String {
        TextTable(
            ["where the time went", "calls", "total", "mean", "share"],
            rows.map { row in
                let seconds = Double(row.nanoseconds) / 1e9
                let share = 100 * Double(row.nanoseconds) / Double(max(wall, 1))
                return [
                    row.name, row.calls.map { "\($0)" } ?? "", TextTable.duration(seconds),
                    row.calls.map { TextTable.duration(seconds / Double(max($0, 1))) } ?? "",
                    String(format: "%.1f %%", share),
                ]
            }
        ).description
    }
}

extension ActivityTimes.Part: CustomStringConvertible {
    var description: String {
        switch self {
        case .activity(let activity): activity.rawValue
        case .optimizer(let name): "\(name).step()"
        }
    }
}

extension ActivityTimes.Entry {
    fileprivate enum Kind {
        case settingUp, work, hook, phase
    }

    fileprivate var kind: Kind {
        guard case .activity(let activity) = part else { return .work }
        return switch activity {
        case .prepareData, .configure, .pluginSetup, .dataSetup, .setup, .loadCheckpoint, .loadForTesting, .banner:
            .settingUp
        case .nextBatch, .batchToDevice, .processBatch, .trainStep, .validStep, .testStep, .predictStep: .work
        case .sanityCheck, .validation, .saveCheckpoint: .phase
        default: .hook
        }
    }
}
