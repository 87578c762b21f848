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
        try requirePositive(kernelSize.sizes, Self.layerName, "kernel size")
        try requirePositive(outputSize?.sizes ?? [], Self.layerName, "output size")
        for ratio in outputRatio ?? [] {
            try require(0 < ratio && ratio < 1, Self.layerName, "the ratio must be between 0 and 1, not \(ratio)")
        }
    }

    public func callAsFunction(_ input: Tensor) throws -> Tensor {
        try withHooks(input) {
            try withIndices(input).output
        }
    }

    /// The output, and where in the input's last dimensions, counted in a row, each element stood.
    public func withIndices(_ input: Tensor) throws -> (output: Tensor, indices: Tensor) {
        let shape = input.shape
        let dims = kernelSize.sizes.count
        try requireShape(
            shape.count == dims + 1 || shape.count == dims + 2, Self.layerName, input,
            "it takes \(dims) spatial dimensions, with channels and perhaps a batch")
        let sizes = outputSize?.sizes ?? zip(outputRatio ?? [], shape.suffix(dims)).map { Int(Double($1) * $0) }
        let batch = shape.count == dims + 1 ? 1 : shape[0]
        let samples = try Tensor.rand(
            [batch, shape[shape.count - dims - 1], dims], dtype: input.dtype, device: input.device)
        return dims == 2
            ? try Tensor.fractionalMaxPool2d(
                input, kernelSize: kernelSize.sizes, outputSize: sizes, randomSamples: samples)
            : try Tensor.fractionalMaxPool3d(
                input, kernelSize: kernelSize.sizes, outputSize: sizes, randomSamples: samples)
    }
}
