import Foundation

/// Options that contradict each other, or a part that was not written.
public struct ConfigurationError: LocalizedError, CustomStringConvertible, Equatable {
    /// What contradicts what, in a sentence.
    public let description: String

    /// An error that says `description`.
    public init(_ description: String) {
        self.description = description
    }

    /// The same, for `localizedDescription`.
    public var errorDescription: String? { description }
}
