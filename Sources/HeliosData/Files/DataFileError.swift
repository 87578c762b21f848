import Torch
import TorchSerialization

/// The error of a file of data that cannot be read or written.
public struct DataFileError: DescribedError, Equatable {
    /// The kinds of reasons.
    public enum Kind: Sendable {
        /// The file is damaged, incomplete, or not of this format.
        case invalid
        /// The system refused: the file does not exist, is not readable, or does not fit into memory.
        case access
        /// The file may be valid, but it has something that is not supported.
        case unsupported
    }

    /// A place in a file.
    public enum Place: Sendable, Equatable {
        /// A line of a text, and a column counted in characters; both begin with 1.
        case line(Int, column: Int)
        /// The number of a byte, from 0.
        case byte(Int)
    }

    /// The path of the file, as it was given.
    public let path: String
    /// Where in the file the fault is; `nil` if there is no single place.
    public let place: Place?
    /// What is wrong and what to do, without the path.
    public let reason: String
    /// What kind of reason it is.
    public let kind: Kind

    /// An error about a file.
    ///
    /// - Parameters:
    ///   - path: the path of the file.
    ///   - place: where in the file the fault is.
    ///   - reason: what is wrong, in words that follow a colon.
    public init(path: String, place: Place? = nil, reason: String, kind: Kind = .invalid) {
        self.path = path
        self.place = place
        self.reason = reason
        self.kind = kind
    }

    /// The path, the place and the reason: `table.csv:12:7: …`.
    public var description: String {
        switch place {
        case nil: "\(path): \(reason)"
        case .line(let line, let column): "\(path):\(line):\(column): \(reason)"
        case .byte(let offset): "\(path): at byte \(offset): \(reason)"
        }
    }

    /// An error that was thrown while a file was read, with its path.
    init(path: String, _ error: any Error) {
        if let error = error as? DataFileError {
            self = error
            return
        }
        switch error {
        case FormatFault.invalid(let reason):
            self.init(path: path, reason: reason)
            return
        case FormatFault.unsupported(let reason):
            self.init(path: path, reason: reason, kind: .unsupported)
            return
        default: break
        }
        let error = TorchFileError(path: path, error)
        let kind: Kind =
            switch error.kind {
            case .invalid: .invalid
            case .access: .access
            case .unsupported: .unsupported
            }
        self.init(path: error.path, reason: error.reason, kind: kind)
    }
}

/// The error of a file's contents, before the path is known.
enum FormatFault: Error {
    /// The file contradicts itself or its format.
    case invalid(String)
    /// The file holds something that is not read here.
    case unsupported(String)
}

/// Runs `body`, and makes its errors name a file.
func naming<Result>(_ path: String, _ body: () throws -> Result) throws(DataFileError) -> Result {
    do {
        return try body()
    } catch {
        throw DataFileError(path: path, error)
    }
}
