extension Dataset {
    /// Returns the samples of this data set, followed by those of the others.
    public func concatenated(with others: any Dataset<Sample>...) -> ConcatenatedDataset<Sample> {
        ConcatenatedDataset([self] + others)
    }
}

/// The samples of several data sets, one after the other: `Dataset.concatenated`.
public struct ConcatenatedDataset<Sample: Sendable>: Dataset {
    private let sources: [any Dataset<Sample>]
    /// Where each data set ends.
    private let ends: [Int]

    /// Creates a data set from the samples of data sets, in this order.
    public init(_ sources: [any Dataset<Sample>]) {
        self.sources = sources
        var end = 0
        ends = sources.map { source in
            end += source.count
            return end
        }
    }

    public var count: Int { ends.last ?? 0 }

    public func sample(at index: Int, random: inout SampleRandom) throws -> Sample {
        let (source, number) = place(of: index)
        return try sources[source].sample(at: number, random: &random)
    }

    public func name(ofSample index: Int) -> String? {
        let (source, number) = place(of: index)
        return sources[source].name(ofSample: number)
    }

    /// The index of the data set that each sample is from, for a `GroupedBatchSampler`, which creates batches from one
    /// data set each.
    public var sourceNumbers: [Int] {
        sources.enumerated().flatMap { Array(repeating: $0.offset, count: $0.element.count) }
    }

    private func place(of index: Int) -> (source: Int, number: Int) {
        // The first data set that ends after the sample.
        var (low, high) = (0, ends.count - 1)
        while low < high {
            let middle = (low + high) / 2
            if ends[middle] > index { high = middle } else { low = middle + 1 }
        }
        return (low, index - (low == 0 ? 0 : ends[low - 1]))
    }
}
