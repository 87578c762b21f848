import Torch

/// Pooling by the mean to a given size, of windows that are all equal: what ONNX can express. Helios' own
/// `AdaptiveAvgPool2d`.
///
/// Takes `[N, C, H, W]` or `[C, H, W]`. The windows are ⌊input / output⌋ apart, and so large that the last ends where the
/// input does. Where the output's size divides the input's, the result is that of `AdaptiveAvgPool2d`.
public final class ExportableAdaptiveAvgPool2d: Module, Layer {
    /// nil for the input's.
    public let height: Int?
    public let width: Int?

    /// - Parameter outputSize: the size of the output, a number or a `Pair`.
    /// - Throws: `TorchError` where it is not positive.
    public convenience init(_ outputSize: some PairConvertible) throws {
        try self.init(height: outputSize.pair.height, width: outputSize.pair.width)
    }

    /// An output with the input's size where a size is nil.
    public init(height: Int?, width: Int?) throws {
        self.height = height
        self.width = width
        try requirePositive([height, width].compactMap(\.self), Self.layerName, "output size")
    }

    public func callAsFunction(_ input: Tensor) throws -> Tensor {
        try withHooks(input) {
            let (inputHeight, inputWidth) = (try input.size(-2), try input.size(-1))
            let (height, width) = (height ?? inputHeight, width ?? inputWidth)
            try requireShape(
                0 < height && height <= inputHeight && 0 < width && width <= inputWidth, Self.layerName, input,
                "the input must be at least as large as the output, \(height) by \(width)")
            let stride = Pair(inputHeight / height, inputWidth / width)
            let kernelSize = Pair(inputHeight - (height - 1) * stride.height, inputWidth - (width - 1) * stride.width)
            return try avgPool2d(input, kernelSize: kernelSize, stride: stride)
        }
    }
}
