/// A data set whose samples a function puts together into batches.
public struct CollatedDataset<Source: Dataset, Batch: Sendable>: BatchDataset {
    let source: Source
    let collate: @Sendable ([Source.Sample]) throws -> Batch

    public var count: Int { source.count }

    /// - Throws: `SampleError` for a sample that fails; what `collate` throws.
    public func batch(at indices: [Int], random: BatchRandom) throws -> Batch {
        var assembly = BatchAssembly()
        return try batch(at: indices, random: random, &assembly)
    }
}

extension CollatedDataset: AssembledDataset, WrappedDataset {
    var makesSamples: Bool { true }
    var wrapped: any Sendable { source }

    func batch(at indices: [Int], random: BatchRandom, _ assembly: inout BatchAssembly) throws -> Batch {
        let samples = try assembly.samples(indices, name: { source.name(ofSample: indices[$0]) }) { [source] position in
            var sampleRandom = random.sample(indices[position])
            return try source.sample(at: indices[position], random: &sampleRandom)
        }
        return try collate(samples)
    }
}

extension Dataset {
    /// The data set in batches that `collate` makes of its samples; it gets at least one at a time.
    public func collated<Batch: Sendable>(
        by collate: @escaping @Sendable (_ samples: [Sample]) throws -> Batch
    ) -> CollatedDataset<Self, Batch> {
        CollatedDataset(source: self, collate: collate)
    }
}
