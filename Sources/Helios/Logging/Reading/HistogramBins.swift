/// The bins of a histogram that was logged, in few enough of them to be drawn.
package struct HistogramBins: Sendable, Equatable {
    /// The bins' edges, ascending, one more than there are bins.
    package let edges: [Double]
    /// How many numbers are in each bin.
    package let counts: [Double]

    /// The greatest number of bins. Of more, neighbors become one.
    package static let limit = 64

    /// `nil` if these are not the bins of a histogram.
    package init?(edges: [Double], counts: [Double]) {
        guard !counts.isEmpty, edges.count == counts.count + 1, edges.allSatisfy(\.isFinite),
            zip(edges, edges.dropFirst()).allSatisfy({ $0 <= $1 }), counts.allSatisfy({ $0.isFinite && $0 >= 0 })
        else { return nil }
        let size = (counts.count + HistogramBins.limit - 1) / HistogramBins.limit
        let starts = Array(stride(from: 0, to: counts.count, by: size))
        self.edges = starts.map { edges[$0] } + [edges[counts.count]]
        self.counts = starts.map { start in
            counts[start..<min(start + size, counts.count)].reduce(0, +)
        }
    }
}
