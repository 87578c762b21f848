/// Samples of several data sets in turn, in given proportions, such as real images and the same number of rendered
/// ones.
///
/// Each data set supplies its samples in order, and starts over when it has no more. Every section has the same
/// proportions as the whole, up to one sample of each data set. A loader that shuffles draws from all samples.
public struct InterleavedDataset<Sample: Sendable>: Dataset {
    private let sources: [any Dataset<Sample>]
    private let places: [(source: Int32, number: Int)]

    /// Creates a data set with the samples of data sets in turn.
    ///
    /// - Parameters:
    ///   - sources: the data sets, each with at least one sample.
    ///   - weights: how often samples of each data set appear, with one number for each; they don't have to add up to
    ///     1. `nil` uses all equally often.
    ///   - end: when the samples end.
    /// - Throws: `DataError` for a data set without samples, for weights that are not positive, and if the numbers of
    ///   weights and data sets differ.
    public init(_ sources: [any Dataset<Sample>], weights: [Double]? = nil, until end: InterleavingEnd = .first) throws
    {
        let turns = try InterleavingTurns(of: "data sets", sources.count, weights)
        if let empty = sources.firstIndex(where: { $0.count == 0 }) {
            throw DataError("data set \(empty + 1) of those that are interleaved has no samples")
        }
        self.sources = sources
        let lengths = Swift.zip(sources, turns.shares).map { Double($0.count) / $1 }
        guard let length = end == .first ? lengths.min() : lengths.max(), length < 1e9 else {
            throw DataError(
                "the weights \(weights ?? []) would interleave the data sets to more than a billion samples")
        }
        places = InterleavedDataset.places(turns, sources.map(\.count), until: end)
    }

    private static func places(
        _ turns: InterleavingTurns, _ sizes: [Int], until end: InterleavingEnd
    ) -> [(source: Int32, number: Int)] {
        var turns = turns
        var unfinishedCount = sizes.count
        var places: [(source: Int32, number: Int)] = []
        while end == .first || unfinishedCount > 0 {
            let source = turns.next
            let taken = turns.taken[source]
            if end == .first, taken == sizes[source] { break }
            places.append((Int32(source), taken % sizes[source]))
            turns.take(from: source)
            if taken + 1 == sizes[source] { unfinishedCount -= 1 }
        }
        return places
    }

    public var count: Int { places.count }

    public func sample(at index: Int, random: inout SampleRandom) throws -> Sample {
        let (source, number) = places[index]
        return try sources[Int(source)].sample(at: number, random: &random)
    }

    public func name(ofSample index: Int) -> String? {
        let (source, number) = places[index]
        return sources[Int(source)].name(ofSample: number)
    }
}

extension Dataset {
    /// Returns samples of this data set and others in turn, in given proportions; see `InterleavedDataset`.
    ///
    /// - Parameters:
    ///   - others: the other data sets.
    ///   - weights: how often samples of each data set appear, starting with this one; `nil` uses all equally often.
    ///   - end: when the samples end.
    /// - Throws: the same errors as the initializer of `InterleavedDataset`.
    public func interleaved(
        with others: any Dataset<Sample>..., weights: [Double]? = nil,
        until end: InterleavingEnd = .first
    ) throws -> InterleavedDataset<Sample> {
        try InterleavedDataset([self] + others, weights: weights, until: end)
    }
}
