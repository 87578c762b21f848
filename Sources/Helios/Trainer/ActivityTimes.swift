import Dispatch

/// How long each part of a run takes. What runs inside another part counts for both.
///
/// Measured on the processor: work that was handed to a GPU counts where it is waited for.
final class ActivityTimes {
    private(set) var entries: [Activity: (nanoseconds: UInt64, calls: Int)] = [:]
    private let start = DispatchTime.now().uptimeNanoseconds

    func measure<Result>(_ activity: Activity, _ body: () throws -> Result) rethrows -> Result {
        let start = DispatchTime.now().uptimeNanoseconds
        defer {
            entries[activity, default: (0, 0)].nanoseconds += DispatchTime.now().uptimeNanoseconds - start
            entries[activity, default: (0, 0)].calls += 1
        }
        return try body()
    }
}

extension ActivityTimes {
    /// The parts that took longest first.
    var table: String {
        let whole = Double(DispatchTime.now().uptimeNanoseconds - start)
        let rows = entries.sorted { $0.value.nanoseconds > $1.value.nanoseconds }.map { activity, entry in
            "\(activity.rawValue) \(entry.calls) \(entry.nanoseconds) \(Double(entry.nanoseconds) / whole)"
        }
        return rows.joined(separator: "\n")
    }
}
