import Torch

/// What the poolings by the greatest element in one to three dimensions share.
public class MaxPooling<Size: SpatialSize>: Module, Layer {
    public let kernelSize: Size
    public let stride: Size
    public let padding: Size
    public let dilation: Size
    public let ceilMode: Bool

    init(kernel kernelSize: Size, stride: Size?, padding: Size, dilation: Size, ceilMode: Bool) throws {
        self.kernelSize = kernelSize
        self.stride = stride ?? kernelSize
        self.padding = padding
        self.dilation = dilation
        self.ceilMode = ceilMode
        try checkPooling(
            Self.layerName, kernelSize: kernelSize.sizes, stride: self.stride.sizes, padding: padding.sizes)
        try requirePositive(dilation.sizes, Self.layerName, "dilation")
    }

    public override var extraDescription: String {
        "kernel_size=\(sizeText(kernelSize.sizes)), stride=\(sizeText(stride.sizes)), "
            + "padding=\(sizeText(padding.sizes)), dilation=\(sizeText(dilation.sizes)), "
            + "ceil_mode=\(flagText(ceilMode))"
    }

    public func callAsFunction(_ input: Tensor) throws -> Tensor {
        try withHooks(input) {
            try maxPooling(
                input, kernelSize: kernelSize.sizes, stride: stride.sizes, padding: padding.sizes,
                dilation: dilation.sizes, ceilMode: ceilMode)
        }
    }

    /// The output, and where in the input's last dimensions, counted in a row, each element stood: what an unpooling
    /// takes. PyTorch's `return_indices`.
    public func withIndices(_ input: Tensor) throws -> (output: Tensor, indices: Tensor) {
        try withHooks([input], outputs: { [$0.output, $0.indices] }) {
            try maxPoolingWithIndices(
                input, kernelSize: kernelSize.sizes, stride: stride.sizes, padding: padding.sizes,
                dilation: dilation.sizes, ceilMode: ceilMode)
        }
    }
}
