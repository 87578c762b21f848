import Foundation
import Torch

/// The error of a file that could not be written or read.
public struct TorchFileError: Error, Sendable, Equatable {
    /// The kinds of reasons.
    public enum Kind: Sendable {
        /// The file contradicts itself or the format: it is damaged, incomplete, or not of this format. For a value
        /// that is to be written, it means that no such file can hold it.
        case invalid
        /// The system refused: the file does not exist, must not be read, or does not fit the memory. Nothing is known
        /// about its contents.
        case access
        /// Nothing is wrong with the file as far as it was read, but it holds something that this library does not
        /// read: a TorchScript program, a whole module, a type that libtorch does not have.
        case unsupported
    }

    /// The path of the file, as it was given.
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

extension TorchFileError: DescribedError {
    public var description: String {
        "\(path): \(reason)"
    }
}

/// The error of a file's contents, before the path is known.
struct FormatError: Error {
    let reason: String
    let kind: TorchFileError.Kind
    /// The name that a pickle may not use, if that is the reason.
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

    /// The error for a whole module that was saved.
    static func wholeModule(_ type: PickleGlobal) -> FormatError {
        FormatError(
            "it holds a whole module (\(type)), which is a program and not data: save its `state_dict()` in Python",
            .unsupported)
    }
}

extension TorchFileError {
    package init(path: String, _ error: any Error) {
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
    /// A text from a file, short enough for an error and without control characters.
    package var shortened: String {
        // Scalars are counted, since one character may have any number of them.
        var visible = String.UnicodeScalarView()
        for scalar in unicodeScalars.prefix(80) {
            visible.append(scalar.properties.generalCategory == .control ? "?" : scalar)
        }
        return unicodeScalars.dropFirst(80).isEmpty ? String(visible) : String(visible) + "…"
    }
}
