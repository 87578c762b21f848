/// How often samples of each class were taken for each class.
public struct LoggedConfusion: Sendable, Hashable {
    /// The names of the classes.
    public let classes: [String]
    /// The counts row by row: a row for the true class, a column for the predicted one.
    public let counts: [Double]

    /// The counts of a tensor.
    ///
    /// - Parameters:
    ///   - counts: `[N, N]`: a row for the true class, a column for the predicted one.
    ///   - classes: the classes' names; numbers from 0 if there are none.
    /// - Throws: `LogError` if the shape or the number of names is another.
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
