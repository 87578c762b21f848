import Foundation

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
