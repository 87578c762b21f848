import Torch

/// The greatest element in each window of an image.
///
/// Takes `[N, C, H, W]` or `[C, H, W]`; the height of the output is
/// ⌊(H + 2·padding - dilation·(kernel - 1) - 1) / stride⌋ + 1, the width likewise.
public final class MaxPool2d: Module, Layer {
    public let kernelSize: Pair
    public let stride: Pair
    public let padding: Pair
    public let dilation: Pair
    public let ceilMode: Bool

    /// - Parameters:
    ///   - kernelSize: a number or a `Pair`, as are the others.
    ///   - stride: how far the windows are apart; the kernel's size where nil.
    ///   - padding: at most half of the kernel's size; what stands there is never the greatest.
    ///   - dilation: how far the places in a window are apart.
    ///   - ceilMode: whether a window may begin inside and end outside.
    /// - Throws: `TorchError` for sizes that are not positive, or a padding that is negative or too large.
    public init(
        kernelSize: some PairConvertible, stride: (any PairConvertible)? = nil, padding: some PairConvertible = 0,
        dilation: some PairConvertible = 1, ceilMode: Bool = false
    ) throws {
        self.kernelSize = kernelSize.pair
        self.stride = (stride ?? kernelSize).pair
        self.padding = padding.pair
        self.dilation = dilation.pair
        self.ceilMode = ceilMode
        let sizes = [("kernel size", self.kernelSize), ("stride", self.stride), ("dilation", self.dilation)]
        for (name, size) in sizes {
            try require(isSize(size, atLeast: 1), "MaxPool2d", "the \(name) must be positive, not \(size)")
        }
        try require(
            isSize(self.padding, atLeast: 0), "MaxPool2d", "the padding must not be negative, and is \(self.padding)")
    }

    public override var extraDescription: String {
        func text(_ pair: Pair) -> String { pair.height == pair.width ? "\(pair.height)" : "\(pair)" }
        return "kernel_size=\(text(kernelSize)), stride=\(text(stride)), padding=\(text(padding)), "
            + "dilation=\(text(dilation)), ceil_mode=\(ceilMode ? "True" : "False")"
    }

    public func callAsFunction(_ input: Tensor) throws -> Tensor {
        try maxPool2d(
            input, kernelSize: kernelSize, stride: stride, padding: padding, dilation: dilation, ceilMode: ceilMode)
    }
}
