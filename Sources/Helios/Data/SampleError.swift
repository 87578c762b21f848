/// A sample that could not be made.
public struct SampleError: DescribedError {
    /// The number of the sample in the data set, or in the epoch of a stream; the first is 0.
    public let number: Int
    /// What the data set calls it, for example its file; `nil` if it says nothing.
    public let name: String?
    /// What the data set threw.
    public let underlying: any Error

    /// The error of a sample.
    ///
    /// - Parameters:
    ///   - number: the number of the sample; the first is 0.
    ///   - name: what the data set calls it.
    ///   - underlying: what the data set threw.
    public init(number: Int, name: String? = nil, underlying: any Error) {
        self.number = number
        self.name = name
        self.underlying = underlying
    }

    public var description: String {
        let reason = "\(underlying)"
        // The error may name the file already.
        guard let name, !reason.contains(name) else { return "sample \(number): \(reason)" }
        return "sample \(number) (\(VisibleText.of(name))): \(reason)"
    }
}

/// What a loader does with a sample that cannot be made.
public enum FailurePolicy: Hashable, Sendable {
    /// Throws the `SampleError`.
    case `throw`
    /// Leaves the sample out, and warns. Its batch has fewer samples then; nothing takes its place, so that every other
    /// sample stays in its batch. A batch in which every sample failed is left out. More failures than `limit` in an
    /// epoch are an error, and so is an epoch in which every sample failed.
    ///
    /// A run that resumes in the middle of an epoch counts the failures before its checkpoint. Running out of memory is
    /// always an error. Batches that several processes share cannot leave out samples, since each process must know how
    /// many the others have.
    case skip(limit: Int)

    /// Whether samples are left out.
    var skips: Bool { self != .throw }
}
