/// Numbered samples to train, validate or test on.
///
/// Samples are fetched from several threads at a time, so a data set is `Sendable`: read-only state, or state with a
/// lock of its own.
public protocol Dataset<Sample>: Sendable {
    associatedtype Sample: Sendable

    /// The number of samples.
    var count: Int { get }

    /// The sample with this number, from 0 up to, but not including, `count`.
    ///
    /// - Parameter random: for augmentation. Its numbers depend on the seed, the epoch and `index` only, so that they
    ///   are the same with any number of workers, and after a resume.
    func sample(at index: Int, random: inout SampleRandom) throws -> Sample

    /// A name for the sample in errors, for example its file; `nil` if it has none.
    func name(ofSample index: Int) -> String?
}

extension Dataset {
    public func name(ofSample index: Int) -> String? { nil }
}

/// A data set that makes whole batches, which is faster than single samples if, for example, all are in memory.
public protocol BatchDataset<Batch>: Sendable {
    associatedtype Batch: Sendable

    /// The number of samples.
    var count: Int { get }

    /// The samples with these numbers, in this order, as one batch.
    ///
    /// - Parameter random: the random numbers of each sample, for augmentation.
    func batch(at indices: [Int], random: BatchRandom) throws -> Batch
}

/// A sample that knows how to become a batch.
public protocol Collatable: Sendable {
    associatedtype Batch: Sendable

    /// One batch of these samples, in this order; there is at least one.
    static func collate(_ samples: [Self]) throws -> Batch
}
