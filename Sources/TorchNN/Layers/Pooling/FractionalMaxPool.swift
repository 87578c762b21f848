import Torch

/// The maximum of each of several randomly placed windows: Graham 2014, "Fractional max-pooling".
///
/// It takes `[N, C, H, W]` or `[C, H, W]`. New windows are drawn for each call, in evaluation too, as in PyTorch.
public final class FractionalMaxPool2d: FractionalMaxPooling<Pair> {
    /// Creates a pooling to a given size.
    ///
    /// - Parameters:
    ///   - kernelSize: the size of a window: a number or a `Pair`.
    ///   - outputSize: the size of the output: a number or a `Pair`.
    public init(kernelSize: some PairConvertible, outputSize: some PairConvertible) {
        super.init(kernelSize: kernelSize.pair, outputSize: outputSize.pair, outputRatio: nil)
    }

    /// Creates a pooling to a fraction of the input's size.
    ///
    /// - Parameters:
    ///   - kernelSize: the size of a window.
    ///   - outputRatio: the size of the output as a fraction of the input's, between 0 and 1: height and width.
    public init(kernelSize: some PairConvertible, outputRatio: (height: Double, width: Double)) {
        super.init(
            kernelSize: kernelSize.pair, outputSize: nil, outputRatio: [outputRatio.height, outputRatio.width])
    }
}

/// The maximum of each of several randomly placed windows of a volume: see `FractionalMaxPool2d`.
///
/// It takes `[N, C, D, H, W]` or `[C, D, H, W]`.
public final class FractionalMaxPool3d: FractionalMaxPooling<Triple> {
    /// Creates a pooling to a given size.
    ///
    /// - Parameters:
    ///   - kernelSize: the size of a window: a number or a `Triple`.
    ///   - outputSize: the size of the output: a number or a `Triple`.
    public init(kernelSize: some TripleConvertible, outputSize: some TripleConvertible) {
        super.init(kernelSize: kernelSize.triple, outputSize: outputSize.triple, outputRatio: nil)
    }

    /// Creates a pooling to a fraction of the input's size.
    ///
    /// - Parameters:
    ///   - kernelSize: the size of a window.
    ///   - outputRatio: the size of the output as a fraction of the input's, between 0 and 1.
    public init(kernelSize: some TripleConvertible, outputRatio: (depth: Double, height: Double, width: Double)) {
        super.init(
            kernelSize: kernelSize.triple, outputSize: nil,
            outputRatio: [outputRatio.depth, outputRatio.height, outputRatio.width])
    }
}

/// The base class of fractional max pooling in two and three dimensions.
public class FractionalMaxPooling<Size: SpatialSize>: Module, Layer {
    public let kernelSize: Size
    public let outputSize: Size?
    public let outputRatio: [Double]?

    init(kernelSize: Size, outputSize: Size?, outputRatio: [Double]?) {
        self.kernelSize = kernelSize
        self.outputSize = outputSize
        self.outputRatio = outputRatio
        super.init()
        deferErrors {
            try checkFractionalPooling(
                kernelSize: kernelSize.sizes, outputSize: outputSize?.sizes, outputRatio: outputRatio, Self.layerName)
        }
    }

    public func forward(_ input: Tensor) throws -> Tensor {
        try requireInitialized()
        return try pooled(input).output
    }

    /// Returns the output and the position of each element in the input's spatial dimensions, which are counted as one
    /// dimension.
    public func withIndices(_ input: Tensor) throws -> (output: Tensor, indices: Tensor) {
        try call(input) {
            try pooled(input)
        }
    }

    private func pooled(_ input: Tensor) throws -> (output: Tensor, indices: Tensor) {
        try fractionalMaxPooling(
            input, kernelSize: kernelSize.sizes, outputSize: outputSize?.sizes, outputRatio: outputRatio,
            randomSamples: nil, operation: Self.layerName)
    }
}
