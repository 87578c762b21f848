/// What is wrong with the data, or with how they are to be loaded.
public struct DataError: DescribedError, Equatable {
    /// What is wrong, in a sentence.
    public let description: String

    /// An error that says `description`.
    public init(_ description: String) {
        self.description = description
    }
}
