import Foundation

/// Options that contradict each other, or a required override that is missing.
public struct ConfigurationError: DescribedError, Equatable {
    /// A sentence that describes the contradiction.
    public let description: String

    /// Creates an error with a description.
    public init(_ description: String) {
        self.description = description
    }
}

/// A checkpoint that cannot be read, written, or used.
public struct CheckpointError: DescribedError, Equatable {
    /// The path of the file, or of the folder if the error concerns several files.
    public let path: String
    /// The reason for the error.
    public let reason: String

    /// Creates an error for a path with a reason.
    public init(path: String, reason: String) {
        self.path = path
        self.reason = reason
    }

    public var description: String {
        "checkpoint \(VisibleText.of(path)): \(reason)"
    }
}

/// A value that cannot be logged.
public struct LogError: DescribedError, Equatable {
    /// The reason, and what to do about it.
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// A plug-in that cannot be registered or used.
public struct PluginError: DescribedError, Equatable {
    /// The id of the plug-in.
    public let id: String
    /// The reason for the error.
    public let reason: String

    /// Creates an error for a plug-in with a reason.
    public init(id: String, reason: String) {
        self.id = id
        self.reason = reason
    }

    public var description: String {
        "plug-in '\(VisibleText.of(id))': \(reason)"
    }
}

/// An error that ended training, if the trainer saves the state in this case (`ErrorPolicy.save`).
public struct TrainingError: DescribedError {
    /// The original error.
    public let cause: any Error
    /// The checkpoint with the state at the time of the error.
    public let checkpoint: URL

    public var description: String {
        "\(cause) (the state at the error is in \(checkpoint.path))"
    }
}
