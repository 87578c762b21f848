import Torch

/// Undoes a pooling by the greatest element: each goes back to the place it came from, the others become zero.
public class MaxUnpooling<Size: SpatialSize>: Module {
    public let kernelSize: Size
    public let stride: Size
    public let padding: Size

    init(kernel kernelSize: Size, stride: Size?, padding: Size) throws {
        self.kernelSize = kernelSize
        self.stride = stride ?? kernelSize
        self.padding = padding
        try checkPooling(
            Self.layerName, kernelSize: kernelSize.sizes, stride: self.stride.sizes, padding: padding.sizes)
    }

    public override var extraDescription: String {
        "kernel_size=\(tupleText(kernelSize.sizes)), stride=\(tupleText(stride.sizes)), "
            + "padding=\(tupleText(padding.sizes))"
    }

    /// - Parameters:
    ///   - indices: the places that `withIndices` of the pooling gave.
    ///   - outputSize: the spatial sizes of the pooling's input, where its stride leaves a choice.
    /// - Throws: `TorchError` for a size that the pooling cannot have had.
    public func callAsFunction(_ input: Tensor, indices: Tensor, outputSize: Size? = nil) throws -> Tensor {
        try withHooks([input, indices]) {
            try maxUnpooling(
                input, indices: indices, kernelSize: kernelSize.sizes, stride: stride.sizes, padding: padding.sizes,
                outputSize: outputSize?.sizes, operation: Self.layerName)
        }
    }
}

/// `MaxUnpooling` of a sequence: takes `[N, C, L]` or `[C, L]`.
public final class MaxUnpool1d: MaxUnpooling<Int> {
    /// - Parameters:
    ///   - kernelSize: that of the pooling, as are the others.
    ///   - stride: how far the windows were apart; the kernel's size where nil.
    /// - Throws: `TorchError` for sizes that are not positive, or a padding that is negative.
    public init(
        kernelSize: Int, stride: Int? = nil, padding: Int = 0
    ) throws {
        try super.init(kernel: kernelSize, stride: stride, padding: padding)
    }
}

/// `MaxUnpooling` of an image: takes `[N, C, H, W]` or `[C, H, W]`.
public final class MaxUnpool2d: MaxUnpooling<Pair> {
    /// - Parameters:
    ///   - kernelSize: that of the pooling, as are the others.
    ///   - stride: how far the windows were apart; the kernel's size where nil.
    /// - Throws: `TorchError` for sizes that are not positive, or a padding that is negative.
    public init(
        kernelSize: some PairConvertible, stride: (any PairConvertible)? = nil, padding: some PairConvertible = 0
    ) throws {
        try super.init(kernel: kernelSize.pair, stride: stride?.pair, padding: padding.pair)
    }
}

/// `MaxUnpooling` of a volume: takes `[N, C, D, H, W]` or `[C, D, H, W]`.
public final class MaxUnpool3d: MaxUnpooling<Triple> {
    /// - Parameters:
    ///   - kernelSize: that of the pooling, as are the others.
    ///   - stride: how far the windows were apart; the kernel's size where nil.
    /// - Throws: `TorchError` for sizes that are not positive, or a padding that is negative.
    public init(
        kernelSize: some TripleConvertible, stride: (any TripleConvertible)? = nil, padding: some TripleConvertible = 0
    ) throws {
        try super.init(kernel: kernelSize.triple, stride: stride?.triple, padding: padding.triple)
    }
}
