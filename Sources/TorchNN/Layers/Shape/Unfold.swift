import Torch

/// Takes the blocks that a convolution would see out of images: `[N, C, H, W]` becomes `[N, C·kernel places, blocks]`.
public final class Unfold: Module, Layer {
    public let kernelSize: Pair
    public let dilation: Pair
    public let padding: Pair
    public let stride: Pair

    /// - Throws: `TorchError` for sizes that are not positive, or a padding that is negative.
    public init(
        kernelSize: some PairConvertible, dilation: some PairConvertible = 1, padding: some PairConvertible = 0,
        stride: some PairConvertible = 1
    ) throws {
        self.kernelSize = kernelSize.pair
        self.dilation = dilation.pair
        self.padding = padding.pair
        self.stride = stride.pair
        try checkBlocks(kernelSize.pair, dilation: dilation.pair, padding: padding.pair, stride: stride.pair, "Unfold")
    }

    public override var extraDescription: String {
        blockText(kernelSize, dilation: dilation, padding: padding, stride: stride)
    }

    public func callAsFunction(_ input: Tensor) throws -> Tensor {
        try withHooks(input) {
            try unfold(input, kernelSize: kernelSize, dilation: dilation, padding: padding, stride: stride)
        }
    }
}

/// Adds blocks up to images, each where `Unfold` takes it from: `[N, C·kernel places, blocks]` becomes `[N, C, H, W]`.
public final class Fold: Module, Layer {
    public let outputSize: Pair
    public let kernelSize: Pair
    public let dilation: Pair
    public let padding: Pair
    public let stride: Pair

    /// - Parameter outputSize: the images' height and width.
    /// - Throws: `TorchError` for sizes that are not positive, or a padding that is negative.
    public init(
        outputSize: some PairConvertible, kernelSize: some PairConvertible, dilation: some PairConvertible = 1,
        padding: some PairConvertible = 0, stride: some PairConvertible = 1
    ) throws {
        self.outputSize = outputSize.pair
        self.kernelSize = kernelSize.pair
        self.dilation = dilation.pair
        self.padding = padding.pair
        self.stride = stride.pair
        try requirePositive(outputSize.pair.sizes, "Fold", "output size")
        try checkBlocks(kernelSize.pair, dilation: dilation.pair, padding: padding.pair, stride: stride.pair, "Fold")
    }

    public override var extraDescription: String {
        "output_size=\(sizeText(outputSize.sizes)), "
            + blockText(kernelSize, dilation: dilation, padding: padding, stride: stride)
    }

    public func callAsFunction(_ input: Tensor) throws -> Tensor {
        try withHooks(input) {
            try fold(
                input, outputSize: outputSize, kernelSize: kernelSize, dilation: dilation, padding: padding,
                stride: stride)
        }
    }
}

private func checkBlocks(_ kernelSize: Pair, dilation: Pair, padding: Pair, stride: Pair, _ layer: String) throws {
    try requirePositive(kernelSize.sizes, layer, "kernel size")
    try requirePositive(dilation.sizes, layer, "dilation")
    try requireNotNegative(padding.sizes, layer, "padding")
    try requirePositive(stride.sizes, layer, "stride")
}

private func blockText(_ kernelSize: Pair, dilation: Pair, padding: Pair, stride: Pair) -> String {
    "kernel_size=\(sizeText(kernelSize.sizes)), dilation=\(sizeText(dilation.sizes)), "
        + "padding=\(sizeText(padding.sizes)), stride=\(sizeText(stride.sizes))"
}
