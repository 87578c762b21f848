/// A value that cannot be logged.
public struct LogError: DescribedError, Equatable {
    /// Why, and what to do.
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}
