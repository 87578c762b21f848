extension Dataset {
    /// Returns pairs of samples: the first samples of both data sets, the second samples of both, and so on.
    ///
    /// - Throws: `DataError` if one data set has more samples than the other.
    public func zip<Other: Dataset>(with other: Other) throws -> ZippedDataset<Self, Other> {
        guard count == other.count else {
            throw DataError(
                "data sets of \(count) and \(other.count) samples cannot be paired: take a subset of the larger")
        }
        return ZippedDataset(first: self, second: other)
    }
}

/// Pairs of samples of two data sets: `Dataset.zip`.
public struct ZippedDataset<First: Dataset, Second: Dataset>: Dataset {
    let first: First
    let second: Second

    public var count: Int { first.count }

    /// The second sample of a pair continues with the random numbers after those of the first.
    public func sample(at index: Int, random: inout SampleRandom) throws -> (First.Sample, Second.Sample) {
        let sample = try first.sample(at: index, random: &random)
        return (sample, try second.sample(at: index, random: &random))
    }

    public func name(ofSample index: Int) -> String? {
        let names = [first.name(ofSample: index), second.name(ofSample: index)].compactMap(\.self)
        return names.isEmpty ? nil : names.joined(separator: ", ")
    }
}
