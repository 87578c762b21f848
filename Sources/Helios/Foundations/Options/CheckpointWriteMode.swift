/// Whether training waits until a checkpoint is on the disk.
public enum CheckpointWriteMode: String, Sendable, Hashable, CaseIterable {
    /// It does: when a step goes on, the checkpoint before it is there.
    case sync
    /// It waits only until the state has been copied in memory, which takes room for one more of it from the first
    /// checkpoint to the end of training. Another thread writes the copy; where the next checkpoint is due before that is
    /// done, training waits for it first. The files are the same to the bit.
    ///
    /// A failure is thrown after the step that is under way when it happens.
    case async
}
