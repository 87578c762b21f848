/// The batches whose gradients add up to one step of the optimizer, as the batch that is being trained sees them.
struct AccumulationWindow: Equatable {
    /// How many batches there are.
    var batchCount = 1
    /// Whether the current batch is the last of them.
    var isComplete = true
}
