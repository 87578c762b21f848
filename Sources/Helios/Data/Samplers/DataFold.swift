/// One of several splits of the same samples into training and validation. In cross-validation, each sample is in the
/// validation part of one fold.
///
/// ```swift
/// for fold in try DataFold.split(count: data.count, into: 5, seed: 1) {
///     let (train, valid) = (try data.subset(fold.train), try data.subset(fold.valid))
/// }
/// ```
/// Without a seed, the folds are those of scikit-learn's `KFold`, `StratifiedKFold`, and `GroupKFold`.
public struct DataFold: Hashable, Sendable {
    /// The indices of the training samples, in ascending order.
    public let train: [Int]
    /// The indices of the validation samples, in ascending order.
    public let valid: [Int]

    /// Returns folds whose sizes differ by at most one.
    ///
    /// - Parameters:
    ///   - count: the number of samples.
    ///   - folds: the number of folds, at least two.
    ///   - seed: the seed for drawing the samples of each fold. Without it, each fold validates with a contiguous range
    ///     of samples.
    /// - Throws: `DataError` for fewer than two folds, or for more folds than samples.
    public static func split(count: Int, into folds: Int, seed: UInt64? = nil) throws -> [DataFold] {
        try check(folds, atMost: count, "samples")
        let order = shuffled(Array(0..<count), seed)
        var foldOfSample = Array(repeating: 0, count: count)
        var start = 0
        for fold in 0..<folds {
            let end = start + count / folds + (fold < count % folds ? 1 : 0)
            for sample in order[start..<end] { foldOfSample[sample] = fold }
            start = end
        }
        return make(foldOfSample, folds)
    }

    /// Returns folds in which the classes have the same proportions as in the whole, as far as their numbers allow.
    ///
    /// - Parameters:
    ///   - labels: the class of each sample.
    ///   - folds: the number of folds, at least two.
    ///   - seed: the seed for drawing the samples of a class in each fold. Without it, they are contiguous ranges of
    ///     the class.
    /// - Throws: `DataError` for fewer than two folds, or for more folds than the largest class has samples.
    public static func stratified(by labels: [Int], into folds: Int, seed: UInt64? = nil) throws -> [DataFold] {
        let members = labels.numbersByValue
        try check(folds, atMost: members.map(\.count).max() ?? 0, "samples of the most frequent class")
        var foldOfSample = Array(repeating: 0, count: labels.count)
        var before = 0
        for (number, samples) in members.enumerated() {
            // All samples, sorted by class, are dealt to the folds in turn; this class has these places in that line.
            let places = before..<before + samples.count
            let sizes = (0..<folds).map { fold in places.count { $0 % folds == fold } }
            var order = shuffled(samples, seed.map { $0 &+ UInt64(number) })[...]
            for (fold, size) in sizes.enumerated() {
                for sample in order.prefix(size) { foldOfSample[sample] = fold }
                order = order.dropFirst(size)
            }
            before += samples.count
        }
        return make(foldOfSample, folds)
    }

    /// Returns folds in which no group is both in training and in validation. Each group, largest first, goes to the
    /// fold that has the fewest samples.
    ///
    /// - Parameters:
    ///   - groups: the group of each sample, such as the patient that it is from.
    ///   - folds: the number of folds, at least two.
    ///   - seed: the seed for the order of groups of the same size. Without it, the highest group number comes first.
    /// - Throws: `DataError` for fewer than two folds, or for more folds than groups.
    public static func grouped(by groups: [Int], into folds: Int, seed: UInt64? = nil) throws -> [DataFold] {
        let members = groups.numbersByValue.sorted { groups[$0[0]] > groups[$1[0]] }
        try check(folds, atMost: members.count, "groups")
        let ordered = shuffled(members, seed).enumerated()
            .sorted { ($1.element.count, $0.offset) < ($0.element.count, $1.offset) }.map(\.element)
        var foldOfSample = Array(repeating: 0, count: groups.count)
        var sizes = Array(repeating: 0, count: folds)
        for samples in ordered {
            let fold = sizes.indices.min { (sizes[$0], $0) < (sizes[$1], $1) } ?? 0
            sizes[fold] += samples.count
            for sample in samples { foldOfSample[sample] = fold }
        }
        return make(foldOfSample, folds)
    }

    private static func check(_ folds: Int, atMost count: Int, _ what: String) throws {
        guard folds >= 2 else { throw DataError("a cross-validation has at least two folds, not \(folds)") }
        guard folds <= count else { throw DataError("there are \(folds) folds, and only \(count) \(what)") }
    }

    private static func shuffled<Element>(_ elements: [Element], _ seed: UInt64?) -> [Element] {
        guard let seed else { return elements }
        var random = SampleRandom(seed: seed, epoch: 0, index: -1)
        return elements.shuffled(using: &random)
    }

    private static func make(_ foldOfSample: [Int], _ folds: Int) -> [DataFold] {
        (0..<folds).map { fold in
            DataFold(
                train: foldOfSample.indices.filter { foldOfSample[$0] != fold },
                valid: foldOfSample.indices.filter { foldOfSample[$0] == fold })
        }
    }
}
