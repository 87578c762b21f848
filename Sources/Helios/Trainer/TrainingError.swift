import Foundation

/// An error that ended a training whose trainer saves the state in that case (`ErrorPolicy.save`).
public struct TrainingError: DescribedError {
    /// What went wrong.
    public let cause: any Error
    /// The checkpoint of the state in which the error left the training.
    public let checkpoint: URL

    public var description: String {
        "\(cause) (the state at the error is in \(checkpoint.path))"
    }
}
