import Testing

/// A text as a test's argument, which the log calls by a short name instead of printing it whole.
public struct NamedText: CustomTestStringConvertible, Sendable {
    public let name: String
    public let text: String

    public init(_ name: String, _ text: String) {
        self.name = name
        self.text = text
    }

    public var testDescription: String { name }
}
