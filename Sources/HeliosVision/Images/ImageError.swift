import Helios
import Torch

/// An image that cannot be read or written.
public struct ImageError: DescribedError, Equatable {
    /// The kinds of failures.
    public enum Kind: Sendable {
        /// The system cannot read or write the file.
        case inaccessible
        /// The bytes are not an image, or have an unsupported format.
        case unknownFormat
        /// The format allows it, but it is not supported.
        case unsupported
        /// The bytes contradict the format.
        case damaged
        /// The bytes end too early.
        case truncated
        /// A limit of `ImageLimits` is exceeded.
        case tooLarge
        /// The extension of the file's name is another format's.
        case mislabeled
        /// There is too little memory.
        case memory
        /// What was asked for does not fit the image, or the tensor is no image.
        case argument
        /// A transform failed.
        case transform
    }

    /// The file; `nil` for bytes or pixels in memory.
    public let path: String?
    /// What kind of failure it was.
    public let kind: Kind
    /// What is wrong, and what to do.
    public let reason: String

    /// The error for a file and what is wrong with it.
    public init(path: String?, kind: Kind, reason: String) {
        self.path = path
        self.kind = kind
        self.reason = reason
    }

    public var description: String {
        "image\(path.map { " \(VisibleText.of($0))" } ?? ""): \(reason)"
    }
}
