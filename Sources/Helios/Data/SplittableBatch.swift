/// A batch that can be computed part by part, as `minimize(_:on:)` does if there is too little memory for the whole
/// batch.
///
/// ```swift
/// extension Captions: SplittableBatch {
///     var sampleCount: Int { images.shape[0] }
///     func samples(_ range: Range<Int>) throws -> Captions {
///         try Captions(images: images.samples(range), texts: Array(texts[range]))
///     }
/// }
/// ```
public protocol SplittableBatch {
    /// The number of samples.
    var sampleCount: Int { get }

    /// Returns a batch of some of the samples. The network's results for them must not depend on the other samples.
    ///
    /// - Parameter range: the indices of the samples; not empty, and within the batch.
    func samples(_ range: Range<Int>) throws -> Self
}

/// The samples are along the first dimension, and a part is a view.
extension Tensor: SplittableBatch {
    public var sampleCount: Int { shape.first ?? 0 }

    public func samples(_ range: Range<Int>) throws -> Tensor {
        try narrow(dim: 0, start: range.lowerBound, length: range.count)
    }
}

extension LabeledBatch: SplittableBatch {
    public var sampleCount: Int { count }

    public func samples(_ range: Range<Int>) throws -> LabeledBatch {
        LabeledBatch(inputs: try inputs.samples(range), targets: try targets.samples(range))
    }
}

/// All values have the same number of samples.
extension Dictionary: SplittableBatch where Value: SplittableBatch {
    public var sampleCount: Int { values.first?.sampleCount ?? 0 }

    public func samples(_ range: Range<Int>) throws -> [Key: Value] {
        try mapValues { try $0.samples(range) }
    }
}
