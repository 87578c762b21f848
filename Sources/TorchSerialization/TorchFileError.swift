import Torch

/// A file that could not be written or read: which one, and why.
public struct TorchFileError: Error, Sendable, Equatable {
    /// What kind of reason there is.
    public enum Kind: Sendable {
        /// The file contradicts itself or the format: it is damaged, incomplete, or none of this format. Of a value that is
        /// to be written: no such file can hold it.
        case invalid
        /// The system did not give what was asked: the file is not there, may not be read, or there is no memory for it.
        /// Nothing is known of what the file holds.
        case access
        /// Nothing is wrong with the file as far as it was read, but it holds what is not read here: a TorchScript program,
        /// a whole module, a type that libtorch does not have.
        case unsupported
    }

    /// The file, as it was asked for.
    public let path: String
    /// What went wrong, without the path.
    public let reason: String
    /// What kind of reason it is.
    public let kind: Kind

    public init(path: String, reason: String, kind: Kind = .invalid) {
        self.path = path
        self.reason = reason
        self.kind = kind
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
    let kind: TorchFileError.Kind
    /// The name that a pickle may not use, if it is that.
    private(set) var global: PickleGlobal?

    init(_ reason: String, _ kind: TorchFileError.Kind = .invalid) {
        self.reason = reason
        self.kind = kind
    }

    /// The error for a name that a pickle may not use.
    static func notData(_ global: PickleGlobal) -> FormatError {
        var error = FormatError(
            "\(global) is not data: only tensors, numbers, strings, bytes, booleans, none, lists, tuples, sets and "
                + "dictionaries are read", .unsupported)
        error.global = global
        return error
    }

    /// The error for a module that was saved as a whole, of a class.
    static func wholeModule(_ type: PickleGlobal) -> FormatError {
        FormatError(
            "it holds a whole module (\(type)), which is a program and not data: save its `state_dict()` in Python",
            .unsupported)
    }
}

extension TorchFileError {
    init(path: String, _ error: any Error) {
        switch error {
        case let error as TorchFileError: self = error
        case let error as FormatError: self.init(path: path, reason: error.reason, kind: error.kind)
        case let error as FileAccessError:
            self.init(path: path, reason: "cannot be read: \(error.reason)", kind: .access)
        case let error as TorchError:
            self.init(path: path, reason: error.message, kind: error.kind == .outOfMemory ? .access : .invalid)
        default: self.init(path: path, reason: "\(error)")
        }
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
