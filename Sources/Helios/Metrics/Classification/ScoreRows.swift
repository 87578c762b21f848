/// The scores and targets that a curve over all thresholds is made of: everything must be kept until the end.
struct ScoreRows {
    /// Of one class: scores in ascending order without repetition, with how many targets of each kind have them.
    struct Ties {
        /// `[T]`, of type `float64`.
        let positives: Tensor
        let negatives: Tensor
    }

    let task: ClassificationTask
    private let scores: Tensor
    private let targets: Tensor

    static func update(
        _ state: inout MetricState, _ metric: String, _ task: ClassificationTask, _ predictions: Tensor,
        _ targets: Tensor
    ) throws {
        try task.check(metric)
        let (scores, labels) = try task.scores(metric, predictions, targets)
        var next = state
        try next.append("scores", scores)
        try next.append("targets", labels)
        state = next
    }

    /// `nil` if there is nothing, or a score is NaN.
    init?(_ state: MetricState, _ task: ClassificationTask) throws {
        guard let scores = try state.rows("scores"), let targets = try state.rows("targets"), scores.count > 0,
            try !scores.isnan().any().item(Bool.self)
        else { return nil }
        (self.task, self.scores, self.targets) = (task, scores, targets)
    }

    /// The columns that are a class each: one if binary.
    private func column(_ index: Int) throws -> (scores: Tensor, isPositive: Tensor) {
        switch task {
        case .binary: (scores, try targets.to(.float64))
        case .multiclass: (try scores.select(dim: 1, index: index), try (targets .== index).to(.float64))
        case .multilabel:
            (try scores.select(dim: 1, index: index), try targets.select(dim: 1, index: index).to(.float64))
        }
    }

    private func ties(_ scores: Tensor, _ isPositive: Tensor) throws -> Ties {
        let (values, inverse, counts) = try scores.unique(returnInverse: true, returnCounts: true)
        let positives = try Tensor.zeros(values.shape, dtype: .float64, device: scores.device)
            .indexAdd(dim: 0, index: inverse, source: isPositive)
        return Ties(positives: positives, negatives: try counts.to(.float64) - positives)
    }

    /// A score for each class, and how many targets are of it.
    func perClass(_ score: (Ties) throws -> Double) throws -> (scores: [Double], support: [Double]) {
        var (results, support): ([Double], [Double]) = ([], [])
        for index in 0..<(task.isBinary ? 1 : task.classCount) {
            let (scores, isPositive) = try column(index)
            results.append(try score(ties(scores, isPositive)))
            support.append(try isPositive.sum().item(Double.self))
        }
        return (results, support)
    }

    /// The score of the entries of all classes together.
    func micro(_ score: (Ties) throws -> Double) throws -> Double {
        guard case .multiclass(let classes) = task else {
            return try score(ties(scores.flatten(), targets.flatten().to(.float64)))
        }
        let isPositive = try Tensor.oneHot(targets, numClasses: classes).to(.float64)
        return try score(ties(scores.flatten(), isPositive.flatten()))
    }

    /// The score of all classes, by the average that is asked for. Classes without a score do not count.
    func average(_ average: ClassAverage, _ score: (Ties) throws -> Double) throws -> Double {
        if average == .micro { return try micro(score) }
        let (scores, support) = try perClass(score)
        let known = scores.indices.filter { !scores[$0].isNaN }
        let weights = known.map { average == .weighted ? support[$0] : 1 }
        return zip(known, weights).map { scores[$0] * $1 }.reduce(0, +) / weights.reduce(0, +)
    }
}
