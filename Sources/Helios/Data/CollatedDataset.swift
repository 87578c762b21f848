/// A data set whose samples a function combines into batches.
public struct CollatedDataset<Source: Dataset, Batch: Sendable>: BatchDataset {
    let source: Source
    let collation: Collation<Source.Sample, Batch>

    public var count: Int { source.count }

    /// - Throws: `SampleError` for a sample that fails; what puts the samples together throws.
    public func batch(at indices: [Int], random: BatchRandom) throws -> Batch {
        var assembly = BatchAssembly()
        return try batch(at: indices, random: random, &assembly)
    }
}

extension CollatedDataset: AssembledDataset, WrappedDataset {
    var makesSamples: Bool { true }
    var wrapped: any Sendable { source }

    func batch(at indices: [Int], random: BatchRandom, _ assembly: inout BatchAssembly) throws -> Batch {
        try assembly.batch(indices, by: collation, name: { source.name(ofSample: indices[$0]) }) { [source] position in
            var sampleRandom = random.sample(indices[position])
            return try source.sample(at: indices[position], random: &sampleRandom)
        }
    }
}

extension Dataset {
    /// Returns the data set in batches that are created by a named method.
    public func collated<Batch: Sendable>(by collation: Collation<Sample, Batch>) -> CollatedDataset<Self, Batch> {
        CollatedDataset(source: self, collation: collation)
    }

    /// Returns the data set in batches that `collate` creates from its samples. It receives at least one sample at a
    /// time.
    public func collated<Batch: Sendable>(
        by collate: @escaping @Sendable (_ samples: [Sample]) throws -> Batch
    ) -> CollatedDataset<Self, Batch> {
        collated(by: Collation(collate))
    }
}
