/// Data that a metric cannot take in, or options that it cannot work with.
public struct MetricError: DescribedError, Equatable {
    /// What does not fit, and what to do.
    public let description: String

    /// An error that says `description`.
    public init(_ description: String) {
        self.description = description
    }
}
