import Torch

/// Reverses a max pooling: each maximum returns to its position, and all other elements become zero.
public class MaxUnpooling<Size: SpatialSize>: Module {
    public let kernelSize: Size
    public let stride: Size
    public let padding: Size

    init(kernel kernelSize: Size, stride: Size?, padding: Size) {
        self.kernelSize = kernelSize
        self.stride = stride ?? kernelSize
        self.padding = padding
        super.init()
        deferErrors {
            try checkPooling(
                Self.layerName, kernelSize: kernelSize.sizes, stride: self.stride.sizes, padding: padding.sizes)
        }
    }

    public override var extraDescription: String {
        "kernel_size=\(tupleText(kernelSize.sizes)), stride=\(tupleText(stride.sizes)), "
            + "padding=\(tupleText(padding.sizes))"
    }

    /// Puts the elements back to their positions in the pooling's input.
    ///
    /// - Parameters:
    ///   - indices: the positions from `withIndices` of the pooling.
    ///   - outputSize: the spatial sizes of the pooling's input, if its stride leaves a choice.
    /// - Throws: `TorchError` for a size that the pooling's input cannot have had.
    public func callAsFunction(_ input: Tensor, indices: Tensor, outputSize: Size? = nil) throws -> Tensor {
        try call((input, indices)) { try forward(input, indices: indices, outputSize: outputSize) }
    }

    /// Computes the result of a call; see `callAsFunction`.
    public func forward(_ input: Tensor, indices: Tensor, outputSize: Size? = nil) throws -> Tensor {
        try requireInitialized()
        return try maxUnpooling(
            input, indices: indices, kernelSize: kernelSize.sizes, stride: stride.sizes, padding: padding.sizes,
            outputSize: outputSize?.sizes, operation: Self.layerName)
    }
}

/// `MaxUnpooling` of a sequence: takes `[N, C, L]` or `[C, L]`.
public final class MaxUnpool1d: MaxUnpooling<Int> {
    /// Creates the reverse of a pooling with the same sizes.
    ///
    /// - Parameters:
    ///   - kernelSize: the size of the pooling's windows; the other sizes are the pooling's too.
    ///   - stride: the distance between windows; `nil` uses the kernel's size.
    public init(
        kernelSize: Int, stride: Int? = nil, padding: Int = 0
    ) {
        super.init(kernel: kernelSize, stride: stride, padding: padding)
    }
}

/// `MaxUnpooling` of an image: takes `[N, C, H, W]` or `[C, H, W]`.
public final class MaxUnpool2d: MaxUnpooling<Pair> {
    /// Creates the reverse of a pooling with the same sizes.
    ///
    /// - Parameters:
    ///   - kernelSize: the size of the pooling's windows; the other sizes are the pooling's too.
    ///   - stride: the distance between windows; `nil` uses the kernel's size.
    public init(
        kernelSize: some PairConvertible, stride: (any PairConvertible)? = nil, padding: some PairConvertible = 0
    ) {
        super.init(kernel: kernelSize.pair, stride: stride?.pair, padding: padding.pair)
    }
}

/// `MaxUnpooling` of a volume: takes `[N, C, D, H, W]` or `[C, D, H, W]`.
public final class MaxUnpool3d: MaxUnpooling<Triple> {
    /// Creates the reverse of a pooling with the same sizes.
    ///
    /// - Parameters:
    ///   - kernelSize: the size of the pooling's windows; the other sizes are the pooling's too.
    ///   - stride: the distance between windows; `nil` uses the kernel's size.
    public init(
        kernelSize: some TripleConvertible, stride: (any TripleConvertible)? = nil, padding: some TripleConvertible = 0
    ) {
        super.init(kernel: kernelSize.triple, stride: stride?.triple, padding: padding.triple)
    }
}
