/// How often samples of each class were predicted as each class.
public struct LoggedConfusion: Sendable, Hashable {
    /// The names of the classes.
    public let classes: [String]
    /// The counts row by row: a row for the true class, a column for the predicted one.
    public let counts: [Double]

    /// Creates a confusion matrix from a tensor of counts.
    ///
    /// - Parameters:
    ///   - counts: `[N, N]`, with a row for each true class and a column for each predicted class.
    ///   - classes: the names of the classes; by default, they are numbered from 0.
    /// - Throws: `LogError` if the shape or the number of names does not fit.
    public init(_ counts: Tensor, classes: [String] = []) throws {
        guard counts.shape.count == 2, counts.shape[0] == counts.shape[1], (1...1000).contains(counts.shape[0]) else {
            throw LogError("a confusion matrix is a tensor [N, N] of at most 1,000 classes, not \(counts.shape)")
        }
        guard classes.isEmpty || classes.count == counts.shape[0] else {
            throw LogError(
                "a confusion matrix of \(counts.shape[0]) classes cannot have \(classes.count) names of them")
        }
        self.classes = classes.isEmpty ? (0..<counts.shape[0]).map { "\($0)" } : classes
        self.counts = try counts.detach().to(.float64).flatten().to(.cpu).array(Double.self)
    }
}

/// The precision and recall of a binary classifier, depending on the threshold at which a sample counts as positive.
public struct PrecisionRecallCurve: Sendable, Hashable {
    /// The thresholds, ascending from 0 to 1.
    public let thresholds: [Double]
    /// For each threshold, the number of samples that are positive and predicted as positive, negative and predicted as
    /// positive, negative and predicted as negative, and positive and predicted as negative.
    public let truePositives: [Double], falsePositives: [Double], trueNegatives: [Double], falseNegatives: [Double]

    /// For each threshold, the fraction of the samples predicted as positive that are positive; 0 if none were.
    public var precision: [Double] {
        zip(truePositives, falsePositives).map { $0 / max($0 + $1, .leastNormalMagnitude) }
    }

    /// For each threshold, the fraction of the positive samples that were predicted as positive; 0 if no sample is
    /// positive.
    public var recall: [Double] {
        zip(truePositives, falseNegatives).map { $0 / max($0 + $1, .leastNormalMagnitude) }
    }

    /// Creates a curve from predictions, at evenly spaced thresholds.
    ///
    /// - Parameters:
    ///   - labels: which samples are positive: `bool`, or numbers, of which those above 0 count as true; any shape.
    ///   - predictions: for each sample, the probability that it is positive, from 0 to 1; the same shape.
    ///   - thresholds: the number of thresholds, from 2 to 10,000. TensorBoard's default is 127.
    /// - Throws: `LogError` if the shapes differ, if there are no samples, or if a prediction is not between 0 and 1.
    public init(labels: Tensor, predictions: Tensor, thresholds count: Int = 127) throws {
        guard (2...10_000).contains(count) else {
            throw LogError("a precision-recall curve has from 2 to 10,000 thresholds, not \(count)")
        }
        guard labels.shape == predictions.shape, labels.count > 0 else {
            throw LogError(
                "a precision-recall curve needs a prediction for each label, and at least one: there are labels "
                    + "\(labels.shape) and predictions \(predictions.shape)")
        }
        let values = try predictions.detach().to(.float64).flatten().to(.cpu).array(Double.self)
        let isPositive = try labels.gt(0).flatten().to(.cpu).array(Bool.self)
        guard values.allSatisfy({ (0...1).contains($0) }) else {
            throw LogError(
                "the predictions of a precision-recall curve are probabilities from 0 to 1: use sigmoid or softmax")
        }
        var (positive, negative) = ([Double](repeating: 0, count: count), [Double](repeating: 0, count: count))
        for (value, isPositive) in zip(values, isPositive) {
            let bucket = Int((value * Double(count - 1)).rounded(.down))
            if isPositive { positive[bucket] += 1 } else { negative[bucket] += 1 }
        }
        // What is at or above each threshold.
        for index in stride(from: count - 2, through: 0, by: -1) {
            positive[index] += positive[index + 1]
            negative[index] += negative[index + 1]
        }
        thresholds = (0..<count).map { Double($0) / Double(count - 1) }
        (truePositives, falsePositives) = (positive, negative)
        trueNegatives = negative.map { negative[0] - $0 }
        falseNegatives = positive.map { positive[0] - $0 }
    }
}
