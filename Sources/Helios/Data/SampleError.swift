/// A sample that could not be created.
public struct SampleError: DescribedError {
    /// The index of the sample in the data set, or in the epoch of a stream. The first sample is 0.
    public let number: Int
    /// The name of the sample in the data set, such as its file; `nil` if it has none.
    public let name: String?
    /// The error from the data set.
    public let underlying: any Error

    /// Creates an error for a sample.
    ///
    /// - Parameters:
    ///   - number: the index of the sample. The first sample is 0.
    ///   - name: the name of the sample in the data set.
    ///   - underlying: the error from the data set.
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

/// What a loader does with a sample that cannot be created.
public enum FailurePolicy: Hashable, Sendable {
    /// Throws the `SampleError`.
    case `throw`
    /// Leaves the sample out, and warns. Its batch has fewer samples then; nothing takes its place, so that every other
    /// sample stays in its batch. A batch in which every sample failed is left out. More failures than `limit` in an
    /// epoch are an error, and so is an epoch in which every sample failed.
    ///
    /// A run that resumes in the middle of an epoch includes the failures before its checkpoint in the count. Running
    /// out of memory is always an error. Samples cannot be skipped in batches that are divided among several processes,
    /// because each process must know how many samples the others have.
    /// many the others have.
    case skip(limit: Int)

    /// Whether samples are left out.
    var skips: Bool { self != .throw }
}
