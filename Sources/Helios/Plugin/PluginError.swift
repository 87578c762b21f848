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
