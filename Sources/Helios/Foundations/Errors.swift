import Foundation

/// Options that contradict each other, or a part that was not written.
public struct ConfigurationError: DescribedError, Equatable {
    /// What contradicts what, in a sentence.
    public let description: String

    /// An error that says `description`.
    public init(_ description: String) {
        self.description = description
    }
}

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

/// A value that cannot be logged.
public struct LogError: DescribedError, Equatable {
    /// Why, and what to do.
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// A plug-in that cannot be registered or used.
public struct PluginError: DescribedError, Equatable {
    /// The plug-in's name.
    public let id: String
    /// What is wrong.
    public let reason: String

    /// The error of a plug-in and what is wrong with it.
    public init(id: String, reason: String) {
        self.id = id
        self.reason = reason
    }

    public var description: String {
        "plug-in '\(VisibleText.of(id))': \(reason)"
    }
}

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
