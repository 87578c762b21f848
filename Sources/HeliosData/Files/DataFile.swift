import Foundation
import Torch
import TorchSerialization

/// A file of data that is open for reading. Its errors name it.
struct DataFile: Sendable {
    /// The path, as it was given.
    let path: String
    /// The bytes of the file.
    let source: FileSource

    /// The number of bytes, as it was when the file was opened.
    var size: Int { source.size }

    /// Opens a file.
    ///
    /// - Parameter what: what the file should be, for the error if it is not there: "a table of numbers".
    init(_ url: URL, expecting what: String) throws(DataFileError) {
        do {
            try self.init(path: url.filePath(), expecting: what)
        } catch {
            throw DataFileError(path: url.path, error)
        }
    }

    init(path: String, expecting what: String) throws(DataFileError) {
        self.path = path
        do {
            source = try FileSource(path)
        } catch let error as FileAccessError where error.code == ENOENT {
            throw DataFileError(path: path, reason: "does not exist; \(what) is expected there", kind: .access)
        } catch {
            throw DataFileError(path: path, error)
        }
    }

    /// Reads some bytes.
    func read(at offset: Int, count: Int) throws(DataFileError) -> [UInt8] {
        do {
            return try source.read(at: offset, count: count)
        } catch {
            throw DataFileError(path: path, error)
        }
    }

    /// Maps the whole file into memory.
    func map() throws(DataFileError) -> MappedFile {
        do {
            return try source.map(at: 0, count: size)
        } catch {
            throw DataFileError(path: path, error)
        }
    }

    /// The error for contents that make no sense.
    func fault(_ reason: String, at place: DataFileError.Place? = nil) -> DataFileError {
        DataFileError(path: path, place: place, reason: reason)
    }

    /// The error for contents that make sense and are not read here.
    func unsupported(_ reason: String) -> DataFileError {
        DataFileError(path: path, reason: reason, kind: .unsupported)
    }
}

extension URL {
    /// Whether there is a file, or anything else, at this path.
    var exists: Bool {
        guard let path = try? filePath() else { return false }
        return SystemPath.status(path) != nil
    }
}
