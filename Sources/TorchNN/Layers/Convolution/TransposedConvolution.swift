import Torch

/// What the transposed convolutions in one to three dimensions share: options, weights, and how they are applied.
public class TransposedConvolution<Size: SpatialSize>: Module, Layer {
    public let inChannels: Int
    public let outChannels: Int
    public let kernelSize: Size
    public let stride: Size
    public let padding: Size
    public let outputPadding: Size
    public let groups: Int
    public let dilation: Size

    /// `[inChannels, outChannels / groups, kernel…]`.
    @Parameter public var weight: Tensor
    /// `[outChannels]`.
    @Parameter public var bias: Tensor?

    init(
        _ inChannels: Int, _ outChannels: Int, kernel kernelSize: Size, stride: Size, padding: Size,
        outputPadding: Size,
        groups: Int, bias: Bool, dilation: Size
    ) throws {
        try checkConvolution(
            Self.layerName, inChannels, outChannels, kernelSize: kernelSize.sizes, stride: stride.sizes,
            dilation: dilation.sizes, groups: groups)
        try requireNotNegative(padding.sizes, Self.layerName, "padding")
        try requireNotNegative(outputPadding.sizes, Self.layerName, "output padding")
        self.inChannels = inChannels
        self.outChannels = outChannels
        self.kernelSize = kernelSize
        self.stride = stride
        self.padding = padding
        self.outputPadding = outputPadding
        self.groups = groups
        self.dilation = dilation
        weight = try Tensor.empty([inChannels, outChannels / groups] + kernelSize.sizes)
        self.bias = bias ? try Tensor.empty([outChannels]) : nil
        super.init()
        try Init.drawByFanIn(weight, bias: self.bias)
    }

    public override var extraDescription: String {
        convolutionText(
            inChannels, outChannels, kernelSize: kernelSize.sizes, stride: stride.sizes,
            padding: padding.sizes.allSatisfy { $0 == 0 } ? nil : tupleText(padding.sizes), dilation: dilation.sizes,
            outputPadding: outputPadding.sizes, groups: groups, hasBias: bias != nil)
    }

    public func callAsFunction(_ input: Tensor) throws -> Tensor {
        try withHooks(input) {
            try apply(to: input, outputPadding: outputPadding.sizes)
        }
    }

    /// - Parameter outputSize: the spatial sizes of the output, where a stride leaves a choice.
    /// - Throws: `TorchError` for a size that the layer cannot give.
    public func callAsFunction(_ input: Tensor, outputSize: Size) throws -> Tensor {
        try withHooks(input) {
            let inputSizes = input.shape.suffix(outputSize.sizes.count)
            try requireShape(
                inputSizes.count == outputSize.sizes.count && inputSizes.allSatisfy { $0 <= largestOption },
                Self.layerName,
                input, "it needs \(outputSize.sizes.count) spatial dimensions, none beyond \(largestOption)")
            var outputPadding: [Int] = []
            for (dim, size) in inputSizes.enumerated() {
                let least =
                    (size - 1) * stride.sizes[dim] - 2 * padding.sizes[dim]
                    + dilation.sizes[dim] * (kernelSize.sizes[dim] - 1) + 1
                let greatest = least + stride.sizes[dim] - 1
                try requireShape(
                    least <= outputSize.sizes[dim] && outputSize.sizes[dim] <= greatest, Self.layerName, input,
                    "the output can be \(least) to \(greatest) long in dimension \(dim), not \(outputSize.sizes[dim])")
                outputPadding.append(outputSize.sizes[dim] - least)
            }
            return try apply(to: input, outputPadding: outputPadding)
        }
    }

    private func apply(to input: Tensor, outputPadding: [Int]) throws -> Tensor {
        switch outputPadding.count {
        case 1:
            try Tensor.convTranspose1d(
                input, weight: weight, bias: bias, stride: stride.sizes, padding: padding.sizes,
                outputPadding: outputPadding, groups: groups, dilation: dilation.sizes)
        case 2:
            try Tensor.convTranspose2d(
                input, weight: weight, bias: bias, stride: stride.sizes, padding: padding.sizes,
                outputPadding: outputPadding, groups: groups, dilation: dilation.sizes)
        default:
            try Tensor.convTranspose3d(
                input, weight: weight, bias: bias, stride: stride.sizes, padding: padding.sizes,
                outputPadding: outputPadding, groups: groups, dilation: dilation.sizes)
        }
    }
}
