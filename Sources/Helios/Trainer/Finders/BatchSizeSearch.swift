import Foundation

/// What a search for the largest batch size found.
public struct BatchSizeSearch: Sendable, Equatable {
    /// How sizes are tried.
    public enum Mode: Sendable, Hashable {
        /// Twice as much each time: quick, and the result may be half of what is possible.
        case doubling
        /// Then, between the last that worked and the first that did not, the middle, until they are neighbors.
        case binarySearch
    }

    /// A batch size that was tried.
    public struct Attempt: Sendable, Equatable {
        /// The number of samples in a batch.
        public let batchSize: Int
        /// How long a step took in seconds, the wait for its batch included; `nil` if the memory did not suffice.
        public let secondsPerStep: Double?

        /// Whether the memory sufficed.
        public var works: Bool { secondsPerStep != nil }
    }

    /// Why no larger size was tried.
    public enum End: Sendable, Hashable {
        /// The memory does not suffice for a larger one.
        case outOfMemory
        /// The size that was given as the largest.
        case limit
        /// All samples are in one batch.
        case allSamples
    }

    /// The largest batch size that worked.
    public let batchSize: Int
    /// Why no larger size was tried.
    public let end: End
    /// All that was tried, in order.
    public let attempts: [Attempt]
}

extension BatchSizeSearch: CustomStringConvertible {
    /// A table of what was tried, and the result.
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
