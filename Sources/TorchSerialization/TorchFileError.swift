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
        // By scalars: one character may have any number of them.
        var visible = String.UnicodeScalarView()
        for scalar in unicodeScalars.prefix(80) {
            visible.append(scalar.properties.generalCategory == .control ? "?" : scalar)
        }
        return unicodeScalars.dropFirst(80).isEmpty ? String(visible) : String(visible) + "…"
    }
}
