import Helios

/// The samples that `cross-validate` splits into folds: how many there are, and what it may split them by.
public struct FoldSamples: Sendable {
    /// How many samples there are to train with.
    public var count: Int
    /// The class of each, for `--stratified`; `nil` if there are no classes.
    public var labels: [Int]?
    /// The group of each, for `--grouped`; `nil` if there are no groups.
    public var groups: [Int]?

    /// Samples without classes.
    ///
    /// - Parameters:
    ///   - count: how many there are.
    ///   - groups: the group of each, for example the patient that it is from.
    public init(count: Int, groups: [Int]? = nil) {
        self.count = count
        self.groups = groups
    }

    /// Samples with classes.
    ///
    /// - Parameters:
    ///   - labels: the class of each.
    ///   - groups: the group of each, for example the patient that it is from.
    public init(labels: [Int], groups: [Int]? = nil) {
        count = labels.count
        self.labels = labels
        self.groups = groups
    }
}
