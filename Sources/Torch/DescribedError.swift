import Foundation

/// An error whose description is the sentence to show: `localizedDescription` is the same.
public protocol DescribedError: LocalizedError, CustomStringConvertible {}

extension DescribedError {
    public var errorDescription: String? { description }
}
