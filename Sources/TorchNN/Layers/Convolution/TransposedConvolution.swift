import Torch

/// Transposed convolution in one dimension: the reverse of `Conv1d` in its shapes, also called deconvolution.
///
/// It takes `[N, inChannels, L]` or `[inChannels, L]`; the length of the output is
/// (L - 1)·stride - 2·padding + dilation·(kernel - 1) + outputPadding + 1. Weight and bias are
/// drawn uniformly from ±1/√(outChannels / groups · the kernel's elements), as PyTorch draws them.
public final class ConvTranspose1d: TransposedConvolution<Int> {
    /// Creates a transposed convolution with random weights.
    ///
    /// - Parameters:
    ///   - inChannels: the number of input channels.
    ///   - outChannels: the number of output channels.
    ///   - kernelSize: the length of the kernel.
    ///   - stride: the distance between its positions in the output.
    ///   - padding: how much to cut off each side of the output.
    ///   - outputPadding: how much longer the output is at its end; less than `stride` or `dilation`.
    ///   - groups: the number of groups of channels; an output depends only on the inputs of its group.
    ///   - bias: whether the layer has a bias.
    ///   - dilation: the distance between the kernel's elements.
    public init(
        _ inChannels: Int, _ outChannels: Int, kernelSize: Int, stride: Int = 1,
        padding: Int = 0, outputPadding: Int = 0, groups: Int = 1,
        bias: Bool = true, dilation: Int = 1
    ) {
        super.init(
            inChannels, outChannels, kernel: kernelSize, stride: stride, padding: padding,
            outputPadding: outputPadding, groups: groups, bias: bias, dilation: dilation)
    }
}

/// Transposed convolution in two dimensions: the reverse of `Conv2d` in its shapes, also called deconvolution.
///
/// It takes `[N, inChannels, H, W]` or `[inChannels, H, W]`; the height of the output is
/// (H - 1)·stride - 2·padding + dilation·(kernel - 1) + outputPadding + 1, the width likewise. Weight and bias are
/// drawn uniformly from ±1/√(outChannels / groups · the kernel's elements), as PyTorch draws them.
public final class ConvTranspose2d: TransposedConvolution<Pair> {
    /// Creates a transposed convolution with random weights.
    ///
    /// - Parameters:
    ///   - inChannels: the number of input channels.
    ///   - outChannels: the number of output channels.
    ///   - kernelSize: the kernel's size: a number or a `Pair`, like the other sizes.
    ///   - stride: the distance between its positions in the output.
    ///   - padding: how much to cut off each side of the output.
    ///   - outputPadding: how much longer the output is at its end; less than `stride` or `dilation`.
    ///   - groups: the number of groups of channels; an output depends only on the inputs of its group.
    ///   - bias: whether the layer has a bias.
    ///   - dilation: the distance between the kernel's elements.
    public init(
        _ inChannels: Int, _ outChannels: Int, kernelSize: some PairConvertible, stride: some PairConvertible = 1,
        padding: some PairConvertible = 0, outputPadding: some PairConvertible = 0, groups: Int = 1,
        bias: Bool = true, dilation: some PairConvertible = 1
    ) {
        super.init(
            inChannels, outChannels, kernel: kernelSize.pair, stride: stride.pair, padding: padding.pair,
            outputPadding: outputPadding.pair, groups: groups, bias: bias, dilation: dilation.pair)
    }
}

/// Transposed convolution in three dimensions: the reverse of `Conv3d` in its shapes, also called deconvolution.
///
/// It takes `[N, inChannels, D, H, W]` or `[inChannels, D, H, W]`; the depth of the output is
/// (D - 1)·stride - 2·padding + dilation·(kernel - 1) + outputPadding + 1, height and width likewise. Weight and bias
/// are drawn uniformly from ±1/√(outChannels / groups · the kernel's elements), as PyTorch draws them.
public final class ConvTranspose3d: TransposedConvolution<Triple> {
    /// Creates a transposed convolution with random weights.
    ///
    /// - Parameters:
    ///   - inChannels: the number of input channels.
    ///   - outChannels: the number of output channels.
    ///   - kernelSize: the kernel's size: a number or a `Triple`, like the other sizes.
    ///   - stride: the distance between its positions in the output.
    ///   - padding: how much to cut off each side of the output.
    ///   - outputPadding: how much longer the output is at its end; less than `stride` or `dilation`.
    ///   - groups: the number of groups of channels; an output depends only on the inputs of its group.
    ///   - bias: whether the layer has a bias.
    ///   - dilation: the distance between the kernel's elements.
    public init(
        _ inChannels: Int, _ outChannels: Int, kernelSize: some TripleConvertible, stride: some TripleConvertible = 1,
        padding: some TripleConvertible = 0, outputPadding: some TripleConvertible = 0, groups: Int = 1,
        bias: Bool = true, dilation: some TripleConvertible = 1
    ) {
        super.init(
            inChannels, outChannels, kernel: kernelSize.triple, stride: stride.triple, padding: padding.triple,
            outputPadding: outputPadding.triple, groups: groups, bias: bias, dilation: dilation.triple)
    }
}

/// The base class of transposed convolutions in one to three dimensions: their options and weights, and how to apply
/// them.
public class TransposedConvolution<Size: SpatialSize>: Module, Layer {
    public let inChannels: Int
    public let outChannels: Int
    public let kernelSize: Size
    public let stride: Size
    public let padding: Size
    public let outputPadding: Size
    public let groups: Int
    public let dilation: Size
    private let usesBias: Bool

    /// `[inChannels, outChannels / groups, kernel…]`.
    @Parameter public var weight: Tensor
    /// `[outChannels]`.
    @Parameter public var bias: Tensor?

    init(
        _ inChannels: Int, _ outChannels: Int, kernel kernelSize: Size, stride: Size, padding: Size,
        outputPadding: Size, groups: Int, bias: Bool, dilation: Size
    ) {
        self.inChannels = inChannels
        self.outChannels = outChannels
        self.kernelSize = kernelSize
        self.stride = stride
        self.padding = padding
        self.outputPadding = outputPadding
        self.groups = groups
        self.dilation = dilation
        usesBias = bias
        super.init()
        deferErrors {
            try checkConvolution(
                Self.layerName, inChannels, outChannels, kernelSize: kernelSize.sizes, stride: stride.sizes,
                dilation: dilation.sizes, groups: groups)
            try requireNotNegative(padding.sizes, Self.layerName, "padding")
            try requireNotNegative(outputPadding.sizes, Self.layerName, "outputPadding")
            weight = try Tensor.empty([inChannels, outChannels / groups] + kernelSize.sizes)
            self.bias = bias ? try Tensor.empty([outChannels]) : nil
            try Init.drawByFanIn(weight, bias: self.bias)
        }
    }

    public override var extraDescription: String {
        convolutionText(
            inChannels, outChannels, kernelSize: kernelSize.sizes, stride: stride.sizes,
            padding: padding.sizes.allSatisfy { $0 == 0 } ? nil : tupleText(padding.sizes), dilation: dilation.sizes,
            outputPadding: outputPadding.sizes, groups: groups, hasBias: has(bias, asked: usesBias))
    }

    public func forward(_ input: Tensor) throws -> Tensor {
        try requireInitialized()
        return try apply(to: input, outputPadding: outputPadding.sizes)
    }

    /// Computes an output of a given size, if the stride leaves a choice.
    ///
    /// - Parameter outputSize: the spatial sizes of the output.
    /// - Throws: `TorchError` for a size that the layer cannot give.
    public func callAsFunction(_ input: Tensor, outputSize: Size) throws -> Tensor {
        try call(input) { try forward(input, outputSize: outputSize) }
    }

    /// Computes the result of a call; see `callAsFunction`.
    public func forward(_ input: Tensor, outputSize: Size) throws -> Tensor {
        try requireInitialized()
        let inputSizes = input.shape.suffix(outputSize.sizes.count)
        try requireShape(
            inputSizes.count == outputSize.sizes.count && inputSizes.allSatisfy { $0 <= largestOption },
            Self.layerName, input, "it needs \(outputSize.sizes.count) spatial dimensions, none beyond \(largestOption)"
        )
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

extension TransposedConvolution: CountingMultiplyAdds {
    func multiplyAdds(input: Tensor, others: ArraySlice<Tensor>, output: Tensor) -> Int {
        kernelSize.sizes.reduce(saturatingProduct(input.count, outChannels / groups)) { saturatingProduct($0, $1) }
    }
}
