import Torch

/// Extracts the blocks of images that a convolution would see: `[N, C, H, W]` becomes `[N, C·kernel elements, blocks]`.
public final class Unfold: Module, Layer {
    public let kernelSize: Pair
    public let dilation: Pair
    public let padding: Pair
    public let stride: Pair

    /// Creates a layer that extracts blocks of one size.
    ///
    /// - Parameters:
    ///   - kernelSize: the size of a block: a number or a `Pair`, like the other sizes.
    ///   - dilation: the distance between the elements of a block.
    ///   - padding: the zeros on each side of the images.
    ///   - stride: the distance between blocks.
    public init(
        kernelSize: some PairConvertible, dilation: some PairConvertible = 1, padding: some PairConvertible = 0,
        stride: some PairConvertible = 1
    ) {
        self.kernelSize = kernelSize.pair
        self.dilation = dilation.pair
        self.padding = padding.pair
        self.stride = stride.pair
        super.init()
        deferErrors {
            try checkBlocks(
                kernelSize.pair, dilation: dilation.pair, padding: padding.pair, stride: stride.pair, "Unfold")
        }
    }

    public override var extraDescription: String {
        blockText(kernelSize, dilation: dilation, padding: padding, stride: stride)
    }

    public func forward(_ input: Tensor) throws -> Tensor {
        try requireInitialized()
        return try unfold(input, kernelSize: kernelSize, dilation: dilation, padding: padding, stride: stride)
    }
}

/// Adds up blocks to images, each at the position from which `Unfold` extracts it: `[N, C·kernel elements, blocks]`
/// becomes `[N, C, H, W]`.
public final class Fold: Module, Layer {
    public let outputSize: Pair
    public let kernelSize: Pair
    public let dilation: Pair
    public let padding: Pair
    public let stride: Pair

    /// Creates a layer that adds up blocks to images of one size.
    ///
    /// - Parameters:
    ///   - outputSize: the images' height and width: a number or a `Pair`, like the other sizes.
    ///   - kernelSize: the size of a block.
    ///   - dilation: the distance between the elements of a block.
    ///   - padding: the zeros on each side of the images, which are removed.
    ///   - stride: the distance between blocks.
    public init(
        outputSize: some PairConvertible, kernelSize: some PairConvertible, dilation: some PairConvertible = 1,
        padding: some PairConvertible = 0, stride: some PairConvertible = 1
    ) {
        self.outputSize = outputSize.pair
        self.kernelSize = kernelSize.pair
        self.dilation = dilation.pair
        self.padding = padding.pair
        self.stride = stride.pair
        super.init()
        deferErrors {
            try requirePositive(outputSize.pair.sizes, "Fold", "outputSize")
            try checkBlocks(
                kernelSize.pair, dilation: dilation.pair, padding: padding.pair, stride: stride.pair, "Fold")
        }
    }

    public override var extraDescription: String {
        "output_size=\(sizeText(outputSize.sizes)), "
            + blockText(kernelSize, dilation: dilation, padding: padding, stride: stride)
    }

    public func forward(_ input: Tensor) throws -> Tensor {
        try requireInitialized()
        return try fold(
            input, outputSize: outputSize, kernelSize: kernelSize, dilation: dilation, padding: padding,
            stride: stride)
    }
}

private func checkBlocks(_ kernelSize: Pair, dilation: Pair, padding: Pair, stride: Pair, _ layer: String) throws {
    try requirePositive(kernelSize.sizes, layer, "kernelSize")
    try requirePositive(dilation.sizes, layer, "dilation")
    try requireNotNegative(padding.sizes, layer, "padding")
    try requirePositive(stride.sizes, layer, "stride")
}

private func blockText(_ kernelSize: Pair, dilation: Pair, padding: Pair, stride: Pair) -> String {
    "kernel_size=\(sizeText(kernelSize.sizes)), dilation=\(sizeText(dilation.sizes)), "
        + "padding=\(sizeText(padding.sizes)), stride=\(sizeText(stride.sizes))"
}
