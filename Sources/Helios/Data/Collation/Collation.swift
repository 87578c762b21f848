import Torch

/// A method of combining samples into a batch, which has a name: `dataset.collated(by: .padding(value: 0))`.
public struct Collation<Sample: Sendable, Batch: Sendable>: Sendable {
    /// How a tensor of each sample is copied into the memory of the batch, where that can be done.
    struct Stacking: Sendable {
        let place: @Sendable (_ sample: inout Sample, _ rows: BatchRows, _ number: Int) throws -> Void
        let collate: @Sendable (_ samples: [Sample], _ stacked: Tensor) throws -> Batch
    }

    let collate: @Sendable ([Sample]) throws -> Batch
    var rowStacking: Stacking?

    /// Creates a custom method.
    public init(_ collate: @escaping @Sendable (_ samples: [Sample]) throws -> Batch) {
        self.collate = collate
    }
}

extension Collation where Sample: Collatable, Batch == Sample.Batch {
    /// The way that the samples themselves know.
    static func ofSample() -> Collation {
        var collation = Collation { try Sample.collate($0) }
        if let type = Sample.self as? any StackableSample.Type {
            collation.rowStacking = rowStacking(type) as? Stacking
        }
        return collation
    }

    private static func rowStacking<Stackable: StackableSample>(_: Stackable.Type) -> Any {
        Collation<Stackable, Stackable.Batch>.Stacking(
            place: { sample, rows, number in try rows.place(&sample.stackable, at: number) },
            collate: { try Stackable.collate($0, stacked: $1) })
    }
}

extension Collation where Sample == Tensor, Batch == PaddedBatch {
    /// Pads tensors of different lengths to the longest one in the batch.
    ///
    /// - Parameters:
    ///   - value: the value after the end of a sample.
    ///   - multiple: the length of a batch is a multiple of this number.
    public static func padding(value: Double = 0, toMultipleOf multiple: Int = 1) -> Collation {
        Collation { try PaddedBatch(padding: $0, value: value, toMultipleOf: multiple) }
    }
}

extension Collation where Sample == Tensor, Batch == Tensor {
    /// Stacks tensors of the same shape to `[N, …]`.
    public static var stacking: Collation {
        var collation = Collation { try Tensor.stack($0) }
        collation.rowStacking = Stacking(place: { try $1.place(&$0, at: $2) }, collate: { $1 })
        return collation
    }
}
