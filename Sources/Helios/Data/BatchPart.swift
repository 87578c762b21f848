/// Which parts of each batch this process makes.
///
/// The parts of a batch differ by one sample at most. A batch with fewer samples than parts (the last one of an epoch,
/// perhaps) has parts without a sample. A rank that gets such a part computes with the first sample of the batch, and
/// its gradients and losses do not count.
struct BatchPart: Equatable {
    /// The number of the first part that is made.
    var first: Int
    /// How many are made, each as a batch of its own.
    var ownCount = 1
    /// Into how many parts a batch is cut, on all ranks together.
    var count: Int

    /// The positions of a part's samples in a batch; empty if it has none.
    func positions(ofPart part: Int, in batchSize: Int) -> Range<Int> {
        batchSize * part / count..<batchSize * (part + 1) / count
    }
}

/// How many samples of a batch a part has, and how many the batch has on all ranks.
struct BatchShare: Equatable {
    var own: Int
    var whole: Int

    /// The part's weight in a mean over the batch.
    var weight: Double { whole == 0 ? 0 : Double(own) / Double(whole) }
}
