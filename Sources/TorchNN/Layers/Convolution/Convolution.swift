import Torch

/// Convolution in one dimension: each output channel is the sum of the input channels, each filtered by a kernel.
///
/// It takes `[N, inChannels, L]` or `[inChannels, L]`; the length of the output is
/// ⌊(L + 2·padding - dilation·(kernel - 1) - 1) / stride⌋ + 1. Weight and bias are drawn uniformly from
/// ±1/√(inChannels / groups · kernel), as PyTorch draws them.
public final class Conv1d: Convolution<Int> {
    /// Creates a convolution with random weights.
    ///
    /// - Parameters:
    ///   - inChannels: the number of input channels.
    ///   - outChannels: the number of output channels.
    ///   - kernelSize: the length of the kernel.
    ///   - stride: the distance between its positions.
    ///   - padding: the padding on each side: a number, `.same`, or `.valid`.
    ///   - dilation: the distance between the kernel's elements.
    ///   - groups: the number of groups of channels; an output depends only on the inputs of its group.
    ///   - bias: whether the layer has a bias.
    ///   - paddingMode: the contents of the padding.
    public init(
        _ inChannels: Int, _ outChannels: Int, kernelSize: Int, stride: Int = 1, padding: some PaddingConvertible = 0,
        dilation: Int = 1, groups: Int = 1, bias: Bool = true, paddingMode: PaddingMode = .zeros
    ) {
        super.init(
            inChannels, outChannels, kernel: kernelSize, stride: stride, padding: padding.padding,
            dilation: dilation, groups: groups, bias: bias, paddingMode: paddingMode)
    }
}

/// Convolution in two dimensions: each output channel is the sum of the input channels, each filtered by a kernel.
///
/// It takes `[N, inChannels, H, W]` or `[inChannels, H, W]`; the height of the output is
/// ⌊(H + 2·padding - dilation·(kernel - 1) - 1) / stride⌋ + 1, the width likewise. Weight and bias are drawn uniformly
/// from ±1/√(inChannels / groups · kernel height · kernel width), as PyTorch draws them.
public final class Conv2d: Convolution<Pair> {
    /// Creates a convolution with random weights.
    ///
    /// - Parameters:
    ///   - inChannels: the number of input channels.
    ///   - outChannels: the number of output channels.
    ///   - kernelSize: the kernel's size: a number or a `Pair`, like `stride` and `dilation`.
    ///   - stride: the distance between its positions.
    ///   - padding: the padding on each side: a number, a `Pair`, `.same`, or `.valid`.
    ///   - dilation: the distance between the kernel's elements.
    ///   - groups: the number of groups of channels; an output depends only on the inputs of its group.
    ///   - bias: whether the layer has a bias.
    ///   - paddingMode: the contents of the padding.
    public init(
        _ inChannels: Int, _ outChannels: Int, kernelSize: some PairConvertible, stride: some PairConvertible = 1,
        padding: some PaddingConvertible = 0, dilation: some PairConvertible = 1, groups: Int = 1, bias: Bool = true,
        paddingMode: PaddingMode = .zeros
    ) {
        super.init(
            inChannels, outChannels, kernel: kernelSize.pair, stride: stride.pair, padding: padding.padding,
            dilation: dilation.pair, groups: groups, bias: bias, paddingMode: paddingMode)
    }
}

/// Convolution in three dimensions: each output channel is the sum of the input channels, each filtered by a kernel.
///
/// It takes `[N, inChannels, D, H, W]` or `[inChannels, D, H, W]`; the depth of the output is
/// ⌊(D + 2·padding - dilation·(kernel - 1) - 1) / stride⌋ + 1, height and width likewise. Weight and bias are drawn
/// uniformly from ±1/√(inChannels / groups · the kernel's elements), as PyTorch draws them.
public final class Conv3d: Convolution<Triple> {
    /// Creates a convolution with random weights.
    ///
    /// - Parameters:
    ///   - inChannels: the number of input channels.
    ///   - outChannels: the number of output channels.
    ///   - kernelSize: the kernel's size: a number or a `Triple`, like `stride` and `dilation`.
    ///   - stride: the distance between its positions.
    ///   - padding: the padding on each side: a number, a `Triple`, `.same`, or `.valid`.
    ///   - dilation: the distance between the kernel's elements.
    ///   - groups: the number of groups of channels; an output depends only on the inputs of its group.
    ///   - bias: whether the layer has a bias.
    ///   - paddingMode: the contents of the padding.
    public init(
        _ inChannels: Int, _ outChannels: Int, kernelSize: some TripleConvertible, stride: some TripleConvertible = 1,
        padding: some PaddingConvertible = 0, dilation: some TripleConvertible = 1, groups: Int = 1, bias: Bool = true,
        paddingMode: PaddingMode = .zeros
    ) {
        super.init(
            inChannels, outChannels, kernel: kernelSize.triple, stride: stride.triple, padding: padding.padding,
            dilation: dilation.triple, groups: groups, bias: bias, paddingMode: paddingMode)
    }
}

/// The base class of convolutions in one to three dimensions: their options and weights, and how to apply them.
public class Convolution<Size: SpatialSize>: Module, Layer {
    public let inChannels: Int
    public let outChannels: Int
    public let kernelSize: Size
    public let stride: Size
    public let padding: Padding
    public let dilation: Size
    public let groups: Int
    public let paddingMode: PaddingMode
    private let usesBias: Bool

    /// `[outChannels, inChannels / groups, kernel…]`.
    @Parameter public var weight: Tensor
    /// `[outChannels]`.
    @Parameter public var bias: Tensor?

    init(
        _ inChannels: Int, _ outChannels: Int, kernel kernelSize: Size, stride: Size, padding: Padding, dilation: Size,
        groups: Int, bias: Bool, paddingMode: PaddingMode
    ) {
        self.inChannels = inChannels
        self.outChannels = outChannels
        self.kernelSize = kernelSize
        self.stride = stride
        self.padding = padding.expanded(to: kernelSize.sizes.count)
        self.dilation = dilation
        self.groups = groups
        self.paddingMode = paddingMode
        usesBias = bias
        super.init()
        deferErrors {
            try checkConvolution(
                Self.layerName, inChannels, outChannels, kernelSize: kernelSize.sizes, stride: stride.sizes,
                dilation: dilation.sizes, groups: groups)
            if case .sizes(let sizes) = self.padding {
                try require(
                    sizes.count == kernelSize.sizes.count, Self.layerName,
                    "padding has \(sizes.count) sizes, and the layer \(kernelSize.sizes.count) dimensions")
                try requireNotNegative(sizes, Self.layerName, "padding")
            }
            try require(
                padding != .toSameSize || stride.sizes.allSatisfy { $0 == 1 }, Self.layerName,
                "padding: .same needs a stride of 1, not \(sizeText(stride.sizes))")
            weight = try Tensor.empty([outChannels, inChannels / groups] + kernelSize.sizes)
            self.bias = bias ? try Tensor.empty([outChannels]) : nil
            try Init.drawByFanIn(weight, bias: self.bias)
        }
    }

    public override var extraDescription: String {
        let padding: String? =
            switch padding {
            case .sizes(let sizes): sizes.allSatisfy { $0 == 0 } ? nil : tupleText(sizes)
            case .toSameSize, .nothing: padding.purpose.rawValue
            }
        return convolutionText(
            inChannels, outChannels, kernelSize: kernelSize.sizes, stride: stride.sizes, padding: padding,
            dilation: dilation.sizes, groups: groups, hasBias: has(bias, asked: usesBias), paddingMode: paddingMode)
    }

    public func forward(_ input: Tensor) throws -> Tensor {
        try requireInitialized()
        var x = input
        var padding = padding
        if paddingMode != .zeros, padding != .nothing {
            x = try pad(x, edges, mode: paddingMode)
            padding = .nothing
        }
        return try convolution(
            x, weight: weight, bias: bias, stride: stride.sizes, padding: padding, dilation: dilation.sizes,
            groups: groups)
    }

    /// The padding as `pad` takes it; with `.same`, an odd padding is longer at the end.
    private var edges: [Int] {
        switch padding {
        case .sizes(let sizes): return sizes.reversed().flatMap { [$0, $0] }
        case .nothing: return []
        case .toSameSize:
            let totals = zip(dilation.sizes, kernelSize.sizes).map { $0 * ($1 - 1) }
            return totals.reversed().flatMap { [$0 / 2, $0 - $0 / 2] }
        }
    }
}

extension Padding {
    /// One number for all dimensions becomes one for each of `count`.
    fileprivate func expanded(to count: Int) -> Padding {
        guard case .sizes(let sizes) = self, sizes.count == 1 else { return self }
        return .sizes(Array(repeating: sizes[0], count: count))
    }
}

extension Convolution: CountingMultiplyAdds {
    func multiplyAdds(input: Tensor, others: ArraySlice<Tensor>, output: Tensor) -> Int {
        kernelSize.sizes.reduce(saturatingProduct(output.count, inChannels / groups)) { saturatingProduct($0, $1) }
    }
}

// MARK: What the transposed convolutions share too

/// Throws an error that names the layer if a size is not positive, or if the groups do not divide the channels.
func checkConvolution(
    _ layer: String, _ inChannels: Int, _ outChannels: Int, kernelSize: [Int], stride: [Int], dilation: [Int],
    groups: Int
) throws {
    try requirePositive(["inChannels": inChannels, "outChannels": outChannels], layer)
    try require(
        groups > 0 && inChannels % groups == 0 && outChannels % groups == 0, layer,
        "groups must divide both inChannels, \(inChannels), and outChannels, \(outChannels), and \(groups) does not")
    try requirePositive(kernelSize, layer, "kernelSize")
    try requirePositive(stride, layer, "stride")
    try requirePositive(dilation, layer, "dilation")
}

/// The options of a convolution as PyTorch prints them, without those that have their default values.
func convolutionText(
    _ inChannels: Int, _ outChannels: Int, kernelSize: [Int], stride: [Int], padding: String?, dilation: [Int],
    outputPadding: [Int] = [], groups: Int, hasBias: Bool, paddingMode: PaddingMode = .zeros
) -> String {
    var parts = ["\(inChannels)", "\(outChannels)"]
    parts.append("kernel_size=\(tupleText(kernelSize))")
    parts.append("stride=\(tupleText(stride))")
    if let padding { parts.append("padding=\(padding)") }
    if dilation.contains(where: { $0 != 1 }) { parts.append("dilation=\(tupleText(dilation))") }
    if outputPadding.contains(where: { $0 != 0 }) { parts.append("output_padding=\(tupleText(outputPadding))") }
    if groups != 1 { parts.append("groups=\(groups)") }
    if !hasBias { parts.append("bias=False") }
    if paddingMode != .zeros { parts.append("padding_mode=\(paddingMode.rawValue)") }
    return parts.joined(separator: ", ")
}
