/// Samples of several data sets in turn, in given proportions, for example real pictures and as many rendered ones.
///
/// Each data set gives its samples in their order, and begins again if it has no more. Every stretch has the
/// proportions of the whole, up to one sample of each data set. A loader that shuffles draws from all of it.
public struct InterleavedDataset<Sample: Sendable>: Dataset {
    /// When the samples end.
    public enum End: Sendable {
        /// When the first data set has given all of its samples.
        case first
        /// When each data set has given all of its samples: those of the others come several times.
        case last
    }

    private let sources: [any Dataset<Sample>]
    private let places: [(source: Int32, number: Int)]

    /// Samples of data sets in turn.
    ///
    /// - Parameters:
    ///   - sources: the data sets, each with at least one sample.
    ///   - weights: how often a sample of each comes, one number for each data set; they need not add up to 1. `nil`
    ///     takes all equally often.
    ///   - end: when the samples end.
    /// - Throws: `DataError` for a data set without samples, for weights that are not positive, and for other weights
    ///   than there are data sets.
    public init(_ sources: [any Dataset<Sample>], weights: [Double]? = nil, until end: End = .first) throws {
        let weights = weights ?? Array(repeating: 1, count: sources.count)
        guard !sources.isEmpty, weights.count == sources.count else {
            throw DataError(
                "\(sources.count) data sets are interleaved with \(weights.count) weights: give one for each")
        }
        guard weights.allSatisfy({ $0 > 0 && $0.isFinite }) else {
            throw DataError("the weights of data sets that are interleaved must be positive, and are \(weights)")
        }
        if let empty = sources.firstIndex(where: { $0.count == 0 }) {
            throw DataError("data set \(empty + 1) of those that are interleaved has no samples")
        }
        self.sources = sources
        let total = weights.reduce(0, +)
        let lengths = Swift.zip(sources, weights).map { Double($0.count) * total / $1 }
        guard let length = end == .first ? lengths.min() : lengths.max(), length < 1e9 else {
            throw DataError("the weights \(weights) would interleave the data sets to more than a billion samples")
        }
        places = InterleavedDataset.places(weights.map { $0 / total }, sources.map(\.count), until: end)
    }

    /// The sample that comes next is of the data set that lags most behind its share.
    private static func places(
        _ shares: [Double], _ sizes: [Int], until end: End
    ) -> [(source: Int32, number: Int)] {
        var taken = Array(repeating: 0, count: shares.count)
        var unfinishedCount = shares.count
        var places: [(source: Int32, number: Int)] = []
        while end == .first || unfinishedCount > 0 {
            var (source, greatest) = (0, -Double.infinity)
            for (candidate, share) in shares.enumerated() {
                let lag = share * Double(places.count + 1) - Double(taken[candidate])
                if lag > greatest { (source, greatest) = (candidate, lag) }
            }
            if end == .first, taken[source] == sizes[source] { break }
            places.append((Int32(source), taken[source] % sizes[source]))
            taken[source] += 1
            if taken[source] == sizes[source] { unfinishedCount -= 1 }
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
    /// - Throws: `DataError` for data sets without samples, or weights that are no proportions.
    public func interleaved(
        with others: any Dataset<Sample>..., weights: [Double]? = nil,
        until end: InterleavedDataset<Sample>.End = .first
    ) throws -> InterleavedDataset<Sample> {
        try InterleavedDataset([self] + others, weights: weights, until: end)
    }
}
