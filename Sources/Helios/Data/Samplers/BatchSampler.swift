/// Determines the batches of an epoch: which samples are in each batch, and the order of the batches.
///
/// Like a `Sampler`, it has no position: the batches are a function of the epoch.
public protocol BatchSampler: Sendable {
    /// The number of batches in an epoch.
    var batchCount: Int { get }
    /// The number of samples in the batches of an epoch.
    var sampleCount: Int { get }

    /// Returns the batches of an epoch. The first epoch is 0.
    func batches(epoch: Int) throws -> BatchOrder
}

/// Batches of sample indices, one after the other.
public struct BatchOrder: Sendable {
    /// The samples of all batches.
    let order: SampleOrder
    private let ends: [Int]?
    private let batchSize: Int

    /// The number of batches.
    public let count: Int

    /// Creates an order from batches, each with at least one sample.
    ///
    /// - Throws: `DataError` for a batch without samples.
    public init(_ batches: [[Int]]) throws {
        var ends: [Int] = []
        var end = 0
        for (number, batch) in batches.enumerated() {
            guard !batch.isEmpty else { throw DataError("a batch sampler gives batch \(number + 1) without a sample") }
            end += batch.count
            ends.append(end)
        }
        order = SampleOrder(batches.flatMap { $0 })
        self.ends = ends
        batchSize = 0
        count = batches.count
    }

    /// An order of samples, cut into batches of one size; the last one may be smaller.
    init(_ order: SampleOrder, batchSize: Int) {
        self.order = order
        ends = nil
        self.batchSize = batchSize
        count = order.count / batchSize + (order.count % batchSize == 0 ? 0 : 1)
    }

    /// Where the samples of a batch are in the order.
    func positions(ofBatch number: Int) -> Range<Int> {
        guard let ends else {
            let first = number * batchSize
            return first..<(first + min(batchSize, order.count - first))
        }
        return (number == 0 ? 0 : ends[number - 1])..<ends[number]
    }

    /// A fingerprint of all batches (64-bit FNV-1a of the samples' numbers, and of where batches end).
    func fingerprint() throws -> Int {
        Int(truncatingIfNeeded: FNV1a.hash(try order.numbers(at: 0..<order.count) + (ends ?? [])))
    }
}
