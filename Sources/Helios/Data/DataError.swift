/// An error of the data, or of the way it is loaded.
public struct DataError: DescribedError, Equatable {
    /// Says in a sentence what is wrong.
    public let description: String

    /// An error that says `description`.
    public init(_ description: String) {
        self.description = description
    }
}
