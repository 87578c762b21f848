import Foundation
import Helios

/// How often each class was taken for each other.
struct ConfusionMatrix {
    /// By the right class, then by the predicted one.
    private(set) var counts: [[Int]]

    init(classes: Int) {
        counts = Array(repeating: Array(repeating: 0, count: classes), count: classes)
    }

    /// Counts a batch: its logits `[N, classes]` and its right classes `int64[N]`.
    mutating func add(_ logits: Tensor, _ targets: Tensor) throws {
        let predictions = try logits.argmax(dim: 1).array(Int.self)
        for (target, prediction) in zip(try targets.array(Int.self), predictions) {
            guard counts.indices.contains(target), counts.indices.contains(prediction) else {
                throw DataError("class \(max(target, prediction)) is not among the \(counts.count) classes")
            }
            counts[target][prediction] += 1
        }
    }

    /// The counts as a tensor: `float64[classes, classes]`.
    func tensor() throws -> Tensor {
        try Tensor(counts.joined().map { Double($0) }, shape: [counts.count, counts.count])
    }

    mutating func removeAll() {
        self = ConfusionMatrix(classes: counts.count)
    }

    /// The fraction of all samples that was predicted correctly; 0 if there are none.
    var accuracy: Double {
        let all = counts.joined().reduce(0, +)
        let right = counts.indices.reduce(0) { $0 + counts[$1][$1] }
        return all == 0 ? 0 : Double(right) / Double(all)
    }
}

extension ConfusionMatrix: CustomStringConvertible {
    /// What the rows and columns of `description` are.
    static let caption = "confusion matrix (rows: the digit, columns: what it was taken for)"

    /// A table with a row for each right class and a column for each predicted one; zeros are dots.
    var description: String {
        let width = max(4, (counts.joined().max().map(String.init)?.count ?? 0) + 2)
        func cell(_ text: String) -> String { String(repeating: " ", count: max(width - text.count, 0)) + text }
        let head = "    " + counts.indices.map { cell("\($0)") }.joined()
        let rows = counts.enumerated().map { label, row in
            "\(label)".padding(toLength: 4, withPad: " ", startingAt: 0)
                + row.map { cell($0 == 0 ? "." : "\($0)") }.joined()
        }
        return ([head] + rows).joined(separator: "\n")
    }
}
