import Foundation

/// The number of threads that create batches in advance.
public enum WorkerCount: Hashable, Sendable {
    /// A fixed number. With 0, each batch is created when it is requested.
    case count(Int)
    /// As many threads as there are processors, if samples are created one by one. Data that creates whole batches,
    /// such as `TensorDataset`, is in memory and gets no worker, because passing a batch to another thread takes
    /// longer.
    case automatic

    /// The number of threads.
    ///
    /// - Parameter makesSamples: whether the data makes single samples, and not whole batches.
    func resolved(makesSamples: Bool) -> Int {
        switch self {
        case .count(let count): count
        case .automatic: makesSamples ? min(ProcessInfo.processInfo.activeProcessorCount, 1024) : 0
        }
    }
}

extension WorkerCount: ExpressibleByIntegerLiteral {
    public init(integerLiteral value: Int) {
        self = .count(value)
    }
}

/// A number of workers: an `Int`, or a `WorkerCount` such as `.automatic`.
public protocol WorkerCountConvertible {
    /// The count that it means.
    var workerCount: WorkerCount { get }
}

extension WorkerCount: WorkerCountConvertible {
    public var workerCount: WorkerCount { self }
}

extension Int: WorkerCountConvertible {
    public var workerCount: WorkerCount { .count(self) }
}

extension WorkerCountConvertible where Self == WorkerCount {
    /// This many workers.
    @_disfavoredOverload
    public static func count(_ count: Int) -> WorkerCount { WorkerCount.count(count) }
    /// As many as there are processors, if the samples are made one by one; see `WorkerCount.automatic`.
    @_disfavoredOverload
    public static var automatic: WorkerCount { WorkerCount.automatic }
}
