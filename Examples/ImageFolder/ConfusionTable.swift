import Helios

/// How often each class was taken for each other, as text.
struct ConfusionTable: CustomStringConvertible {
    private let counts: [[Int]]
    private let classes: [String]

    /// - Parameter counts: `int64[classes, classes]`; rows are the right classes.
    init(_ counts: Tensor, classes: [String]) throws {
        let numbers = try counts.to(.cpu).flatten().array(Int.self)
        self.counts = classes.indices.map { Array(numbers[$0 * classes.count..<($0 + 1) * classes.count]) }
        self.classes = classes
    }

    /// A row for each right class and a column for each predicted one, both with their numbers; zeros are dots.
    ///
    /// Of more than 20 classes, only the most frequent mistakes are told: a table would be wider than a screen.
    var description: String { classes.count > 20 ? mistakes : table }

    private var table: String {
        let digits = "\(counts.joined().max() ?? 0)".count
        let width = max(digits, "\(classes.count - 1)".count) + 2
        func cell(_ text: String) -> String { String(repeating: " ", count: max(width - text.count, 0)) + text }
        let names = classes.enumerated().map { "\($0) \($1)" }
        let margin = names.map(\.count).max() ?? 0
        let head = String(repeating: " ", count: margin) + classes.indices.map { cell("\($0)") }.joined()
        let rows = zip(names, counts).map { name, row in
            name + String(repeating: " ", count: margin - name.count)
                + row.map { cell($0 == 0 ? "." : "\($0)") }.joined()
        }
        return (["confusion matrix (rows: the class, columns: what it was taken for)", head] + rows)
            .joined(separator: "\n")
    }

    private var mistakes: String {
        let pairs = classes.indices.flatMap { row in
            classes.indices.filter { $0 != row && counts[row][$0] > 0 }.map { (row: row, column: $0) }
        }
        let most = pairs.sorted { counts[$0.row][$0.column] > counts[$1.row][$1.column] }.prefix(20)
        let lines = most.map { "  \(counts[$0.row][$0.column]) of \(classes[$0.row]) taken for \(classes[$0.column])" }
        return (["the most frequent mistakes:"] + lines).joined(separator: "\n")
    }
}
