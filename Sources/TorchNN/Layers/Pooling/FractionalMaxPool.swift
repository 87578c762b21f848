import Torch

/// The greatest element in each of windows that lie at random: Graham 2014, "Fractional max-pooling".
///
/// Takes `[N, C, H, W]` or `[C, H, W]`. In evaluation too the windows are drawn anew, as in PyTorch.
public final class FractionalMaxPool2d: FractionalMaxPooling<Pair> {
    /// - Parameters:
    ///   - kernelSize: a number or a `Pair`, as is the output's size.
    /// - Throws: `TorchError` for sizes that are not positive.
    public init(kernelSize: some PairConvertible, outputSize: some PairConvertible) throws {
        try super.init(kernelSize: kernelSize.pair, outputSize: outputSize.pair, outputRatio: nil)
    }

    /// - Parameter outputRatio: the size of the output as a part of the input's, between 0 and 1: height and width.
    /// - Throws: `TorchError` for sizes that are not positive, or a ratio outside 0…1.
    public init(kernelSize: some PairConvertible, outputRatio: (height: Double, width: Double)) throws {
        try super.init(
            kernelSize: kernelSize.pair, outputSize: nil, outputRatio: [outputRatio.height, outputRatio.width])
    }
}

/// The greatest element in each of windows that lie at random, in three dimensions: see `FractionalMaxPool2d`.
///
/// Takes `[N, C, D, H, W]` or `[C, D, H, W]`.
public final class FractionalMaxPool3d: FractionalMaxPooling<Triple> {
    /// - Parameters:
    ///   - kernelSize: a number or a `Triple`, as is the output's size.
    /// - Throws: `TorchError` for sizes that are not positive.
    public init(kernelSize: some TripleConvertible, outputSize: some TripleConvertible) throws {
        try super.init(kernelSize: kernelSize.triple, outputSize: outputSize.triple, outputRatio: nil)
    }

    /// - Parameter outputRatio: the size of the output as a part of the input's, between 0 and 1.
    /// - Throws: `TorchError` for sizes that are not positive, or a ratio outside 0…1.
    public init(kernelSize: some TripleConvertible, outputRatio: (depth: Double, height: Double, width: Double)) throws
    {
        try super.init(
            kernelSize: kernelSize.triple, outputSize: nil,
            outputRatio: [outputRatio.depth, outputRatio.height, outputRatio.width])
    }
}

/// What the fractional poolings in two and three dimensions share.
public class FractionalMaxPooling<Size: SpatialSize>: Module, Layer {
    public let kernelSize: Size
    public let outputSize: Size?
    public let outputRatio: [Double]?

    init(kernelSize: Size, outputSize: Size?, outputRatio: [Double]?) throws {
        self.kernelSize = kernelSize
        self.outputSize = outputSize
        self.outputRatio = outputRatio
        try checkFractionalPooling(
            kernelSize: kernelSize.sizes, outputSize: outputSize?.sizes, outputRatio: outputRatio, Self.layerName)
    }

    public func callAsFunction(_ input: Tensor) throws -> Tensor {
        try withHooks(input) {
            try pooled(input).output
        }
    }

    /// The output, and where in the input's last dimensions, counted in a row, each element stood.
    public func withIndices(_ input: Tensor) throws -> (output: Tensor, indices: Tensor) {
        try withHooks([input], outputs: { [$0.output, $0.indices] }) {
            try pooled(input)
        }
    }

    private func pooled(_ input: Tensor) throws -> (output: Tensor, indices: Tensor) {
        try fractionalMaxPooling(
            input, kernelSize: kernelSize.sizes, outputSize: outputSize?.sizes, outputRatio: outputRatio,
            randomSamples: nil, operation: Self.layerName)
    }
}
