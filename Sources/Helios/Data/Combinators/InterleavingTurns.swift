import Torch

/// When interleaved samples end.
public enum InterleavingEnd: String, Sendable {
    /// When the first data set or stream has supplied all of its samples.
    case first
    /// When each has supplied all of its samples. Those that end earlier start over.
    case last
}

/// Says which of several data sets or streams gives the next sample, so that every stretch has the given proportions.
struct InterleavingTurns: Sendable {
    /// What part of all samples comes from each; together they are 1.
    let shares: [Double]
    /// How many samples each has given.
    private(set) var taken: [Int]
    private var total: Int

    /// - Parameters:
    ///   - what: what is interleaved, for errors.
    ///   - weights: one for each; `nil` for equal ones.
    /// - Throws: `DataError` for weights that are not positive, or not as many as there should be.
    init(of what: String, _ count: Int, _ weights: [Double]?) throws {
        let weights = weights ?? Array(repeating: 1, count: count)
        guard count > 0, weights.count == count else {
            throw DataError("\(count) \(what) are interleaved with \(weights.count) weights: give one for each")
        }
        let sum = weights.reduce(0, +)
        guard sum.isFinite, weights.allSatisfy({ $0 > 0 }) else {
            throw DataError("the weights of \(what) that are interleaved must be positive, and are \(weights)")
        }
        shares = weights.map { $0 / sum }
        taken = Array(repeating: 0, count: count)
        total = 0
    }

    /// The one that is furthest behind its share.
    var next: Int {
        var (source, greatest) = (0, -Double.infinity)
        for (candidate, share) in shares.enumerated() {
            let lag = share * Double(total + 1) - Double(taken[candidate])
            if lag > greatest { (source, greatest) = (candidate, lag) }
        }
        return source
    }

    mutating func take(from source: Int) {
        taken[source] += 1
        total += 1
    }

    /// Continues after each has given this many samples.
    ///
    /// - Throws: `StateDictError` for impossible numbers.
    mutating func restore(taken counts: [Int]) throws {
        // The limit keeps their sum exact, also as a floating-point number.
        guard counts.count == taken.count, counts.allSatisfy({ (0..<1 << 40).contains($0) }) else {
            throw StateDictError("\(counts) cannot be how many samples \(taken.count) streams have given")
        }
        taken = counts
        total = counts.reduce(0, +)
    }
}
