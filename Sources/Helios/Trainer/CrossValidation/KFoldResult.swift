import Foundation

/// What the validation of one fold's model found.
public struct FoldResult: Sendable, Hashable, Codable {
    /// The fold's number, the first being 1.
    public let number: Int
    /// The scores that are numbers, by name.
    public let scores: [String: Double]
    /// With how many samples the fold trained.
    public let trainCount: Int
    /// With how many samples it was validated.
    public let validCount: Int
    /// How many epochs it trained.
    public let epochs: Int
    /// How many iterations it trained.
    public let iterations: Int
}

/// What a cross-validation found. It prints as a table.
public struct KFoldResult: Sendable, Hashable {
    /// The folds whose training is over, in their order.
    public let folds: [FoldResult]
    /// How many folds there are.
    public let count: Int
    /// What interrupted the training of the next fold; `nil` if all are over.
    public let interruption: Interruption?

    /// The mean of each score over the folds that are over, by name.
    public var means: [String: Double] {
        values.mapValues { $0.reduce(0, +) / Double($0.count) }
    }

    /// The standard deviation of each score over the folds that are over, by name: the square root of the sum of the
    /// squared differences from the mean, divided by one less than the number of folds. Empty if there are not two.
    public var deviations: [String: Double] {
        guard folds.count > 1 else { return [:] }
        return values.mapValues { values in
            let mean = values.reduce(0, +) / Double(values.count)
            let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
            return (squares / Double(values.count - 1)).squareRoot()
        }
    }

    private var values: [String: [Double]] {
        folds.reduce(into: [:]) { values, fold in
            for (name, score) in fold.scores { values[name, default: []].append(score) }
        }
    }
}

extension KFoldResult: CustomStringConvertible {
    public var description: String {
        let names = Set(folds.flatMap(\.scores.keys)).sorted()
        func cells(_ scores: [String: Double]) -> [String] {
            names.map { name in scores[name].map { String(format: "%.4g", $0) } ?? "" }
        }
        var rows = folds.map { fold in
            ["\(fold.number)", "\(fold.trainCount)", "\(fold.validCount)", "\(fold.epochs)"] + cells(fold.scores)
        }
        if !folds.isEmpty { rows.append(["mean", "", "", ""] + cells(means)) }
        if folds.count > 1 { rows.append(["deviation", "", "", ""] + cells(deviations)) }
        return TextTable(["fold", "trained with", "validated with", "epochs"] + names.map(VisibleText.of), rows)
            .description
    }
}
