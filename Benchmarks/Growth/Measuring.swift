import Foundation
import Workloads

/// What keeps a measurement from being made.
struct GrowthError: Error, CustomStringConvertible {
    let description: String
}

/// The seconds that `body` takes.
func elapsed(_ body: () throws -> Void) rethrows -> Double {
    try ContinuousClock().measure(body) / .seconds(1)
}

/// The measurement that is in the middle of three by `time`, or the first if that took over ten seconds.
func medianOfThree<Measurement>(
    by time: KeyPath<Measurement, Double>, _ measure: () throws -> Measurement
) rethrows -> Measurement {
    let first = try measure()
    guard first[keyPath: time] <= 10 else { return first }
    let all = try [first, measure(), measure()].sorted { $0[keyPath: time] < $1[keyPath: time] }
    return all[1]
}

/// The top of a Markdown table of numbers.
func heading(_ cells: [String]) -> String {
    row(cells) + "\n|" + String(repeating: "---:|", count: cells.count)
}

/// A number with three digits that count.
func rounded(_ value: Double) -> String {
    switch value {
    case ..<9.995: String(format: "%.2f", value)
    case ..<99.95: String(format: "%.1f", value)
    default: String(format: "%.0f", value)
    }
}
