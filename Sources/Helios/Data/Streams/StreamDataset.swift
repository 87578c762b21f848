import Torch

/// Samples that come one after the other and have no indices, such as those of tar shards. The data has no known
/// length.
///
/// Reading has two parts. `elements` returns a reader that runs through the data in order at low cost: it finds each
/// sample, and may copy its bytes. `sample(of:random:)` does the work that takes time, such as decoding, on the worker
/// threads of a loader. Samples keep the reader's order with any number of workers.
///
/// If several processes train together, each of them reads all elements but creates only the samples of its own part of
/// a batch. So the order does not depend on the number of processes.
public protocol StreamDataset<Element, Sample>: Sendable {
    /// The reader's result for a sample: its bytes, or their location.
    associatedtype Element: Sendable
    /// The samples that batches consist of.
    associatedtype Sample: Sendable

    /// Starts reading an epoch.
    ///
    /// - Parameters:
    ///   - epoch: the number of the epoch. The first epoch is 0.
    ///   - seed: the seed for a random order, together with the epoch.
    ///   - position: the position at which to continue, from a reader of the same epoch and seed; `nil` starts at the
    ///     beginning. It may come from a file, so it must be validated.
    /// - Throws: an error that says what is wrong with the data or the position.
    func elements(epoch: Int, seed: UInt64, from position: StateDict?) throws -> any ElementReader<Element>

    /// Creates the sample of an element. Several threads call this method at the same time.
    ///
    /// - Parameter random: random numbers for augmentation. They depend only on the seed, the epoch, and the index of
    ///   the element in the epoch.
    func sample(of element: Element, random: inout SampleRandom) throws -> Sample

    /// Returns a name for the element in error messages, such as its file; `nil` if it has none.
    func name(of element: Element) -> String?
}

extension StreamDataset {
    public func name(of element: Element) -> String? { nil }
}

/// Runs through the elements of an epoch. One thread at a time uses it, but not always the same one.
public protocol ElementReader<Element>: AnyObject {
    /// What it gives for a sample.
    associatedtype Element: Sendable

    /// The next element; `nil` after the last.
    func next() throws -> Element?

    /// Where the reader is, as plain data: a reader that `StreamDataset.elements(epoch:seed:from:)` starts there gives
    /// first what `next` would give now.
    func position() throws -> StateDict
}

/// An element that can wait in a shuffle buffer: a checkpoint holds the elements that wait.
///
/// It should say where the sample is instead of holding the sample, so that a buffer of thousands stays small.
public protocol StreamElement: Sendable {
    /// The element as plain data.
    func stateDict() throws -> StateDict

    /// The element that `stateDict` described.
    ///
    /// - Throws: `StateDictError` for a state that describes none.
    init(_ state: StateDict) throws
}
