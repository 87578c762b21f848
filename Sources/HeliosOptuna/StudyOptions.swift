import Foundation
import Helios

/// The name of a study, its storage, its goal, and how it searches.
public struct StudyOptions: Sendable {
    /// Where a study is stored.
    public enum Storage: Sendable, Hashable {
        /// A file of SQLite, which is made if it is not there. It must not be on a network drive.
        case sqlite(URL)
        /// A database that SQLAlchemy knows by an address, as in `postgresql://user:password@host/name`.
        case database(String)
    }

    /// Which values are the better ones.
    public enum Direction: String, Sendable, CaseIterable {
        case minimize, maximize
    }

    /// The name of the study in its storage, which may have several.
    public var name: String
    /// Where the study is stored.
    public var storage: Storage
    /// Which values are the better ones.
    public var direction: Direction
    /// What suggests values.
    public var sampler: SamplerOptions
    /// What ends trials early.
    public var pruner: PrunerOptions
    /// The Python that has the package `optuna`.
    public var python: PythonCommand
    /// How long Optuna may take for one answer. Opening may take a minute more.
    public var timeout: Duration

    /// How many seconds to wait for another program to end its search, and to let go of the database.
    var (lockPatience, databasePatience) = (10.0, 20.0)

    /// A study.
    ///
    /// - Parameters:
    ///   - name: its name in the storage.
    ///   - storage: where it is.
    ///   - direction: which values are the better ones.
    ///   - sampler: what suggests values.
    ///   - pruner: what ends trials early.
    ///   - python: the Python that has the package `optuna`.
    ///   - timeout: how long Optuna may take for one answer.
    public init(
        name: String, storage: Storage, direction: Direction = .minimize, sampler: SamplerOptions = .tpe(),
        pruner: PrunerOptions = .median(), python: PythonCommand = PythonCommand(), timeout: Duration = .seconds(60)
    ) {
        self.name = name
        self.storage = storage
        self.direction = direction
        self.sampler = sampler
        self.pruner = pruner
        self.python = python
        self.timeout = timeout
    }
}

extension StudyOptions {
    /// Where the records of the sampler are, unless the program says otherwise: beside the file of the study.
    ///
    /// - Throws: `OptunaError` if the name cannot be a file's, or if the study is in no file.
    func samplerFolder() throws(OptunaError) -> URL {
        guard case .sqlite(let file) = storage else {
            throw OptunaError(
                "the study '\(name)' is in a database: pass samplerPath:, a folder for the states of its sampler")
        }
        return file.deletingLastPathComponent().appending(path: "\(file.lastPathComponent).samplers/\(name)")
    }

    func validate() throws(OptunaError) {
        guard !name.isEmpty, name.utf8.count <= 200, !name.contains("/"), !name.hasPrefix("."), !name.contains("\0")
        else {
            throw OptunaError(
                "the name of a study must be able to be a file's, of at most 200 bytes, and is '\(VisibleText.of(name))'"
            )
        }
        guard timeout > .zero else { throw OptunaError("timeout: must be positive, not \(timeout)") }
    }
}
