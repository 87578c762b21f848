// What was logged, in few enough parts to be kept and drawn.

/// A curve of any number of points in a fixed amount of memory.
///
/// Neighboring points share a bucket once there are too many: their mean, their least and their greatest value stay, so
/// that no peak disappears. Whenever the buckets are full, pairs of neighbors become one.
package struct ReducedCurve: Sendable {
    /// Neighboring points.
    package struct Bucket: Sendable, Equatable {
        /// The first point's step.
        package var step: Int
        /// When the first point was logged, in seconds since 1970; NaN if that is not known.
        package var time: Double
        /// How many points there are, and how many of these are finite.
        package var count = 1, finiteCount = 0
        /// The mean, the least and the greatest of the finite values; NaN if there are none.
        package var mean = Double.nan, least = Double.nan, greatest = Double.nan
        /// Which values that are not finite there are.
        package var special: SpecialValues = []

        init(step: Int, time: Double, value: Double) {
            self.step = step
            self.time = time
            if value.isFinite {
                (finiteCount, mean, least, greatest) = (1, value, value, value)
            } else {
                special = value.isNaN ? .notANumber : value > 0 ? .infinity : .negativeInfinity
            }
        }

        mutating func merge(_ other: Bucket) {
            count += other.count
            special.formUnion(other.special)
            guard other.finiteCount > 0 else { return }
            guard finiteCount > 0 else {
                (finiteCount, mean) = (other.finiteCount, other.mean)
                (least, greatest) = (other.least, other.greatest)
                return
            }
            let part = Double(other.finiteCount) / Double(finiteCount + other.finiteCount)
            // Not by the sum, which may be infinite.
            mean = mean * (1 - part) + other.mean * part
            finiteCount += other.finiteCount
            least = min(least, other.least)
            greatest = max(greatest, other.greatest)
        }
    }

    /// Values that have no place on an axis.
    package struct SpecialValues: OptionSet, Sendable {
        package let rawValue: Int

        package init(rawValue: Int) {
            self.rawValue = rawValue
        }

        package static let notANumber = SpecialValues(rawValue: 1)
        package static let infinity = SpecialValues(rawValue: 2)
        package static let negativeInfinity = SpecialValues(rawValue: 4)
    }

    /// One of the points.
    package struct Point: Sendable, Equatable {
        package let step: Int
        package let time: Double
        package let value: Double
    }

    /// The number of points.
    package private(set) var count = 0
    /// The first and the last point.
    package private(set) var first: Point?, last: Point?
    /// The points with the least and the greatest finite value; the first of several.
    package private(set) var least: Point?, greatest: Point?
    /// How many points have a lower step than the point before them.
    package private(set) var stepsBack = 0

    /// All points but the last, which is shown by itself.
    private var buckets: [Bucket] = []
    private var pointsPerBucket = 1
    private let capacity: Int

    /// - Parameter capacity: how many buckets there may be.
    package init(capacity: Int = 4096) {
        self.capacity = max(capacity, 2)
    }

    /// Adds a point behind the others.
    package mutating func append(step: Int, time: Double, value: Double) {
        if let last {
            if step < last.step { stepsBack += 1 }
            add(Bucket(step: last.step, time: last.time, value: last.value))
        }
        count += 1
        let point = Point(step: step, time: time, value: value)
        first = first ?? point
        last = point
        guard value.isFinite else { return }
        if least.map({ value < $0.value }) ?? true { least = point }
        if greatest.map({ value > $0.value }) ?? true { greatest = point }
    }

    private mutating func add(_ bucket: Bucket) {
        if let last = buckets.indices.last, buckets[last].count < pointsPerBucket {
            buckets[last].merge(bucket)
            return
        }
        if buckets.count == capacity {
            buckets = ReducedCurve.merged(buckets, by: 2)
            pointsPerBucket *= 2
        }
        buckets.append(bucket)
    }

    /// The curve in at most `limit` buckets, of which the last has only the last point.
    package func buckets(atMost limit: Int) -> [Bucket] {
        guard let last else { return [] }
        let room = max(limit - 1, 1)
        let size = buckets.isEmpty ? 1 : (buckets.count - 1) / room + 1
        return ReducedCurve.merged(buckets, by: size) + [Bucket(step: last.step, time: last.time, value: last.value)]
    }

    private static func merged(_ buckets: [Bucket], by size: Int) -> [Bucket] {
        guard size > 1 else { return buckets }
        return stride(from: 0, to: buckets.count, by: size).map { start in
            var merged = buckets[start]
            for bucket in buckets[start..<min(start + size, buckets.count)].dropFirst() { merged.merge(bucket) }
            return merged
        }
    }
}

/// Elements of a sequence of any length at equal distances, in a fixed amount of memory: whenever it is full, every
/// second one goes. The last element always stays.
package struct ThinnedList<Element: Sendable>: Sendable {
    /// The number of elements that were added.
    package private(set) var count = 0
    private var kept: [Element] = []
    private var last: Element?
    private var distance = 1
    private let capacity: Int

    /// - Parameter capacity: how many elements there may be besides the last; at least two.
    package init(capacity: Int) {
        self.capacity = max(capacity, 2)
    }

    /// The elements that are left, in their order.
    package var elements: [Element] {
        let hasLast = !kept.isEmpty && (count - 1) % distance == 0
        return kept + (hasLast ? [] : last.map { [$0] } ?? [])
    }

    /// Adds an element behind the others.
    package mutating func append(_ element: Element) {
        last = element
        if count % distance == 0, kept.count == capacity { thin() }
        if count % distance == 0 { kept.append(element) }
        count += 1
    }

    /// Removes every second element, but neither the first nor the last; if only these are left, the first.
    package mutating func thin() {
        kept = kept.count < 2 ? [] : kept.enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
        distance *= 2
    }
}

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
