import Foundation

/// A small curve of characters: `▇▅▃▂▁▁`.
enum Sparkline {
    private static let levels: [Character] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]

    /// A curve of at most `columns` columns, from the lowest of the values to the highest: by their logarithms if all
    /// are positive, as losses mostly are, so that what comes after a steep start shows. If there are more values than
    /// columns, each point is the mean of its neighbors. A value that is infinite or not a number is a `×`.
    static func text(_ values: [Double], columns: Int) -> String {
        guard columns > 0, !values.isEmpty else { return "" }
        var points = reduced(values, to: columns)
        if points.allSatisfy({ $0 > 0 || !$0.isFinite }) { points = points.map { log($0) } }
        let finite = points.filter(\.isFinite)
        guard let lowest = finite.min(), let highest = finite.max() else {
            return String(repeating: "×", count: points.count)
        }
        // Halves, since the difference of two large numbers may be infinite.
        let range = highest / 2 - lowest / 2
        return String(
            points.map { point in
                guard point.isFinite else { return "×" }
                guard range > 0 else { return levels[0] }
                let height = (point / 2 - lowest / 2) / range
                return levels[min(Int(height * Double(levels.count)), levels.count - 1)]
            })
    }

    private static func reduced(_ values: [Double], to count: Int) -> [Double] {
        guard values.count > count else { return values }
        return (0..<count).map { position in
            let part = values[position * values.count / count..<(position + 1) * values.count / count]
            return part.reduce(0) { $0 + $1 / Double(part.count) }
        }
    }
}

/// The course of a loss in a bounded number of points: if there are too many, each two neighbors become one.
struct LossHistory {
    static let capacity = 128
    private(set) var points: [Double] = []
    /// How many values a point is the mean of.
    private var width = 1
    private var sum = 0.0
    private var count = 0

    mutating func append(_ value: Double) {
        sum += value
        count += 1
        guard count == width else { return }
        points.append(sum / Double(width))
        (sum, count) = (0, 0)
        guard points.count == LossHistory.capacity else { return }
        points = (0..<points.count / 2).map { (pair: Int) -> Double in points[2 * pair] / 2 + points[2 * pair + 1] / 2 }
        width *= 2
    }
}
