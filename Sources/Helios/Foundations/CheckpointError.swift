/// A checkpoint that cannot be read, written or used.
public struct CheckpointError: DescribedError, Equatable {
    /// The file, or the folder if it is about several.
    public let path: String
    /// What is wrong with it.
    public let reason: String

    /// The error for a path and what is wrong there.
    public init(path: String, reason: String) {
        self.path = path
        self.reason = reason
    }

    public var description: String {
        "checkpoint \(VisibleText.of(path)): \(reason)"
    }
}
