/// Options that contradict each other, or a part that was not written.
public struct ConfigurationError: DescribedError, Equatable {
    /// What contradicts what, in a sentence.
    public let description: String

    /// An error that says `description`.
    public init(_ description: String) {
        self.description = description
    }
}
