import Foundation

/// Converts checkpoints of older versions, and those of Python Helios 1 and 2, to the format of this version.
///
/// A trainer does this in memory when it resumes from such a checkpoint. To convert the files themselves, call
/// `migrate`:
/// ```swift
/// for file in try CheckpointMigration.migrate(folder) { print(file) }
/// ```
public enum CheckpointMigration {
    /// The result for one file.
    public struct Result: Sendable, CustomStringConvertible {
        /// What was done with a file.
        public enum Outcome: Sendable {
            /// The file now has this version's format; `original` is the original file.
            case migrated(from: CheckpointOrigin, original: URL)
            /// The file already had this version's format.
            case current
            /// The file was not changed, for this reason.
            case failed(CheckpointError)
        }

        /// The checkpoint.
        public let file: URL
        /// What was done with it.
        public let outcome: Outcome

        public var description: String {
            switch outcome {
            case .migrated(let origin, let original):
                "\(file.path): migrated from \(origin); the original is \(original.path)"
            case .current: "\(file.path): needs no migration"
            case .failed(let error): "\(file.path): \(error.reason)"
            }
        }
    }

    /// The name of the folder, next to the migrated files, that contains their originals.
    public static let originalsFolder = "before-migration"

    /// Migrates a checkpoint, or all `.pth` files in a folder (but not in its subfolders).
    ///
    /// Each file is replaced as a whole, and its original is kept in the folder `before-migration` next to it. If the
    /// migration is interrupted, every checkpoint exists in either the old or the new format, and running it again
    /// migrates the rest.
    ///
    /// - Returns: the result for each file, in the order of their names.
    /// - Throws: `CheckpointError` if nothing exists at the path, or if a training uses the folder. The error for a
    ///   single file of a folder is in its result.
    public static func migrate(_ url: URL) throws(CheckpointError) -> [Result] {
        do {
            return try migrate(path: url.filePath())
        } catch let error as TorchFileError {
            throw CheckpointError(path: error.path, reason: error.reason)
        } catch let error as CheckpointError {
            throw error
        } catch {
            throw CheckpointError(path: url.path, reason: "\(error)")
        }
    }

    /// - Parameter path: as `SystemPath` has it; so are those of the results.
    package static func migrate(path: String) throws(CheckpointError) -> [Result] {
        let path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        guard SystemPath.status(path) != nil else {
            throw CheckpointError(path: path, reason: "there is no such file")
        }
        let isFolder = SystemPath.isFolder(path)
        let lock = try FolderLock(path: isFolder ? path : folder(of: path))
        defer { lock.release() }
        guard isFolder else { return [migrate(file: path)] }
        do {
            return try SystemPath.names(in: path).filter { $0.hasSuffix(".\(CheckpointName.pathExtension)") }
                .map { migrate(file: "\(path)/\($0)") }
        } catch {
            throw CheckpointError(path: path, reason: "the folder cannot be read: \(error.reason)")
        }
    }

    private static func folder(of path: String) -> String {
        let folder = SystemPath.folder(of: path)
        return folder.isEmpty ? "." : folder
    }

    private static func migrate(file: String) -> Result {
        do throws(CheckpointError) {
            return Result(file: URL(filePath: file), outcome: try replace(file))
        } catch {
            return Result(file: URL(filePath: file), outcome: .failed(error))
        }
    }

    private static func replace(_ file: String) throws(CheckpointError) -> Result.Outcome {
        do {
            let state = try TorchFile.loadDictionary(path: file)
            guard let origin = CheckpointOrigin(of: state) else {
                throw StateDictError("it is no checkpoint of a trainer")
            }
            guard origin != .helios(version: HeliosVersion.current) else { return .current }
            let migrated = try migrate(state)
            // A file that a trainer could not resume from is better left as it is.
            _ = try Checkpoint(migrated)
            let original = try keepOriginal(file)
            try TorchFile.save(.dictionary(migrated), toPath: file)
            return .migrated(from: origin, original: URL(filePath: original))
        } catch let error as CheckpointError {
            throw error
        } catch let error as TorchFileError {
            throw CheckpointError(path: error.path, reason: error.reason)
        } catch {
            throw CheckpointError(path: file, reason: "\(error)")
        }
    }

    /// Gives the file a second name, under which it stays when another file takes the first.
    private static func keepOriginal(_ file: String) throws -> String {
        let folder = "\(folder(of: file))/\(originalsFolder)"
        let isMade = SystemPath.withBytes(folder) { mkdir($0, 0o777) } == 0
        guard isMade || errno == EEXIST else { throw CheckpointError(path: folder, reason: lastError()) }
        let name = SystemPath.name(of: file)
        var copy = "\(folder)/\(name)"
        var number = 2
        // An earlier one of the same name is not this file's original.
        while SystemPath.linkStatus(copy) != nil, try !haveSameBytes(copy, file) {
            copy = "\(folder)/\((name as NSString).deletingPathExtension).\(number).\(CheckpointName.pathExtension)"
            number += 1
        }
        guard let resolved = SystemPath.withBytes(file, { realpath($0, nil) }) else {
            throw CheckpointError(path: file, reason: lastError())
        }
        defer { free(resolved) }
        try StableName.give(copy, to: SystemPath.text(of: resolved))
        return copy
    }

    /// Whether there are two files with the same contents; false if the first cannot be read.
    private static func haveSameBytes(_ first: String, _ second: String) throws -> Bool {
        guard let left = try? RegularFile.open(first) else { return false }
        defer { close(left) }
        let right = try RegularFile.open(second)
        defer { close(right) }
        var parts = ([UInt8](repeating: 0, count: 1 << 20), [UInt8](repeating: 0, count: 1 << 20))
        var offset = 0
        while true {
            let count = pread(left, &parts.0, parts.0.count, off_t(offset))
            guard count >= 0, count == pread(right, &parts.1, parts.1.count, off_t(offset)) else { return false }
            if count == 0 { return true }
            guard parts.0[..<count] == parts.1[..<count] else { return false }
            offset += count
        }
    }

    // MARK: In memory

    /// The state in the form that this version saves. One that is no trainer's checkpoint comes back as it is.
    ///
    /// - Throws: `StateDictError` for a version newer than this one, and for a state that is not what its version
    ///   saved.
    package static func migrate(_ state: StateDict) throws -> StateDict {
        guard let origin = CheckpointOrigin(of: state) else { return state }
        try origin.requireKnown()
        switch origin {
        case .helios: return try fromOlderHelios(state)
        case .pythonHelios: return try fromPython(state)
        }
    }

    /// What files of this library's first versions lack.
    private static func fromOlderHelios(_ state: StateDict) throws -> StateDict {
        var state = state
        state[Checkpoint.Key.version] = .string(HeliosVersion.current)
        if state[Checkpoint.Key.resumePoint] == nil {
            state[Checkpoint.Key.resumePoint] = .string(LoopPosition.saved.rawValue)
        }
        if state[Checkpoint.Key.progress] == nil { state[Checkpoint.Key.progress] = .dictionary([:]) }
        return state
    }

    /// Python's own generators (`random`, `numpy`) are left out: nothing here draws from them.
    private static func fromPython(_ old: StateDict) throws -> StateDict {
        var rest = old
        func take(_ key: StateDict.Key) -> StateValue? {
            defer { rest[key] = nil }
            return rest[key]
        }

        var model: StateDict = [:]
        let saved = try old.dictionary(Checkpoint.Key.model)
        // Before 2.0 the user's state was all that was there.
        if old[Checkpoint.Key.loggers] != nil, saved[Checkpoint.Key.user] != nil {
            model = saved
        } else {
            model[Checkpoint.Key.user] = .dictionary(saved)
        }
        // Python forgets them at a resume.
        model[Checkpoint.Key.runningLosses] = .dictionary([:])

        var loggers: StateDict = [:]
        if old[Checkpoint.Key.loggers] != nil {
            loggers = try old.dictionary(Checkpoint.Key.loggers)
            _ = take(Checkpoint.Key.loggers)
        }
        if let file = take("log_path") { loggers["root"] = .dictionary(["log_file": file]) }
        if let folder = take("run_path") { loggers["tensorboard"] = .dictionary(["run_path": folder]) }

        var data: StateDict = ["phase": 0]
        if old[Checkpoint.Key.data] != nil, try !old.dictionary(Checkpoint.Key.data).isEmpty {
            data = try old.dictionary(Checkpoint.Key.data)
        }

        var state: StateDict = [
            Checkpoint.Key.version: .string(HeliosVersion.current),
            Checkpoint.Key.trainingState: .dictionary(try trainingState(old.dictionary(Checkpoint.Key.trainingState))),
            Checkpoint.Key.model: .dictionary(model),
            Checkpoint.Key.random: .dictionary(try random(old.dictionary(Checkpoint.Key.random))),
            Checkpoint.Key.loggers: .dictionary(loggers),
            Checkpoint.Key.data: .dictionary(data),
            // Python saves at one place only, and this one is there too.
            Checkpoint.Key.resumePoint: .string(LoopPosition.saved.rawValue),
            Checkpoint.Key.progress: .dictionary([:]),
        ]
        // The plug-ins' states.
        for (key, value) in rest where state[key] == nil { state[key] = value }
        return state
    }

    /// Python's data class has the same counts under the same names.
    private static func trainingState(_ old: StateDict) throws -> StateDict {
        var state = TrainingState().stateDict()
        for key in state.keys where old[key] != nil { state[key] = old[key] }
        return state
    }

    private static func random(_ old: StateDict) throws -> StateDict {
        let cpu = try old.tensor("torch")
        var state: StateDict = ["seed": .int(try initialSeed(of: cpu)), "torch": .tensor(cpu)]
        if old["cuda"] != nil { state["cuda"] = .tensor(try old.tensor("cuda")) }
        return state
    }

    /// What a generator was seeded with: PyTorch keeps it in the first eight bytes of a state.
    private static func initialSeed(of generator: Tensor) throws -> Int {
        guard generator.dtype == .uint8, generator.shape.count == 1, generator.shape[0] >= 8 else {
            throw StateDictError("the state of the random generator is none of PyTorch's")
        }
        let bytes = try generator.narrow(dim: 0, start: 0, length: 8).array(UInt8.self)
        return Int(bitPattern: bytes.reversed().reduce(UInt(0)) { $0 << 8 | UInt($1) })
    }
}
