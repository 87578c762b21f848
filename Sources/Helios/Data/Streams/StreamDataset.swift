import Torch

/// Samples that come one after the other and have no numbers, such as those of tar shards: data without a length.
///
/// Reading is split in two. `elements` gives a reader that runs through the data in order and cheaply: it finds each
/// sample, and perhaps copies its bytes. `sample(of:random:)` does what takes time, such as decoding, on the worker
/// threads of a loader. Samples keep the reader's order with any number of workers.
///
/// If several processes train together, each reads all elements and makes only the samples of its own part of a batch.
/// So the order does not depend on the number of processes.
public protocol StreamDataset<Element, Sample>: Sendable {
    /// What the reader gives for a sample: its bytes, or where they are.
    associatedtype Element: Sendable
    /// What a batch is made of.
    associatedtype Sample: Sendable

    /// Starts to read an epoch.
    ///
    /// - Parameters:
    ///   - epoch: the number of the epoch; the first is 0.
    ///   - seed: what a random order is drawn from, together with the epoch.
    ///   - position: where to continue, as a reader of the same epoch and seed has given it; `nil` to start at the
    ///     beginning. It may come from a file, so it must be checked.
    /// - Throws: an error that says what is wrong with the data, or with the position.
    func elements(epoch: Int, seed: UInt64, from position: StateDict?) throws -> any ElementReader<Element>

    /// Makes the sample of an element. Several threads call this at the same time.
    ///
    /// - Parameter random: for augmentation. Its numbers depend on the seed, the epoch, and the number of the element
    ///   in the epoch.
    func sample(of element: Element, random: inout SampleRandom) throws -> Sample

    /// A name for the element in errors, for example its file; `nil` if it has none.
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
