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

/// Runs through the elements of an epoch. It is used by one thread at a time, but not always by the same one.
public protocol ElementReader<Element>: AnyObject {
    /// The reader's result for a sample.
    associatedtype Element: Sendable

    /// Returns the next element; `nil` after the last one.
    func next() throws -> Element?

    /// Returns the reader's position as plain data. A reader that `StreamDataset.elements(epoch:seed:from:)` starts at
    /// this position first returns the element that `next` would return now.
    func position() throws -> StateDict
}

/// An element that can be in a shuffle buffer. Checkpoints contain the elements in the buffer.
///
/// It should contain the location of the sample instead of the sample itself, so that a buffer of thousands remains
/// small.
public protocol StreamElement: Sendable {
    /// Returns the element as plain data.
    func stateDict() throws -> StateDict

    /// Creates an element from the result of `stateDict`.
    ///
    /// - Throws: `StateDictError` for an invalid state.
    init(_ state: StateDict) throws
}
