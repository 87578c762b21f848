/// An error in the data, or in the way it is loaded.
public struct DataError: DescribedError, Equatable {
    /// A sentence that describes the error.
    public let description: String

    /// Creates an error with a description.
    public init(_ description: String) {
        self.description = description
    }
}
