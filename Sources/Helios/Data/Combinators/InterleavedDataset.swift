/// Samples of several data sets in turn, in given proportions, for example real pictures and as many rendered ones.
///
/// Each data set gives its samples in their order, and begins again if it has no more. Every stretch has the
/// proportions of the whole, up to one sample of each data set. A loader that shuffles draws from all of it.
public struct InterleavedDataset<Sample: Sendable>: Dataset {
    private let sources: [any Dataset<Sample>]
    private let places: [(source: Int32, number: Int)]

    /// Samples of data sets in turn.
    ///
    /// - Parameters:
    ///   - sources: the data sets, each with at least one sample.
    ///   - weights: how often a sample of each comes, one number for each data set; they need not add up to 1. `nil`
    ///     takes all equally often.
    ///   - end: when the samples end.
    /// - Throws: `DataError` for a data set without samples, for weights that are not positive, and if there are not as
    ///   many weights as data sets.
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
    /// Samples of this data set and others in turn, in given proportions: see `InterleavedDataset`.
    ///
    /// - Parameters:
    ///   - others: the other data sets.
    ///   - weights: how often a sample of each comes, first of this one; `nil` takes all equally often.
    ///   - end: when the samples end.
    /// - Throws: as the initializer of `InterleavedDataset`.
    public func interleaved(
        with others: any Dataset<Sample>..., weights: [Double]? = nil,
        until end: InterleavingEnd = .first
    ) throws -> InterleavedDataset<Sample> {
        try InterleavedDataset([self] + others, weights: weights, until: end)
    }
}
