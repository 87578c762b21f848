import Torch

/// A way to put samples together into a batch, by name: `dataset.collated(by: .padding(value: 0))`.
public struct Collation<Sample: Sendable, Batch: Sendable>: Sendable {
    let collate: @Sendable ([Sample]) throws -> Batch

    /// A way of the program's own.
    public init(_ collate: @escaping @Sendable (_ samples: [Sample]) throws -> Batch) {
        self.collate = collate
    }
}

extension Collation where Sample == Tensor, Batch == PaddedBatch {
    /// Tensors of different lengths, padded to the longest of the batch.
    ///
    /// - Parameters:
    ///   - value: what is after the end of a sample.
    ///   - multiple: the length of a batch is a multiple of this number.
    public static func padding(value: Double = 0, toMultipleOf multiple: Int = 1) -> Collation {
        Collation { try PaddedBatch(padding: $0, value: value, toMultipleOf: multiple) }
    }
}

extension Collation where Sample == Tensor, Batch == Tensor {
    /// Tensors of one shape, stacked to `[N, …]`.
    public static var stacking: Collation { Collation { try Tensor.stack($0) } }
}

extension Dataset {
    /// The data set in batches that are put together in a way that has a name.
    public func collated<Batch: Sendable>(by collation: Collation<Sample, Batch>) -> CollatedDataset<Self, Batch> {
        collated(by: collation.collate)
    }
}

extension StreamDataset {
    /// The stream in batches that are put together in a way that has a name.
    public func collated<Batch: Sendable>(by collation: Collation<Sample, Batch>) -> CollatedStream<Self, Batch> {
        collated(by: collation.collate)
    }
}
