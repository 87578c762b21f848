/// A file that could not be written or read: which one, and why.
public struct TorchFileError: Error, Sendable, Equatable {
    /// The file, as it was asked for.
    public let path: String
    /// What went wrong, without the path.
    public let reason: String

    public init(path: String, reason: String) {
        self.path = path
        self.reason = reason
    }
}

extension TorchFileError: CustomStringConvertible {
    public var description: String {
        "\(path): \(reason)"
    }
}

/// What is wrong with a file's contents, before the path is known.
struct FormatError: Error {
    let reason: String

    init(_ reason: String) {
        self.reason = reason
    }
}

extension String {
    /// What a file calls something, short enough for an error and without control characters.
    var shortened: String {
        let visible = prefix(80).map { $0.unicodeScalars.allSatisfy { $0.value < 32 } ? "?" : String($0) }.joined()
        return visible.utf8.count < utf8.count ? visible + "…" : visible
    }
}
