/// A data set in batches that can leave out a sample.
protocol AssembledDataset<Batch>: BatchDataset {
    /// Whether it makes single samples, and not whole batches.
    var makesSamples: Bool { get }

    /// A batch without the samples that fail, if that is allowed.
    func batch(at indices: [Int], random: BatchRandom, _ assembly: inout BatchAssembly) throws -> Batch
}

/// A data set that is made of another one, which the program knows.
protocol WrappedDataset {
    var wrapped: any Sendable { get }
}
