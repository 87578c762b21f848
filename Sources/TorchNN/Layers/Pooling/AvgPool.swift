import Torch

/// The mean of each window of a sequence.
///
/// It takes `[N, C, L]` or `[C, L]`; the length of the output is
/// ⌊(L + 2·padding - kernel) / stride⌋ + 1.
public final class AvgPool1d: AveragePooling<Int> {
    /// Creates an average pooling.
    ///
    /// - Parameters:
    ///   - kernelSize: the length of a window.
    ///   - stride: the distance between windows; `nil` uses the kernel's size.
    ///   - padding: the number of zeros on each side; at most half of the kernel's size.
    ///   - ceilMode: whether a window may start inside the input and end outside.
    ///   - countIncludePad: whether the mean includes the padding's zeros.
    public init(
        kernelSize: Int, stride: Int? = nil, padding: Int = 0,
        ceilMode: Bool = false, countIncludePad: Bool = true
    ) {
        super.init(
            kernel: kernelSize, stride: stride, padding: padding, ceilMode: ceilMode,
            countIncludePad: countIncludePad, divisorOverride: nil)
    }
}

/// The mean of each window of an image.
///
/// It takes `[N, C, H, W]` or `[C, H, W]`; the height of the output is
/// ⌊(H + 2·padding - kernel) / stride⌋ + 1, the width likewise.
public final class AvgPool2d: AveragePooling<Pair> {
    /// Creates an average pooling.
    ///
    /// - Parameters:
    ///   - kernelSize: the size of a window: a number or a `Pair`, like the other sizes.
    ///   - stride: the distance between windows; `nil` uses the kernel's size.
    ///   - padding: the number of zeros on each side; at most half of the kernel's size.
    ///   - ceilMode: whether a window may start inside the input and end outside.
    ///   - countIncludePad: whether the mean includes the padding's zeros.
    ///   - divisorOverride: what to divide the sums by, instead of the number of elements.
    public init(
        kernelSize: some PairConvertible, stride: (any PairConvertible)? = nil, padding: some PairConvertible = 0,
        ceilMode: Bool = false, countIncludePad: Bool = true, divisorOverride: Int? = nil
    ) {
        super.init(
            kernel: kernelSize.pair, stride: stride?.pair, padding: padding.pair, ceilMode: ceilMode,
            countIncludePad: countIncludePad, divisorOverride: divisorOverride)
    }
}

/// The mean of each window of a volume.
///
/// It takes `[N, C, D, H, W]` or `[C, D, H, W]`; the depth of the output is
/// ⌊(D + 2·padding - kernel) / stride⌋ + 1, height and width likewise.
public final class AvgPool3d: AveragePooling<Triple> {
    /// Creates an average pooling.
    ///
    /// - Parameters:
    ///   - kernelSize: the size of a window: a number or a `Triple`, like the other sizes.
    ///   - stride: the distance between windows; `nil` uses the kernel's size.
    ///   - padding: the number of zeros on each side; at most half of the kernel's size.
    ///   - ceilMode: whether a window may start inside the input and end outside.
    ///   - countIncludePad: whether the mean includes the padding's zeros.
    ///   - divisorOverride: what to divide the sums by, instead of the number of elements.
    public init(
        kernelSize: some TripleConvertible, stride: (any TripleConvertible)? = nil, padding: some TripleConvertible = 0,
        ceilMode: Bool = false, countIncludePad: Bool = true, divisorOverride: Int? = nil
    ) {
        super.init(
            kernel: kernelSize.triple, stride: stride?.triple, padding: padding.triple, ceilMode: ceilMode,
            countIncludePad: countIncludePad, divisorOverride: divisorOverride)
    }
}

/// The base class of average pooling in one to three dimensions.
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
    ) {
        self.kernelSize = kernelSize
        self.stride = stride ?? kernelSize
        self.padding = padding
        self.ceilMode = ceilMode
        self.countIncludePad = countIncludePad
        self.divisorOverride = divisorOverride
        super.init()
        deferErrors {
            try checkPooling(
                Self.layerName, kernelSize: kernelSize.sizes, stride: self.stride.sizes, padding: padding.sizes)
            try require(divisorOverride != 0, Self.layerName, "divisorOverride must not be 0")
        }
    }

    public override var extraDescription: String {
        // PyTorch prints a tuple for one dimension, and what it was given for more.
        let text = kernelSize.sizes.count == 1 ? tupleText : sizeText
        return "kernel_size=\(text(kernelSize.sizes)), stride=\(text(stride.sizes)), padding=\(text(padding.sizes))"
    }

    public func forward(_ input: Tensor) throws -> Tensor {
        try requireInitialized()
        return try averagePooling(
            input, kernelSize: kernelSize.sizes, stride: stride.sizes, padding: padding.sizes, ceilMode: ceilMode,
            countIncludePad: countIncludePad, divisorOverride: divisorOverride)
    }
}
