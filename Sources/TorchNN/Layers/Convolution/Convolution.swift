import Torch

/// What the convolutions in one to three dimensions share: options, weights, and how they are applied.
public class Convolution<Size: SpatialSize>: Module, Layer {
    public let inChannels: Int
    public let outChannels: Int
    public let kernelSize: Size
    public let stride: Size
    public let padding: Padding
    public let dilation: Size
    public let groups: Int
    public let paddingMode: PaddingMode

    /// `[outChannels, inChannels / groups, kernel…]`.
    @Parameter public var weight: Tensor
    /// `[outChannels]`.
    @Parameter public var bias: Tensor?

    init(
        _ inChannels: Int, _ outChannels: Int, kernel kernelSize: Size, stride: Size, padding: Padding, dilation: Size,
        groups: Int, bias: Bool, paddingMode: PaddingMode
    ) throws {
        try checkConvolution(
            Self.layerName, inChannels, outChannels, kernelSize: kernelSize.sizes, stride: stride.sizes,
            dilation: dilation.sizes, groups: groups)
        self.inChannels = inChannels
        self.outChannels = outChannels
        self.kernelSize = kernelSize
        self.stride = stride
        self.padding = try padding.expanded(to: kernelSize.sizes.count, layer: Self.layerName)
        self.dilation = dilation
        self.groups = groups
        self.paddingMode = paddingMode
        try require(
            padding != .toSameSize || stride.sizes.allSatisfy { $0 == 1 }, Self.layerName,
            "a padding of .same goes with a stride of 1, not with \(sizeText(stride.sizes))")
        weight = try Tensor.empty([outChannels, inChannels / groups] + kernelSize.sizes)
        self.bias = bias ? try Tensor.empty([outChannels]) : nil
        super.init()
        try Init.drawByFanIn(weight, bias: self.bias)
    }

    public override var extraDescription: String {
        let padding: String? =
            switch padding {
            case .sizes(let sizes): sizes.allSatisfy { $0 == 0 } ? nil : tupleText(sizes)
            case .toSameSize, .nothing: padding.purpose.rawValue
            }
        return convolutionText(
            inChannels, outChannels, kernelSize: kernelSize.sizes, stride: stride.sizes, padding: padding,
            dilation: dilation.sizes, groups: groups, hasBias: bias != nil, paddingMode: paddingMode)
    }

    public func callAsFunction(_ input: Tensor) throws -> Tensor {
        try withHooks(input) {
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
    }

    /// The padding as `pad` takes it; with `.same`, an odd one is longer at the end.
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
    /// With one number for each of `count` dimensions.
    fileprivate func expanded(to count: Int, layer: String) throws -> Padding {
        guard case .sizes(let sizes) = self else { return self }
        try require(
            sizes.count == count || sizes.count == 1, layer,
            "the padding has \(sizes.count) sizes, and the layer \(count) dimensions")
        try requireNotNegative(sizes, layer, "padding")
        return .sizes(sizes.count == count ? sizes : Array(repeating: sizes[0], count: count))
    }
}

// MARK: What the transposed convolutions share too

/// Throws an error that names the layer for sizes that are not positive, or groups that do not divide the channels.
func checkConvolution(
    _ layer: String, _ inChannels: Int, _ outChannels: Int, kernelSize: [Int], stride: [Int], dilation: [Int],
    groups: Int
) throws {
    try requirePositive([inChannels, outChannels], layer, "numbers of channels")
    try require(
        groups > 0 && inChannels % groups == 0 && outChannels % groups == 0, layer,
        "the number of groups must divide both \(inChannels) and \(outChannels) channels, and \(groups) does not")
    try requirePositive(kernelSize, layer, "kernel size")
    try requirePositive(stride, layer, "stride")
    try requirePositive(dilation, layer, "dilation")
}

/// The options of a convolution as PyTorch prints them, those with their usual values left out.
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
