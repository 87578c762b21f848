/// Whether lower or higher scores are better.
public enum MetricMode: String, Sendable, CaseIterable {
    /// Lower scores are better, as for a loss or an error.
    case min
    /// Higher scores are better, as for an accuracy.
    case max
}

extension MetricMode {
    /// Whether a score is better than another by more than `delta`; never if one is not a number.
    func isBetter(_ score: Double, than other: Double, by delta: Double = 0) -> Bool {
        switch self {
        case .min: score < other - delta
        case .max: score > other + delta
        }
    }
}
