extension Dataset {
    /// Returns the data set with a function applied to each sample when it is requested.
    ///
    /// - Parameter transform: receives a sample and its random numbers, which continue those of the sample itself.
    public func map<Result: Sendable>(
        _ transform: @escaping @Sendable (_ sample: Sample, _ random: inout SampleRandom) throws -> Result
    ) -> MappedDataset<Self, Result> {
        MappedDataset(source: self, transform: transform)
    }
}

/// A data set with a function applied to each sample: `Dataset.map`.
public struct MappedDataset<Source: Dataset, Sample: Sendable>: Dataset {
    let source: Source
    let transform: @Sendable (Source.Sample, inout SampleRandom) throws -> Sample

    public var count: Int { source.count }

    public func sample(at index: Int, random: inout SampleRandom) throws -> Sample {
        try transform(source.sample(at: index, random: &random), &random)
    }

    public func name(ofSample index: Int) -> String? { source.name(ofSample: index) }
}
