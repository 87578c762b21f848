import Torch

/// Why records do not reach Weights & Biases or MLflow. The training continues without them.
public struct TrackingError: DescribedError, Equatable {
    /// Why, and what to do.
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}
