/// What an iterator of PyTorch's `DataLoader` draws from the standard generator (torch/utils/data/dataloader.py and
/// sampler.py).
enum PyTorchDraws {
    /// Draws what an epoch's iterator draws before its first batch.
    ///
    /// - Returns: the seed of the order, if the loader shuffles: `RandomSampler` has this order in its epoch 0.
    static func beginEpoch(_ options: LoaderOptions) throws -> UInt64? {
        // The iterator's base seed, from which its worker processes would take theirs.
        _ = try seed()
        return options.shuffle ? try seed() : nil
    }

    private static func seed() throws -> UInt64 {
        UInt64(try Tensor.empty([], dtype: .int64).random_().item(Int.self))
    }
}
