import Torch

/// Convolution in two dimensions: each output channel is the sum of the input channels, each filtered by a kernel.
///
/// Takes `[N, inChannels, H, W]` or `[inChannels, H, W]`; the height of the output is
/// ⌊(H + 2·padding - dilation·(kernel - 1) - 1) / stride⌋ + 1, the width likewise. Weight and bias are drawn evenly from
/// ±1/√(inChannels / groups · kernel height · kernel width), as PyTorch draws them.
public final class Conv2d: Module, Layer {
    public let inChannels: Int
    public let outChannels: Int
    public let kernelSize: Pair
    public let stride: Pair
    public let padding: Padding
    public let dilation: Pair
    public let groups: Int
    public let paddingMode: PaddingMode

    /// `[outChannels, inChannels / groups, kernel height, kernel width]`.
    @Parameter public var weight: Tensor
    /// `[outChannels]`.
    @Parameter public var bias: Tensor?

    /// - Parameters:
    ///   - kernelSize: a number or a `Pair`, as are stride and dilation.
    ///   - padding: on each side: a number, a `Pair`, `.same` or `.valid`.
    ///   - dilation: how far the kernel's places are apart.
    ///   - groups: into how many groups the channels fall, each output depending on its group's inputs alone.
    ///   - bias: whether there is a bias.
    ///   - paddingMode: what stands around the input.
    /// - Throws: `TorchError` for sizes that are not positive, groups that do not divide the channels, or a padding of
    ///   `.same` with a stride.
    public init(
        _ inChannels: Int, _ outChannels: Int, kernelSize: some PairConvertible, stride: some PairConvertible = 1,
        padding: some PaddingConvertible = 0, dilation: some PairConvertible = 1, groups: Int = 1, bias: Bool = true,
        paddingMode: PaddingMode = .zeros
    ) throws {
        self.inChannels = inChannels
        self.outChannels = outChannels
        self.kernelSize = kernelSize.pair
        self.stride = stride.pair
        self.padding = padding.padding
        self.dilation = dilation.pair
        self.groups = groups
        self.paddingMode = paddingMode
        try Self.check(
            inChannels, outChannels, kernelSize: kernelSize.pair, stride: stride.pair, padding: padding.padding,
            dilation: dilation.pair, groups: groups)
        weight = try Tensor.empty([outChannels, inChannels / groups] + kernelSize.pair.array)
        self.bias = bias ? try Tensor.empty([outChannels]) : nil
        super.init()
        try Init.kaimingUniform_(weight, a: 5.0.squareRoot())
        if let bias = self.bias {
            let bound = 1 / Double(try Init.calculateFan(weight).fanIn).squareRoot()
            try Init.uniform_(bias, -bound, bound)
        }
    }

    public override var extraDescription: String {
        var parts = ["\(inChannels)", "\(outChannels)", "kernel_size=\(kernelSize)", "stride=\(stride)"]
        switch padding {
        case .size(Pair(0, 0)): break
        case .size(let size): parts.append("padding=\(size)")
        case .toSameSize: parts.append("padding=same")
        case .nothing: parts.append("padding=valid")
        }
        if dilation != Pair(1, 1) { parts.append("dilation=\(dilation)") }
        if groups != 1 { parts.append("groups=\(groups)") }
        if bias == nil { parts.append("bias=False") }
        if paddingMode != .zeros { parts.append("padding_mode=\(paddingMode.rawValue)") }
        return parts.joined(separator: ", ")
    }

    public func callAsFunction(_ input: Tensor) throws -> Tensor {
        guard paddingMode != .zeros, padding != .nothing else {
            return try conv2d(
                input, weight: weight, bias: bias, stride: stride, padding: padding, dilation: dilation, groups: groups)
        }
        let (before, after) = paddingSizes
        let padded = try paddingMode.pad(input, before: before, after: after)
        return try conv2d(padded, weight: weight, bias: bias, stride: stride, dilation: dilation, groups: groups)
    }

    /// The padding in numbers; with `.same`, an odd one is longer at the end.
    private var paddingSizes: (before: Pair, after: Pair) {
        switch padding {
        case .size(let size): return (size, size)
        case .nothing: return (Pair(0, 0), Pair(0, 0))
        case .toSameSize:
            let total = Pair(dilation.height * (kernelSize.height - 1), dilation.width * (kernelSize.width - 1))
            let before = Pair(total.height / 2, total.width / 2)
            return (before, Pair(total.height - before.height, total.width - before.width))
        }
    }

    private static func check(
        _ inChannels: Int, _ outChannels: Int, kernelSize: Pair, stride: Pair, padding: Padding, dilation: Pair,
        groups: Int
    ) throws {
        try require(
            inChannels > 0 && outChannels > 0, "Conv2d",
            "the numbers of channels must be positive, not \(inChannels) and \(outChannels)")
        try require(
            groups > 0 && inChannels % groups == 0 && outChannels % groups == 0, "Conv2d",
            "the number of groups must divide both \(inChannels) and \(outChannels) channels, and \(groups) does not")
        for (name, size) in [("kernel size", kernelSize), ("stride", stride), ("dilation", dilation)] {
            try require(isSize(size, atLeast: 1), "Conv2d", "the \(name) must be positive, not \(size)")
        }
        if case .size(let size) = padding {
            try require(isSize(size, atLeast: 0), "Conv2d", "the padding must not be negative, and is \(size)")
        }
        try require(
            padding != .toSameSize || stride == Pair(1, 1), "Conv2d",
            "a padding of .same goes with a stride of 1, not with \(stride)")
    }
}
