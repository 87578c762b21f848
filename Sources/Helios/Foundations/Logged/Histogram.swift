/// The distribution of numbers, as counts in bins.
public struct Histogram: Sendable, Hashable {
    /// The edges of the bins in ascending order, one more than there are bins. A bin includes its lower edge; the last
    /// bin includes both edges.
    public let edges: [Double]
    /// The number of values in each bin.
    public let counts: [Int]
    /// The smallest and the largest value.
    public let range: ClosedRange<Double>
    /// The sum of the values.
    public let sum: Double
    /// The sum of the squares of the values.
    public let sumOfSquares: Double
    /// The number of values that were infinite or not a number. They are not included in any bin or sum.
    public let nonFiniteCount: Int

    /// The number of values in all bins.
    public var count: Int { counts.reduce(0, +) }

    /// Creates a histogram of a tensor's elements.
    ///
    /// - Parameters:
    ///   - tensor: a tensor of any shape and any real type.
    ///   - bins: the number of bins of equal width between the smallest and the largest value, at most 10,000. If all
    ///     values are the same, they are in the middle of a range of 1, as in NumPy.
    /// - Throws: `LogError` for a tensor without elements or of complex numbers, and for an invalid number of bins.
    public init(_ tensor: Tensor, bins: Int = 64) throws {
        guard (1...10_000).contains(bins) else {
            throw LogError("a histogram has from 1 to 10,000 bins, not \(bins)")
        }
        guard tensor.count > 0 else { throw LogError("a histogram needs at least one number, and the tensor has none") }
        guard !tensor.dtype.isComplex else {
            throw LogError("a histogram is of real numbers, not of \(tensor.dtype): take their absolute value")
        }
        let all = try tensor.detach().to(.float64).flatten()
        let finite = try all.maskedSelect(mask: all.isfinite())
        nonFiniteCount = all.count - finite.count
        guard finite.count > 0 else {
            // Nothing to see but that there is nothing.
            (edges, counts, range, sum, sumOfSquares) = ([0, 1], [0], 0...0, 0, 0)
            return
        }
        let (least, greatest) = (try finite.min().item().double, try finite.max().item().double)
        let isOne = least == greatest
        let (low, high) = isOne ? (least - 0.5, greatest + 0.5) : (least, greatest)
        range = least...greatest
        sum = try finite.sum().item().double
        sumOfSquares = try (finite * finite).sum().item().double
        counts = try finite.histc(bins: bins, min: low, max: high).to(.int64).to(.cpu).array(Int64.self)
            .map { Int($0) }
        edges = (0...bins).map { $0 == bins ? high : low + (high - low) * Double($0) / Double(bins) }
    }
}
