import Torch

/// What the poolings by the mean in one to three dimensions share.
public class AveragePooling<Size: SpatialSize>: Module, Layer {
    public let kernelSize: Size
    public let stride: Size
    public let padding: Size
    public let ceilMode: Bool
    public let countIncludePad: Bool
    public let divisorOverride: Int?

    init(
        kernel kernelSize: Size, stride: Size?, padding: Size, ceilMode: Bool, countIncludePad: Bool,
        divisorOverride: Int?
    ) throws {
        self.kernelSize = kernelSize
        self.stride = stride ?? kernelSize
        self.padding = padding
        self.ceilMode = ceilMode
        self.countIncludePad = countIncludePad
        self.divisorOverride = divisorOverride
        try checkPooling(
            Self.layerName, kernelSize: kernelSize.sizes, stride: self.stride.sizes, padding: padding.sizes)
        try require(divisorOverride != 0, Self.layerName, "the divisor must not be 0")
    }

    public override var extraDescription: String {
        // PyTorch keeps a tuple in one dimension, and what it was given in more.
        let text = kernelSize.sizes.count == 1 ? tupleText : sizeText
        return "kernel_size=\(text(kernelSize.sizes)), stride=\(text(stride.sizes)), padding=\(text(padding.sizes))"
    }

    public func callAsFunction(_ input: Tensor) throws -> Tensor {
        try withHooks(input) {
            try averagePooling(
                input, kernelSize: kernelSize.sizes, stride: stride.sizes, padding: padding.sizes, ceilMode: ceilMode,
                countIncludePad: countIncludePad, divisorOverride: divisorOverride)
        }
    }
}
