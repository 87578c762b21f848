import Foundation

/// Brings checkpoints of older versions, and those of Python Helios 1 and 2, into the form that this version saves.
///
/// A trainer does so in memory when it resumes from one. On the disk it is done once and for all:
/// ```swift
/// for file in try CheckpointMigration.migrate(folder) { print(file) }
/// ```
public enum CheckpointMigration {
    /// What became of one file.
    public struct Result: Sendable, CustomStringConvertible {
        public enum Outcome: Sendable {
            /// It has this version's form now; the file as it was is `original`.
            case migrated(from: CheckpointOrigin, original: URL)
            /// It had it already.
            case current
            /// It stays as it was, for this reason.
            case failed(CheckpointError)
        }

        public let file: URL
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

    /// The folder, beside the migrated files, that their originals go to.
    public static let originalsFolder = "before-migration"

    /// Migrates a checkpoint, or all `.pth` files of a folder (not of the folders inside).
    ///
    /// Each is replaced as a whole, and its original kept in the folder `before-migration` beside it. Whatever interrupts
    /// it, every checkpoint is there, in the old form or the new; done again, it does the rest.
    ///
    /// - Returns: what became of each file, in the order of their names.
    /// - Throws: `CheckpointError` if the path is that of nothing, or a training is at work in the folder. What is wrong
    ///   with one file of a folder is in its result.
    public static func migrate(_ url: URL) throws(CheckpointError) -> [Result] {
        var isFolder: ObjCBool = false
        guard url.isFileURL, FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else {
            throw CheckpointError(path: url.isFileURL ? url.path : url.absoluteString, reason: "there is no such file")
        }
        let lock = try FolderLock(isFolder.boolValue ? url : url.deletingLastPathComponent())
        defer { lock.release() }
        guard isFolder.boolValue else { return [migrate(file: url)] }
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: url.path)
        } catch {
            throw CheckpointError(path: url.path, reason: "the folder cannot be read: \(error.localizedDescription)")
        }
        return names.filter { $0.hasSuffix(".\(CheckpointName.pathExtension)") }.sorted()
            .map { migrate(file: url.appending(path: $0)) }
    }

    private static func migrate(file: URL) -> Result {
        do throws(CheckpointError) {
            return Result(file: file, outcome: try replace(file))
        } catch {
            return Result(file: file, outcome: .failed(error))
        }
    }

    private static func replace(_ file: URL) throws(CheckpointError) -> Result.Outcome {
        do {
            let state = try TorchFile.loadDictionary(file)
            guard let origin = CheckpointOrigin(of: state) else {
                throw StateDictError("it is no checkpoint of a trainer")
            }
            guard origin != .helios(version: HeliosVersion.current) else { return .current }
            let migrated = try migrate(state)
            // What a trainer could not resume from is better left as it is.
            _ = try Checkpoint(migrated)
            let original = try keepOriginal(file)
            try TorchFile.save(migrated, to: file)
            return .migrated(from: origin, original: original)
        } catch let error as CheckpointError {
            throw error
        } catch let error as TorchFileError {
            throw CheckpointError(path: error.path, reason: error.reason)
        } catch {
            throw CheckpointError(path: file.path, reason: "\(error)")
        }
    }

    /// Gives the file a second name, under which it stays when the first becomes that of another.
    private static func keepOriginal(_ file: URL) throws -> URL {
        let folder = file.deletingLastPathComponent().appending(path: originalsFolder)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let original = folder.appending(path: file.lastPathComponent)
        // One of before, under the same name, is not this file's original.
        var copy = original
        var number = 2
        while FileManager.default.fileExists(atPath: copy.path),
            !FileManager.default.contentsEqual(atPath: copy.path, andPath: file.path)
        {
            let name = original.deletingPathExtension().lastPathComponent
            copy = folder.appending(path: "\(name).\(number).\(CheckpointName.pathExtension)")
            number += 1
        }
        try StableName.give(copy, to: file.resolvingSymlinksInPath())
        return copy
    }

    // MARK: In memory

    /// The state in the form that this version saves. One that is no trainer's checkpoint comes back as it is.
    ///
    /// - Throws: `StateDictError` for a version newer than this one, and for a state that is not what its version saved.
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
