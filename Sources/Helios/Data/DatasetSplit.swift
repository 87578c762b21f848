/// What a part of the data is for.
public enum DatasetSplit: String, CaseIterable, Sendable {
    /// To train with.
    case train
    /// To validate with, while the model is trained.
    case valid
    /// To test with, when it is trained.
    case test

    /// The part with a name, in upper or lower case.
    ///
    /// - Throws: `DataError` for a name other than `train`, `valid` and `test`.
    public init(_ name: String) throws {
        guard let split = DatasetSplit(rawValue: name.lowercased()) else {
            let names = DatasetSplit.allCases.map(\.rawValue)
            throw DataError(
                "there is no part '\(VisibleText.of(name))' of the data\(NearNames.question(name, among: names)): use "
                    + "\(names.joined(separator: ", "))")
        }
        self = split
    }
}
