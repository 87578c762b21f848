/// Which of a model's checkpoints stay in its folder.
///
/// ```swift
/// trainer.checkpointRetention = .last(3)                // the newest three
/// trainer.checkpointRetention = .last(3, every: 50)     // and those of every fiftieth epoch (or iteration), for ever
/// ```
/// The best by a score are kept besides, in a folder of their own, by `BestCheckpoints`.
///
/// Only what this training wrote is removed, before an interruption too: the checkpoints say which files that are. One
/// goes when a newer one is safely on the disk.
public struct CheckpointRetention: Sendable, Hashable {
    /// How many of the newest stay; all where nil.
    public var last: Int?
    /// Those stay for ever whose epoch, or iteration when training by iteration, is a multiple of this; none where nil.
    /// Those of interruptions do not count: they are not of the end of an epoch.
    public var every: Int?

    /// Everything stays.
    public static let all = CheckpointRetention(last: nil, every: nil)

    /// The newest so many stay, and for ever those of each `every`-th epoch, or iteration when training by iteration.
    public static func last(_ count: Int, every: Int? = nil) -> CheckpointRetention {
        CheckpointRetention(last: count, every: every)
    }

    /// Throws where the numbers make no sense.
    func validate() throws {
        for (name, value) in [("last", last), ("every", every)] {
            if let value, value < 1 {
                throw ConfigurationError("checkpointRetention.\(name) must be positive, not \(value)")
            }
        }
        if every != nil, last == nil {
            throw ConfigurationError("checkpointRetention.every was given without last: all checkpoints stay anyway")
        }
    }
}
