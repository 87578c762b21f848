/// What precision, recall and F-beta are made of: for each class how often it was predicted rightly, predicted, and
/// right.
struct ClassCounts {
    let truePositives: [Double]
    let predicted: [Double]
    let support: [Double]
    /// Whether classes that were neither predicted nor right count in a macro average.
    let countsAbsent: Bool

    /// The counts of a batch, to be added up: `[3, C]`.
    static func table(_ task: ClassificationTask, _ predicted: Tensor, _ targets: Tensor) throws -> Tensor {
        if task.isMultilabel {
            return try Tensor.stack([(predicted * targets).sum(dim: 0), predicted.sum(dim: 0), targets.sum(dim: 0)])
        }
        let count = task.classCount
        let right = try targets.maskedSelect(mask: predicted .== targets)
        return try Tensor.stack([
            right.bincount(minlength: count), predicted.bincount(minlength: count), targets.bincount(minlength: count),
        ])
    }

    /// - Parameter numbers: the elements of the sum of tables.
    init(_ numbers: [Double], task: ClassificationTask, countsAbsent: Bool) {
        let count = task.classCount
        let rows = (0..<3).map { Array(numbers[($0 * count)..<(($0 + 1) * count)]) }
        // Of two classes, one is what is looked for.
        let classes = task.isBinary ? 1..<2 : 0..<count
        truePositives = Array(rows[0][classes])
        predicted = Array(rows[1][classes])
        support = Array(rows[2][classes])
        self.countsAbsent = countsAbsent || task.isMultilabel || task.isBinary
    }

    private init(truePositives: Double, predicted: Double, support: Double) {
        (self.truePositives, self.predicted, self.support) = ([truePositives], [predicted], [support])
        countsAbsent = true
    }

    /// Of all classes together.
    private var total: ClassCounts {
        ClassCounts(
            truePositives: truePositives.reduce(0, +), predicted: predicted.reduce(0, +), support: support.reduce(0, +))
    }

    /// A score for each class: a quotient, 0 if it is 0 / 0.
    func scores(_ score: (_ truePositives: Double, _ predicted: Double, _ support: Double) -> (Double, Double))
        -> [Double]
    {
        truePositives.indices.map { index in
            let (top, bottom) = score(truePositives[index], predicted[index], support[index])
            return bottom == 0 ? 0 : top / bottom
        }
    }

    /// The score of all classes.
    func average(
        _ average: ClassAverage, _ score: (Double, Double, Double) -> (Double, Double)
    ) -> Double {
        switch average {
        case .micro: return total.scores(score)[0]
        case .macro:
            let scores = scores(score)
            let counted = scores.indices.filter { countsAbsent || predicted[$0] + support[$0] > 0 }
            return counted.map { scores[$0] }.reduce(0, +) / Double(counted.count)
        case .weighted:
            let weight = support.reduce(0, +)
            return weight == 0 ? 0 : zip(scores(score), support).map(*).reduce(0, +) / weight
        }
    }
}
