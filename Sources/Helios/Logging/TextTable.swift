import Foundation

/// Rows of text in columns: the first one to the left, the others, which are numbers, to the right.
struct TextTable: CustomStringConvertible {
    private let rows: [[String]]

    init(_ head: [String], _ rows: [[String]]) {
        self.rows = [head] + rows
    }

    var description: String {
        let columns = rows.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in
            rows.map { $0.indices.contains(column) ? $0[column].count : 0 }.max() ?? 0
        }
        return rows.map { row in
            let cells = zip(row, widths).enumerated().map { column, cell in
                let space = String(repeating: " ", count: max(cell.1 - cell.0.count, 0))
                return column == 0 ? cell.0 + space : space + cell.0
            }
            var line = cells.joined(separator: "  ")
            while line.last == " " { line.removeLast() }
            return line
        }
        .joined(separator: "\n")
    }

    /// A time with three digits that count, in the unit that suits it.
    static func duration(_ seconds: Double) -> String {
        for (unit, factor) in [("s", 1.0), ("ms", 1e3), ("µs", 1e6)] where seconds * factor >= 1 {
            let value = seconds * factor
            let digits = value < 9.995 ? 2 : value < 99.95 ? 1 : 0
            return String(format: "%.\(digits)f ", value) + unit
        }
        return String(format: "%.0f ns", max(seconds, 0) * 1e9)
    }
}
