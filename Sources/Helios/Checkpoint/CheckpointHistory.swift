/// What a training has saved in its checkpoint folder, before an interruption too. Every checkpoint carries it, so that a
/// resumed run knows which files it may remove.
struct CheckpointHistory {
    /// The checkpoints that are there and are not kept for good, the newest last.
    var written: [CheckpointName] = []
    /// The names of those that an interruption saved.
    var interrupted: Set<String> = []
    /// How many checkpoints the training has saved.
    var saveCount = 0
}
