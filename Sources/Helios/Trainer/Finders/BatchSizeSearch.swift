import Foundation

/// The result of a search for the largest batch size.
public struct BatchSizeSearch: Sendable, Equatable {
    /// How to choose the sizes to try.
    public enum Mode: Sendable, Hashable {
        /// Doubles the size each time. This is fast, but the result may be only half of what is possible.
        case doubling
        /// Then bisects between the last size that worked and the first that did not, until they are adjacent.
        case binarySearch
    }

    /// A batch size that was tried.
    public struct Attempt: Sendable, Equatable {
        /// The number of samples in a batch.
        public let batchSize: Int
        /// The duration of a step in seconds, including the time spent waiting for its batch; `nil` if there was not
        /// enough memory.
        public let secondsPerStep: Double?

        /// Whether there was enough memory.
        public var works: Bool { secondsPerStep != nil }
    }

    /// The reason why no larger size was tried.
    public enum End: Sendable, Hashable {
        /// There is not enough memory for a larger size.
        case outOfMemory
        /// The limit was reached.
        case limit
        /// All samples are in one batch.
        case allSamples
    }

    /// The largest batch size that worked.
    public let batchSize: Int
    /// The reason why no larger size was tried.
    public let end: End
    /// All sizes that were tried, in order.
    public let attempts: [Attempt]
}

extension BatchSizeSearch: CustomStringConvertible {
    /// A table of all sizes that were tried, and the result.
    public var description: String {
        let rows = attempts.map { attempt in
            [
                "\(attempt.batchSize)", attempt.secondsPerStep.map(TextTable.duration) ?? "out of memory",
                attempt.secondsPerStep.map { String(format: "%.0f", Double(attempt.batchSize) / max($0, 1e-9)) } ?? "",
            ]
        }
        let reason =
            switch end {
            case .outOfMemory: "the memory does not suffice for more"
            case .limit: "the limit that was given"
            case .allSamples: "all samples"
            }
        return """
            \(TextTable(["batch size", "a step takes", "samples/s"], rows))
            largest batch size that works: \(batchSize) (\(reason))
            """
    }
}
