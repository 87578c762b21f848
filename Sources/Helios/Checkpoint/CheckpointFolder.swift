import Foundation

/// The checkpoints of one model, in a folder of its name.
struct CheckpointFolder {
    struct Entry {
        let file: URL
        let contents: Checkpoint

        /// Whether it was written after another one of the same step.
        func isNewer(than other: Entry) -> Bool {
            guard contents.saveNumber == nil || contents.saveNumber == other.contents.saveNumber else {
                return contents.saveNumber ?? 0 > other.contents.saveNumber ?? 0
            }
            // Older checkpoints do not say.
            return modificationDate > other.modificationDate
        }

        private var modificationDate: Date {
            let values = try? FileManager.default.attributesOfItem(atPath: file.path)
            return values?[.modificationDate] as? Date ?? .distantPast
        }
    }

    let folder: URL
    private let saveName: String

    /// The folder for a training, made if it is not there yet and rid of what a killed run left half written; and what
    /// keeps other trainings out of it.
    ///
    /// - Throws: `CheckpointError` if nothing can be written into it, or another training is at work there: before the
    ///   training, not after hours of it.
    static func create(in root: URL, saveName: String) throws(CheckpointError) -> (CheckpointFolder, FolderLock) {
        let result = CheckpointFolder(folder: root.appending(path: saveName), saveName: saveName)
        guard !SystemPath.hasLostBytes(result.folder.path) else {
            throw CheckpointError(path: result.folder.path, reason: SystemPath.lostBytesReason)
        }
        try makeFolder(result.folder)
        guard FileManager.default.isWritableFile(atPath: result.folder.path) else {
            throw CheckpointError(path: result.folder.path, reason: "the folder cannot be written to")
        }
        let lock = try FolderLock(result.folder)
        // The lock first: they could be another training's files that are being written.
        result.removeLeftovers()
        return (result, lock)
    }

    /// Deletes what saves of a killed process left, in the folders of plug-ins too.
    private func removeLeftovers() {
        TorchFile.removeLeftovers(in: folder)
        let contents = try? FileManager.default.contentsOfDirectory(
            at: folder, includingPropertiesForKeys: [.isDirectoryKey])
        // Links to folders elsewhere are not followed.
        for inner in contents ?? [] where (try? inner.resourceValues(forKeys: [.isDirectoryKey]).isDirectory) == true {
            TorchFile.removeLeftovers(in: inner)
        }
    }

    /// `nil` if there is no such folder.
    static func existing(in root: URL, saveName: String) -> CheckpointFolder? {
        let folder = root.appending(path: saveName)
        guard FileManager.default.fileExists(atPath: folder.path) else { return nil }
        return CheckpointFolder(folder: folder, saveName: saveName)
    }

    /// The names of the checkpoints, the newest last.
    func names() throws -> [CheckpointName] {
        let files: [String]
        do {
            files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        } catch {
            throw CheckpointError(path: folder.path, reason: "the folder cannot be read: \(error.localizedDescription)")
        }
        return files.compactMap { CheckpointName(fileName: $0, saveName: saveName) }.sorted()
    }

    /// The newest checkpoint that can be read: the greatest epoch and iteration, and of several of one step the one
    /// that was written last; `nil` if the folder has none.
    ///
    /// - Parameter warn: is told of each one that was passed over, and why.
    /// - Throws: `CheckpointError` if there are checkpoints and none can be read: starting over would bury
    ///   them under new ones.
    func newest(warn: (String) -> Void) throws -> Entry? {
        var failures: [CheckpointError] = []
        var rest = try names()[...]
        while let name = rest.last {
            let ofStep = rest.suffix(while: { $0.isOfSameStep(as: name) })
            rest = rest.dropLast(ofStep.count)
            var newest: Entry?
            for name in ofStep.reversed() {
                let file = folder.appending(path: name.fileName)
                do {
                    let entry = Entry(file: file, contents: try CheckpointFolder.read(file))
                    newest = newest.map { $0.isNewer(than: entry) ? $0 : entry } ?? entry
                } catch {
                    failures.append(error)
                    warn("passed over: \(error)")
                }
            }
            if let newest { return newest }
        }
        guard let first = failures.first else { return nil }
        throw CheckpointError(
            path: folder.path,
            reason: "none of its \(failures.count) checkpoints can be read (the newest: \(first.reason)); move them "
                + "away to start over")
    }

    static func read(_ file: URL) throws(CheckpointError) -> Checkpoint {
        do {
            return try Checkpoint(CheckpointMigration.migrate(TorchFile.loadDictionary(file)))
        } catch let error as TorchFileError {
            throw CheckpointError(path: file.path, reason: error.reason)
        } catch {
            throw CheckpointError(path: file.path, reason: "\(error)")
        }
    }

    /// The name of a checkpoint's file.
    ///
    /// - Throws: `CheckpointError` for one that a later run would not find, or take for another.
    func name(_ name: String, of state: TrainingState) throws(CheckpointError) -> CheckpointName {
        let fileName = "\(name).\(CheckpointName.pathExtension)"
        guard !name.contains("/"), !name.utf8.contains(0) else {
            throw CheckpointError(
                path: folder.path, reason: "'\(name)' is no file name: see appendMetadata(toCheckpointName:)")
        }
        let (epoch, iteration) = (state.globalEpoch, state.currentIteration)
        guard let parsed = CheckpointName(fileName: fileName, saveName: saveName), parsed.epoch == epoch,
            parsed.iteration == iteration
        else {
            throw CheckpointError(
                path: folder.path,
                reason: "'\(name)' does not say that it is of epoch \(epoch) and iteration \(iteration): "
                    + "appendMetadata(toCheckpointName:) must add to the name, and no digit right behind it")
        }
        return parsed
    }

    func file(_ name: CheckpointName) -> URL {
        folder.appending(path: name.fileName)
    }

    /// The file of a checkpoint that a plug-in wants, in a folder of its own, which is made if it is not there yet.
    func file(_ extra: ExtraCheckpoint) throws(CheckpointError) -> URL {
        for name in [extra.folder, extra.name] {
            guard !name.isEmpty, name != ".", name != "..", !name.contains("/"), !name.utf8.contains(0) else {
                throw CheckpointError(path: folder.path, reason: "'\(name)' is no name of a file or folder inside")
            }
        }
        let inner = folder.appending(path: extra.folder)
        try CheckpointFolder.makeFolder(inner)
        return inner.appending(path: "\(extra.name).\(CheckpointName.pathExtension)")
    }

    /// The names that a checkpoint says this training wrote.
    ///
    /// - Throws: `StateDictError` for a name that is none of this model's checkpoints.
    func names(_ written: [StateValue]) throws -> [CheckpointName] {
        try written.map { value in
            guard case .string(let fileName) = value, !fileName.contains("/"), !fileName.utf8.contains(0),
                let name = CheckpointName(fileName: fileName, saveName: saveName)
            else { throw StateDictError("one of the names that it calls checkpoints is none") }
            return name
        }
    }

    /// The file of a checkpoint that is saved because of an error. Its name is none that a training resumes from.
    func errorFile(_ state: TrainingState) -> URL {
        let name = CheckpointName.base(saveName: "\(saveName)_error", state)
        return folder.appending(path: "\(name).\(CheckpointName.pathExtension)")
    }

    private static func makeFolder(_ folder: URL) throws(CheckpointError) {
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: folder.path, isDirectory: &isFolder), isFolder.boolValue { return }
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        } catch {
            let reason = SystemPath.obstacle(to: folder.path) ?? error.localizedDescription
            throw CheckpointError(path: folder.path, reason: "the folder cannot be created: \(reason)")
        }
        // A checkpoint is as durable as the folders above it. Two levels may be new: the root, and the model's.
        let root = folder.deletingLastPathComponent()
        for parent in [root, root.deletingLastPathComponent()] { StableName.synchronize(parent) }
    }
}

extension BidirectionalCollection {
    /// The elements at the end that satisfy the condition.
    fileprivate func suffix(while condition: (Element) -> Bool) -> SubSequence {
        suffix(from: lastIndex { !condition($0) }.map { index(after: $0) } ?? startIndex)
    }
}
