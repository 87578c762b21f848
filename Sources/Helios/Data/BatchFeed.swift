/// The batches of an epoch that are still to be made, in order.
///
/// Its functions are called by several threads, one at a time.
protocol BatchFeed<Batch>: AnyObject, Sendable {
    associatedtype Batch: Sendable

    /// What makes the next batch, or the next part of one; `nil` if the epoch is over. It may run on any thread.
    func next() throws -> BatchJob<Batch>?

    /// How many whole batches are left, as far as that is known.
    ///
    /// - Parameter limit: how many are counted at most.
    func remaining(upTo limit: Int) throws -> Int

    /// Where the batch with this number begins in the data, as plain data; `nil` if its number says that.
    func position(ofBatch number: Int) throws -> StateDict?
}

/// Makes a batch.
typealias BatchJob<Batch> = @Sendable (_ worker: BatchWorker) throws -> LoadedBatch<Batch>

/// A batch, or a part of one, and the samples that failed.
struct LoadedBatch<Batch: Sendable>: Sendable {
    var batch: Batch
    /// The number of samples in the whole batch, all of its parts together.
    let size: Int
    /// The samples that were left out.
    var failures: [SampleError] = []
}

/// The batches of data whose number is known.
final class IndexedFeed<Batch: Sendable>: BatchFeed, @unchecked Sendable {
    private var numbers: Range<Int>
    private let partCount: Int
    private let make: @Sendable (_ number: Int, _ worker: BatchWorker) throws -> LoadedBatch<Batch>

    /// - Parameters:
    ///   - numbers: of the parts that are to be made.
    ///   - partCount: how many parts of each batch are made.
    init(
        _ numbers: Range<Int>, partCount: Int,
        make: @escaping @Sendable (_ number: Int, _ worker: BatchWorker) throws -> LoadedBatch<Batch>
    ) {
        self.numbers = numbers
        self.partCount = partCount
        self.make = make
    }

    func next() -> BatchJob<Batch>? {
        guard let number = numbers.popFirst() else { return nil }
        let make = make
        return { worker in try make(number, worker) }
    }

    func remaining(upTo limit: Int) -> Int { min(limit, numbers.count / partCount) }

    func position(ofBatch number: Int) -> StateDict? { nil }
}
