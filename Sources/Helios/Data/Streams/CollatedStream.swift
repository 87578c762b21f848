/// A stream whose samples a function combines into batches.
public struct CollatedStream<Source: StreamDataset, Batch: Sendable>: Sendable {
    let source: Source
    let collation: Collation<Source.Sample, Batch>
}

extension StreamDataset {
    /// Returns the stream in batches that are created by a named method.
    public func collated<Batch: Sendable>(by collation: Collation<Sample, Batch>) -> CollatedStream<Self, Batch> {
        CollatedStream(source: self, collation: collation)
    }

    /// Returns the stream in batches that `collate` creates from its samples. It receives at least one sample at a
    /// time.
    public func collated<Batch: Sendable>(
        by collate: @escaping @Sendable (_ samples: [Sample]) throws -> Batch
    ) -> CollatedStream<Self, Batch> {
        collated(by: Collation(collate))
    }

    /// Returns the stream with a function applied to each sample.
    ///
    /// - Parameter transform: receives a sample and its random numbers, which continue those of the sample itself.
    public func map<Result: Sendable>(
        _ transform: @escaping @Sendable (_ sample: Sample, _ random: inout SampleRandom) throws -> Result
    ) -> MappedStream<Self, Result> {
        MappedStream(source: self, transform: transform)
    }
}

/// A stream with a function applied to each sample: `StreamDataset.map`.
public struct MappedStream<Source: StreamDataset, Sample: Sendable>: StreamDataset {
    let source: Source
    let transform: @Sendable (Source.Sample, inout SampleRandom) throws -> Sample

    public func elements(
        epoch: Int, seed: UInt64, from position: StateDict?
    ) throws -> any ElementReader<Source.Element> {
        try source.elements(epoch: epoch, seed: seed, from: position)
    }

    public func sample(of element: Source.Element, random: inout SampleRandom) throws -> Sample {
        try transform(source.sample(of: element, random: &random), &random)
    }

    public func name(of element: Source.Element) -> String? { source.name(of: element) }
}
