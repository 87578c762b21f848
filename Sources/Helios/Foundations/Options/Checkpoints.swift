import Foundation

extension TrainerOptions {
    /// Where to save checkpoints, which of them to keep, and how to use them.
    public struct Checkpoints: Sendable, Hashable {
        /// The folder of all checkpoints. The checkpoints of a model are in a subfolder with the model's name.
        public var folder: URL
        /// The interval of checkpoints, in epochs or iterations, depending on the length. If `nil`, a checkpoint is
        /// saved only at the end of training and at an interruption.
        public var every: Int?
        /// Which checkpoints to keep.
        public var keeping: CheckpointRetention
        /// Whether training waits until a checkpoint is on disk.
        public var writing: CheckpointWriteMode
        /// Whether a resumed run uses the options in the checkpoint or those that the program specifies now.
        public var onResume: ResumePolicy
        /// Whether to save a checkpoint if an error ends training.
        public var onError: ErrorPolicy

        /// Saves checkpoints in a folder, in a subfolder with the model's name.
        ///
        /// - Parameters:
        ///   - every: the interval of checkpoints, in epochs or iterations. If `nil`, a checkpoint is saved only at the
        ///     end and at an interruption.
        ///   - keeping: which checkpoints to keep.
        ///   - writing: whether training waits until a checkpoint is on disk.
        ///   - onResume: whether a resumed run uses the options in the checkpoint or those that the program specifies
        ///     now.
        ///   - onError: whether to save a checkpoint if an error ends training.
        public static func `in`(
            _ folder: URL, every: Int? = nil, keeping: CheckpointRetention = .all, writing: CheckpointWriteMode = .sync,
            onResume: ResumePolicy = .keep, onError: ErrorPolicy = .saveNothing
        ) -> Checkpoints {
            Checkpoints(
                folder: folder, every: every, keeping: keeping, writing: writing, onResume: onResume, onError: onError)
        }
    }
}

/// Which of a model's checkpoints to keep in its folder.
///
/// ```swift
/// checkpoints: .in(folder, every: 1, keeping: .last(3))             // the newest three
/// checkpoints: .in(folder, every: 1, keeping: .last(3, every: 50))  // and those of every fiftieth epoch or iteration
/// ```
/// `BestCheckpoints` also keeps the best ones by a score, in a separate folder.
///
/// Only files that this training wrote are removed, including files from before an interruption; the checkpoints
/// contain the list of these files. An old checkpoint is removed when a newer one is safely on disk.
public struct CheckpointRetention: Sendable, Hashable {
    /// The number of newest checkpoints to keep; `nil` keeps all.
    public let last: Int?
    /// Checkpoints whose epoch (or iteration, when training by iteration) is a multiple of this number are kept
    /// permanently; `nil` keeps none permanently. Checkpoints of interruptions do not count, because they are not from
    /// the end of an epoch.
    public let every: Int?

    /// Keeps all checkpoints.
    public static let all = CheckpointRetention(last: nil, every: nil)

    /// Keeps the newest `count`, and permanently those of every `every`-th epoch (or iteration).
    public static func last(_ count: Int, every: Int? = nil) -> CheckpointRetention {
        CheckpointRetention(last: count, every: every)
    }
}

/// Whether training waits until a checkpoint is on disk.
public enum CheckpointWriteMode: String, Sendable, Hashable, CaseIterable {
    /// Training waits: when the next step begins, the checkpoint is on disk.
    case sync
    /// Training waits only until the state has been copied in memory. From the first checkpoint to the end of training,
    /// this takes the memory of one more copy of the state. Another thread writes the copy. If the next checkpoint is
    /// due before the write is complete, training waits for it first. The files are identical to the bit.
    ///
    /// If the write fails, the error is thrown after the current step.
    case async
}

/// Which options a resumed run uses if the program specifies different options for its optimizers, schedulers, or
/// gradient scaler than the checkpoint contains.
public enum ResumePolicy: String, Sendable, Hashable, CaseIterable {
    /// Uses the checkpoint's options. A warning names each option with both values.
    case keep
    /// Uses the program's options. The optimizers' state for the parameters (moments, steps) still comes from the
    /// checkpoint.
    ///
    /// The learning rates are those that the program's schedulers compute at the step at which training resumes, as if
    /// they had been used from the start. A `ReduceLROnPlateau` cannot know what it would have done, so its reductions
    /// are kept.
    case override
}

/// Whether to save a checkpoint if an error ends training.
public enum ErrorPolicy: String, Sendable, Hashable, CaseIterable {
    /// Saves no checkpoint.
    case saveNothing
    /// Saves `<saveName>_error_epoch_<e>_iter_<i>.pth` in the model's checkpoint folder, and throws the error as a
    /// `TrainingError` that names the file. Training never resumes from this file automatically, because the error may
    /// have occurred in the middle of a step.
    case save
}

/// Which checkpoint a test or a prediction loads.
///
/// ```swift
/// try trainer.test(model, data, checkpoint: .best)
/// try trainer.test(model, data, checkpoint: .file(folder.appending(path: "digits_epoch_3_iter_135.pth")))
/// ```
public enum CheckpointChoice: Sendable, Hashable {
    /// The checkpoint in this file.
    case file(URL)
    /// The newest checkpoint in the trainer's checkpoint folder.
    case newest
    /// The best checkpoint that `BestCheckpoints` has kept. The trainer must have only one such plug-in.
    case best
    /// The best checkpoint that the `BestCheckpoints` with this id has kept, if there are several.
    case bestOf(plugin: String)
}
