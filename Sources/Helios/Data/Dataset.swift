/// Samples with indices, for training, validation, or testing.
///
/// Samples are requested from several threads at a time, so a data set is `Sendable`: its state is read-only or
/// protected by a lock.
public protocol Dataset<Sample>: Sendable {
    associatedtype Sample: Sendable

    /// The number of samples.
    var count: Int { get }

    /// Returns the sample with an index from 0 up to, but not including, `count`.
    ///
    /// - Parameter random: random numbers for augmentation. They depend only on the seed, the epoch, and `index`, so
    ///   they are the same with any number of workers and after a resume.
    func sample(at index: Int, random: inout SampleRandom) throws -> Sample

    /// Returns a name for the sample in error messages, such as its file; `nil` if it has none.
    func name(ofSample index: Int) -> String?
}

extension Dataset {
    public func name(ofSample index: Int) -> String? { nil }
}

/// A data set that creates whole batches, which is faster than creating single samples if, for example, all samples are
/// in memory.
public protocol BatchDataset<Batch>: Sendable {
    associatedtype Batch: Sendable

    /// The number of samples.
    var count: Int { get }

    /// Returns the samples with these indices, in this order, as one batch.
    ///
    /// - Parameter random: the random numbers of each sample, for augmentation.
    func batch(at indices: [Int], random: BatchRandom) throws -> Batch
}

/// A sample that can be combined with others into a batch.
public protocol Collatable: Sendable {
    associatedtype Batch: Sendable

    /// Returns one batch of these samples, in this order. There is at least one sample.
    static func collate(_ samples: [Self]) throws -> Batch
}
