import Foundation

/// Keeps the checkpoint folder of one training: locks it, writes checkpoints into it, knows which of them the training
/// wrote, and removes those that are not to stay.
///
/// It asks no hook and prints nothing: what came of a checkpoint is a value, which the run tells hooks and user.
final class CheckpointKeeper {
    /// What became of a checkpoint.
    struct Saved {
        /// The files that were written, warnings, and perhaps a failure.
        let outcome: CheckpointJob.Outcome
        /// The file from which a training may resume, if it was written.
        let newest: URL?
        /// The files that plug-ins wanted and that were written.
        let extras: [(plugin: Plugin, file: URL)]
    }

    /// A checkpoint that is being written.
    private struct Saving {
        /// Its file; `nil` if only plug-ins wanted one.
        let file: URL?
        let extras: [(plugin: Plugin, file: URL)]
        /// What may be removed later, once it is there.
        let kept: [CheckpointName]

        var files: [URL] { (file.map { [$0] } ?? []) + extras.map(\.file) }
    }

    let folder: CheckpointFolder
    /// What this training has saved.
    private(set) var history = CheckpointHistory()

    private let lock: FolderLock
    private let writer: CheckpointWriter
    private let retention: CheckpointRetention
    private let unit: TrainingUnit
    private var saving: Saving?
    /// The state in the newest checkpoint of this training; `nil` before the first.
    private var savedState: TrainingState?

    /// Takes the folder of a model for a training, and makes it if it is not there yet.
    ///
    /// - Parameters:
    ///   - saveName: the model's.
    ///   - unit: what the intervals of `options` count.
    /// - Throws: `CheckpointError` if nothing can be written there, or another training is at work there.
    init(_ options: TrainerOptions.Checkpoints, saveName: String, unit: TrainingUnit) throws(CheckpointError) {
        (folder, lock) = try CheckpointFolder.create(in: options.folder, saveName: saveName)
        writer = CheckpointWriter(options.writing)
        retention = options.keeping
        self.unit = unit
    }

    /// Whether other trainings are kept out; false on a file system that has no locks.
    var isLocked: Bool { lock.isHeld }

    /// Continues the history of a checkpoint that the training resumes from.
    func resume(from checkpoint: Checkpoint) throws {
        history = CheckpointHistory(
            written: try folder.names(checkpoint.written),
            interrupted: Set(try folder.names(checkpoint.interrupted).map(\.fileName)),
            saveCount: checkpoint.saveNumber ?? 0)
        savedState = checkpoint.trainingState
    }

    /// Whether the newest checkpoint of this training has this state.
    func hasSaved(_ state: TrainingState) -> Bool { state == savedState }

    // MARK: Saving

    /// Saves a checkpoint. If another thread writes it, this returns as soon as the contents have been copied.
    ///
    /// - Parameters:
    ///   - name: the name of the file without its extension; `nil` if only plug-ins want the checkpoint.
    ///   - state: the state that is saved.
    ///   - isInside: whether this is not the end of a step or an epoch, so that the checkpoint does not stay for good.
    ///   - extras: the checkpoints that plug-ins want.
    ///   - contents: makes the contents; gets the history as they are to note it.
    /// - Returns: what became of it; `nil` if it is still being written.
    func save(
        _ name: String?, of state: TrainingState, isInside: Bool,
        extras: [(plugin: Plugin, checkpoint: ExtraCheckpoint)],
        contents: (CheckpointHistory) throws -> StateDict
    ) throws -> Saved? {
        let name = try name.map { try folder.name($0, of: state) }
        let decision = name.map {
            retention.decide(history.written, newest: $0, unit: unit, interrupted: history.interrupted)
        }
        if let name {
            history.saveCount += 1
            savedState = state
            if isInside {
                history.interrupted.insert(name.fileName)
            } else {
                history.interrupted.remove(name.fileName)
            }
        }
        let saving = Saving(
            file: name.map { folder.file($0) },
            extras: try extras.map { (plugin: $0.plugin, file: try folder.file($0.checkpoint)) },
            kept: decision?.kept ?? history.written)
        let obsolete = decision?.obsolete ?? []
        var noted = history
        // It names those that go when it is there, too: a run that is killed in between leaves them to the next one.
        noted.written = obsolete + saving.kept
        let outcome = try writer.write(
            contents(noted), to: saving.files, removing: obsolete.map { folder.file($0) })
        self.saving = saving
        return outcome.flatMap(conclude)
    }

    /// Whether a checkpoint is being written, or was and its outcome is not known yet.
    var isSaving: Bool { saving != nil }

    /// Whether plug-ins wait for the checkpoint that is being written.
    var isSavingExtras: Bool { saving?.extras.isEmpty == false }

    /// What became of the checkpoint that is being written; `nil` if there is none, or if it is not finished.
    func poll() -> Saved? {
        writer.poll().flatMap(conclude)
    }

    /// The same, after waiting for its end.
    func finish() -> Saved? {
        writer.finish().flatMap(conclude)
    }

    private func conclude(_ outcome: CheckpointJob.Outcome) -> Saved? {
        guard let saving else { return nil }
        self.saving = nil
        if outcome.failure == nil { history.written = saving.kept }
        return Saved(
            outcome: outcome, newest: saving.file.flatMap { outcome.written.contains($0) ? $0 : nil },
            extras: saving.extras.filter { outcome.written.contains($0.file) })
    }

    /// Saves the state in which an error left a training, under a name that no training resumes from. Waits for the
    /// checkpoint that is being written, if there is one.
    ///
    /// - Returns: the file.
    func saveAfterError(
        _ state: TrainingState, contents: (CheckpointHistory) throws -> StateDict
    ) throws -> URL {
        // What became of the other one is still there to be told.
        writer.wait()
        let file = folder.errorFile(state)
        let outcome = CheckpointJob(state: try contents(history), files: [file], obsolete: []).run()
        if let failure = outcome.failure { throw failure }
        return file
    }

    // MARK: The end of a training

    /// How the training ended that ended at this checkpoint, hooks and all; `nil` if none did.
    func end(at checkpoint: URL) -> EndedTraining? {
        EndedTraining(in: folder.folder).flatMap { $0.checkpoint == checkpoint.lastPathComponent ? $0 : nil }
    }

    /// Notes that everything was done that belongs to the end of the training.
    ///
    /// - Parameter logs: what the logs have at the end.
    func noteEnd(at checkpoint: URL, isComplete: Bool, logs: StateDict) throws {
        try EndedTraining(checkpoint: checkpoint.lastPathComponent, isComplete: isComplete, logs: logs)
            .write(to: folder.folder)
    }

    /// Lets other trainings into the folder.
    func close() {
        lock.release()
    }
}
