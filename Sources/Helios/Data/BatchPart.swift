/// Which part of each batch is that of one rank.
///
/// The parts of a batch differ by one sample at most. A batch with fewer samples than there are ranks (the last one of an
/// epoch, perhaps) has parts without a sample; a rank with such a part computes with the first sample of the batch, and its
/// gradients and losses count nothing.
struct BatchPart: Equatable {
    let rank: Int
    let count: Int

    /// The positions of the rank's samples in a batch; empty if it has none.
    func positions(in batchSize: Int) -> Range<Int> {
        batchSize * rank / count..<batchSize * (rank + 1) / count
    }
}

/// How many samples of a batch a rank has, and how many the batch has on all ranks.
struct BatchShare: Equatable {
    var own: Int
    var whole: Int

    /// What the rank's part counts in a mean over the batch.
    var weight: Double { whole == 0 ? 0 : Double(own) / Double(whole) }
}
