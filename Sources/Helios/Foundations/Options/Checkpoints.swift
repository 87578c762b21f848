import Foundation

extension TrainerOptions {
    /// Where checkpoints are saved, which ones, and what they are used for.
    public struct Checkpoints: Sendable, Hashable {
        /// The folder of all checkpoints: those of a model are in a folder of its name inside.
        public var folder: URL
        /// The interval of checkpoints, in epochs or iterations, whichever the length counts. `nil` saves one only at
        /// the end of the training and at an interruption.
        public var every: Int?
        /// Which checkpoints stay.
        public var keeping: CheckpointRetention
        /// Whether training waits until a checkpoint is on the disk.
        public var writing: CheckpointWriteMode
        /// Which options a resumed run uses: the checkpoint's, or those that the program gives now.
        public var onResume: ResumePolicy
        /// Whether an error that ends the training leaves a checkpoint.
        public var onError: ErrorPolicy

        /// Checkpoints in a folder, in a folder of the model's name inside.
        ///
        /// - Parameters:
        ///   - every: the interval of checkpoints, in epochs or iterations; `nil` saves one only at the end and at an
        ///     interruption.
        ///   - keeping: which checkpoints stay.
        ///   - writing: whether training waits until a checkpoint is on the disk.
        ///   - onResume: which options a resumed run uses: the checkpoint's, or those that the program gives now.
        ///   - onError: whether an error that ends the training leaves a checkpoint.
        public static func `in`(
            _ folder: URL, every: Int? = nil, keeping: CheckpointRetention = .all, writing: CheckpointWriteMode = .sync,
            onResume: ResumePolicy = .keep, onError: ErrorPolicy = .saveNothing
        ) -> Checkpoints {
            Checkpoints(
                folder: folder, every: every, keeping: keeping, writing: writing, onResume: onResume, onError: onError)
        }
    }
}

/// Which of a model's checkpoints stay in its folder.
///
/// ```swift
/// checkpoints: .in(folder, every: 1, keeping: .last(3))             // the newest three
/// checkpoints: .in(folder, every: 1, keeping: .last(3, every: 50))  // and those of every fiftieth epoch or iteration
/// ```
/// `BestCheckpoints` also keeps the best ones by a score, in a separate folder.
///
/// Only what this training wrote is removed, before an interruption too: the checkpoints say which files that are. One
/// goes when a newer one is safely on the disk.
public struct CheckpointRetention: Sendable, Hashable {
    /// How many of the newest stay; `nil` for all.
    public let last: Int?
    /// Those whose epoch, or iteration when training by iteration, is a multiple of this stay for good; `nil` for none.
    /// Checkpoints of interruptions do not count: they are not of the end of an epoch.
    public let every: Int?

    /// Everything stays.
    public static let all = CheckpointRetention(last: nil, every: nil)

    /// Keeps the newest `count`, and permanently those of every `every`-th epoch (or iteration).
    public static func last(_ count: Int, every: Int? = nil) -> CheckpointRetention {
        CheckpointRetention(last: count, every: every)
    }
}

/// Whether training waits until a checkpoint is on the disk.
public enum CheckpointWriteMode: String, Sendable, Hashable, CaseIterable {
    /// It does: when the next step begins, the checkpoint is there.
    case sync
    /// It waits only until the state has been copied in memory, which takes room for one more of it from the first
    /// checkpoint to the end of training. Another thread writes the copy. If the next checkpoint is due before that is
    /// done, training waits for it first. The files are the same to the bit.
    ///
    /// A failure is thrown after the step that is under way when it happens.
    case async
}

/// Which options a resumed run uses if the program gives its optimizers, schedulers or gradient scaler other options
/// than the checkpoint has.
public enum ResumePolicy: String, Sendable, Hashable, CaseIterable {
    /// The checkpoint's. A warning names each option with both values.
    case keep
    /// The program's. What the optimizers remember of the parameters (moments, steps) is the checkpoint's all the same.
    ///
    /// The learning rates are those that the program's schedulers give at the step at which training resumes, as if
    /// they had been there from the start. A `ReduceLROnPlateau` cannot know what it would have done: its reductions
    /// stay.
    case override
}

/// Whether an error that ends a training leaves a checkpoint.
public enum ErrorPolicy: String, Sendable, Hashable, CaseIterable {
    /// It leaves none.
    case saveNothing
    /// It leaves `<saveName>_error_epoch_<e>_iter_<i>.pth` in the model's checkpoint folder, and is thrown as a
    /// `TrainingError` that names the file. No training resumes from it by itself, since the error may have come in the
    /// middle of a step.
    case save
}

/// Which checkpoint a test or a prediction loads.
///
/// ```swift
/// try trainer.test(model, data, checkpoint: .best)
/// try trainer.test(model, data, checkpoint: .file(folder.appending(path: "digits_epoch_3_iter_135.pth")))
/// ```
public enum CheckpointChoice: Sendable, Hashable {
    /// The one in this file.
    case file(URL)
    /// The newest in the trainer's checkpoint folder.
    case newest
    /// The best that `BestCheckpoints` has kept: the trainer's only plug-in of this kind.
    case best
    /// The best that one of several `BestCheckpoints` has kept: the plug-in with this id.
    case bestOf(plugin: String)
}
