import Torch

/// The maximum of each window of a sequence.
///
/// It takes `[N, C, L]` or `[C, L]`; the length of the output is
/// ⌊(L + 2·padding - dilation·(kernel - 1) - 1) / stride⌋ + 1.
public final class MaxPool1d: MaxPooling<Int> {
    /// Creates a max pooling.
    ///
    /// - Parameters:
    ///   - kernelSize: the length of a window.
    ///   - stride: the distance between windows; `nil` uses the kernel's size.
    ///   - padding: the padding on each side, at most half of the kernel's size; it is never the greatest element.
    ///   - dilation: the distance between the elements of a window.
    ///   - ceilMode: whether a window may start inside the input and end outside.
    public init(
        kernelSize: Int, stride: Int? = nil, padding: Int = 0,
        dilation: Int = 1, ceilMode: Bool = false
    ) {
        super.init(
            kernel: kernelSize, stride: stride, padding: padding, dilation: dilation,
            ceilMode: ceilMode)
    }
}

/// The maximum of each window of an image.
///
/// It takes `[N, C, H, W]` or `[C, H, W]`; the height of the output is
/// ⌊(H + 2·padding - dilation·(kernel - 1) - 1) / stride⌋ + 1, the width likewise.
public final class MaxPool2d: MaxPooling<Pair> {
    /// Creates a max pooling.
    ///
    /// - Parameters:
    ///   - kernelSize: the size of a window: a number or a `Pair`, like the other sizes.
    ///   - stride: the distance between windows; `nil` uses the kernel's size.
    ///   - padding: the padding on each side, at most half of the kernel's size; it is never the greatest element.
    ///   - dilation: the distance between the elements of a window.
    ///   - ceilMode: whether a window may start inside the input and end outside.
    public init(
        kernelSize: some PairConvertible, stride: (any PairConvertible)? = nil, padding: some PairConvertible = 0,
        dilation: some PairConvertible = 1, ceilMode: Bool = false
    ) {
        super.init(
            kernel: kernelSize.pair, stride: stride?.pair, padding: padding.pair, dilation: dilation.pair,
            ceilMode: ceilMode)
    }
}

/// The maximum of each window of a volume.
///
/// It takes `[N, C, D, H, W]` or `[C, D, H, W]`; the depth of the output is
/// ⌊(D + 2·padding - dilation·(kernel - 1) - 1) / stride⌋ + 1, height and width likewise.
public final class MaxPool3d: MaxPooling<Triple> {
    /// Creates a max pooling.
    ///
    /// - Parameters:
    ///   - kernelSize: the size of a window: a number or a `Triple`, like the other sizes.
    ///   - stride: the distance between windows; `nil` uses the kernel's size.
    ///   - padding: the padding on each side, at most half of the kernel's size; it is never the greatest element.
    ///   - dilation: the distance between the elements of a window.
    ///   - ceilMode: whether a window may start inside the input and end outside.
    public init(
        kernelSize: some TripleConvertible, stride: (any TripleConvertible)? = nil, padding: some TripleConvertible = 0,
        dilation: some TripleConvertible = 1, ceilMode: Bool = false
    ) {
        super.init(
            kernel: kernelSize.triple, stride: stride?.triple, padding: padding.triple, dilation: dilation.triple,
            ceilMode: ceilMode)
    }
}

/// The base class of max pooling in one to three dimensions.
public class MaxPooling<Size: SpatialSize>: Module, Layer {
    public let kernelSize: Size
    public let stride: Size
    public let padding: Size
    public let dilation: Size
    public let ceilMode: Bool

    init(kernel kernelSize: Size, stride: Size?, padding: Size, dilation: Size, ceilMode: Bool) {
        self.kernelSize = kernelSize
        self.stride = stride ?? kernelSize
        self.padding = padding
        self.dilation = dilation
        self.ceilMode = ceilMode
        super.init()
        deferErrors {
            try checkPooling(
                Self.layerName, kernelSize: kernelSize.sizes, stride: self.stride.sizes, padding: padding.sizes)
            try requirePositive(dilation.sizes, Self.layerName, "dilation")
        }
    }

    public override var extraDescription: String {
        "kernel_size=\(sizeText(kernelSize.sizes)), stride=\(sizeText(stride.sizes)), "
            + "padding=\(sizeText(padding.sizes)), dilation=\(sizeText(dilation.sizes)), "
            + "ceil_mode=\(flagText(ceilMode))"
    }

    public func forward(_ input: Tensor) throws -> Tensor {
        try requireInitialized()
        return try maxPooling(
            input, kernelSize: kernelSize.sizes, stride: stride.sizes, padding: padding.sizes,
            dilation: dilation.sizes, ceilMode: ceilMode)
    }

    /// Returns the output and the position of each element in the input's spatial dimensions, which are counted as one
    /// dimension. An unpooling takes these positions. PyTorch's `return_indices`.
    public func withIndices(_ input: Tensor) throws -> (output: Tensor, indices: Tensor) {
        try call(input) {
            try maxPoolingWithIndices(
                input, kernelSize: kernelSize.sizes, stride: stride.sizes, padding: padding.sizes,
                dilation: dilation.sizes, ceilMode: ceilMode)
        }
    }
}
