import Foundation

/// A cross-validation: one training for each of several splits of the same samples, so that each sample is validated
/// once, by a model that has not seen it.
///
/// ```swift
/// let result = try KFold(folds: 5, stratifiedBy: labels, seed: 1).run(in: folder, scoring: ["accuracy"]) { fold in
///     let trainer = try Trainer(.epochs(20), checkpoints: .in(fold.folder, every: 1))
///     return (trainer, Classifier(), ClassifierData(train: fold.train, valid: fold.valid))
/// }
/// print(result.means["accuracy"] ?? .nan, result.deviations["accuracy"] ?? .nan)
/// ```
/// Without a seed the folds are those of scikit-learn's `KFold`, `StratifiedKFold` and `GroupKFold`.
public struct KFold: Sendable {
    /// The folds, in their order.
    public let folds: [DataFold]
    /// For messages: what they are, as in "5 stratified folds".
    let text: String

    /// One of the folds, as a program is asked for its training.
    public struct Fold: Sendable {
        /// Its number, the first being 1.
        public let number: Int
        /// How many folds there are.
        public let count: Int
        /// The numbers of the samples to train with, in ascending order.
        public var train: [Int] { samples.train }
        /// The numbers of the samples to validate with, in ascending order.
        public var valid: [Int] { samples.valid }
        /// The numbers of the samples of both parts.
        public let samples: DataFold
        /// The folder for everything that the fold's training writes: `fold-1` in that of the cross-validation.
        public let folder: URL
    }

    /// Folds whose sizes differ by one at most.
    ///
    /// - Parameters:
    ///   - folds: how many, at least two.
    ///   - count: the number of samples.
    ///   - seed: draws which samples are in a fold; without it each fold validates with a stretch of them.
    /// - Throws: `DataError` for fewer than two folds, or more than there are samples.
    public init(folds: Int, count: Int, seed: UInt64? = nil) throws {
        self.folds = try DataFold.split(count: count, into: folds, seed: seed)
        text = "\(folds) folds"
    }

    /// Folds with the classes in the proportions of the whole.
    ///
    /// - Parameters:
    ///   - folds: how many, at least two.
    ///   - labels: the class of each sample.
    ///   - seed: draws which samples of a class are in a fold; without it they are stretches of the class.
    /// - Throws: `DataError` for fewer than two folds, or more than a class has samples, so that a fold would lack it.
    public init(folds: Int, stratifiedBy labels: [Int], seed: UInt64? = nil) throws {
        self.folds = try DataFold.stratified(by: labels, into: folds, seed: seed)
        let sizes = Dictionary(grouping: labels, by: \.self).mapValues(\.count)
        if let (label, count) = sizes.min(by: { ($0.value, $0.key) < ($1.value, $1.key) }), count < folds {
            throw DataError(
                "there are \(folds) stratified folds, and class \(label) has only \(count) "
                    + "sample\(count == 1 ? "" : "s"): some folds would validate without it. Use fewer folds")
        }
        text = "\(folds) stratified folds"
    }

    /// Folds in which no group is both in training and in validation.
    ///
    /// - Parameters:
    ///   - folds: how many, at least two.
    ///   - groups: the group of each sample, for example the patient that it is from.
    ///   - seed: draws the order of groups of the same size; without it the greatest number comes first.
    /// - Throws: `DataError` for fewer than two folds, or more than there are groups.
    public init(folds: Int, groupedBy groups: [Int], seed: UInt64? = nil) throws {
        self.folds = try DataFold.grouped(by: groups, into: folds, seed: seed)
        text = "\(folds) grouped folds"
    }
}
