/// The purpose of a part of the data.
public enum DatasetSplit: String, CaseIterable, Sendable {
    /// Training.
    case train
    /// Validation during training.
    case valid
    /// Testing after training.
    case test

    /// Creates a value from a name, in uppercase or lowercase.
    ///
    /// - Throws: `DataError` for a name other than `train`, `valid`, and `test`.
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
