import Torch

/// Average pooling to a given output size: the mean of each of several windows, one for each element of the output.
///
/// It takes `[N, C, L]` or `[C, L]`.
public final class AdaptiveAvgPool1d: AdaptiveAveragePooling {
    /// Creates a pooling to a given length.
    ///
    /// - Parameter outputSize: the length of the output.
    public init(_ outputSize: Int) {
        super.init([outputSize])
    }
}

/// Average pooling to a given output size: the mean of each of several windows, one for each element of the output.
///
/// It takes `[N, C, H, W]` or `[C, H, W]`.
public final class AdaptiveAvgPool2d: AdaptiveAveragePooling {
    /// Creates a pooling to a given size.
    ///
    /// - Parameter outputSize: the size of the output, a number or a `Pair`.
    public init(_ outputSize: some PairConvertible) {
        super.init(outputSize.pair.sizes)
    }

    /// `nil` keeps the input's size in that dimension.
    public init(height: Int?, width: Int?) {
        super.init([height, width])
    }
}

/// Average pooling to a given output size: the mean of each of several windows, one for each element of the output.
///
/// It takes `[N, C, D, H, W]` or `[C, D, H, W]`.
public final class AdaptiveAvgPool3d: AdaptiveAveragePooling {
    /// Creates a pooling to a given size.
    ///
    /// - Parameter outputSize: the size of the output, a number or a `Triple`.
    public init(_ outputSize: some TripleConvertible) {
        super.init(outputSize.triple.sizes)
    }

    /// `nil` keeps the input's size in that dimension.
    public init(depth: Int?, height: Int?, width: Int?) {
        super.init([depth, height, width])
    }
}

/// Max pooling to a given output size: the maximum of each of several windows, one for each element of the output.
///
/// It takes `[N, C, L]` or `[C, L]`.
public final class AdaptiveMaxPool1d: AdaptiveMaxPooling {
    /// Creates a pooling to a given length.
    ///
    /// - Parameter outputSize: the length of the output.
    public init(_ outputSize: Int) {
        super.init([outputSize])
    }
}

/// Max pooling to a given output size: the maximum of each of several windows, one for each element of the output.
///
/// It takes `[N, C, H, W]` or `[C, H, W]`.
public final class AdaptiveMaxPool2d: AdaptiveMaxPooling {
    /// Creates a pooling to a given size.
    ///
    /// - Parameter outputSize: the size of the output, a number or a `Pair`.
    public init(_ outputSize: some PairConvertible) {
        super.init(outputSize.pair.sizes)
    }

    /// `nil` keeps the input's size in that dimension.
    public init(height: Int?, width: Int?) {
        super.init([height, width])
    }
}

/// Max pooling to a given output size: the maximum of each of several windows, one for each element of the output.
///
/// It takes `[N, C, D, H, W]` or `[C, D, H, W]`.
public final class AdaptiveMaxPool3d: AdaptiveMaxPooling {
    /// Creates a pooling to a given size.
    ///
    /// - Parameter outputSize: the size of the output, a number or a `Triple`.
    public init(_ outputSize: some TripleConvertible) {
        super.init(outputSize.triple.sizes)
    }

    /// `nil` keeps the input's size in that dimension.
    public init(depth: Int?, height: Int?, width: Int?) {
        super.init([depth, height, width])
    }
}

/// The base class of max and average pooling to a given size, in one to three dimensions.
public class AdaptivePooling: Module {
    /// The size of each spatial dimension of the output; `nil` keeps the size of the input.
    public let outputSize: [Int?]

    init(_ outputSize: [Int?]) {
        self.outputSize = outputSize
        super.init()
        deferErrors {
            try requirePositive(outputSize.compactMap(\.self), Self.layerName, "outputSize")
        }
    }

    public override var extraDescription: String {
        if let first = outputSize.first, let size = first, outputSize.allSatisfy({ $0 == size }) {
            return "output_size=\(size)"
        }
        return "output_size=(\(outputSize.map { optionText($0) }.joined(separator: ", ")))"
    }

    /// The output's spatial sizes for an input.
    final func sizes(for input: Tensor) throws -> [Int] {
        try adaptiveSizes(outputSize, for: input, Self.layerName)
    }
}

/// The base class of max pooling to a given size.
public class AdaptiveMaxPooling: AdaptivePooling, Layer {
    public func forward(_ input: Tensor) throws -> Tensor {
        try requireInitialized()
        return try adaptiveMaxPooling(input, outputSize: sizes(for: input)).output
    }

    /// Returns the output and the position of each element in the input's spatial dimensions, which are counted as one
    /// dimension.
    public func withIndices(_ input: Tensor) throws -> (output: Tensor, indices: Tensor) {
        try call(input) {
            try adaptiveMaxPooling(input, outputSize: sizes(for: input))
        }
    }
}

/// The base class of average pooling to a given size.
public class AdaptiveAveragePooling: AdaptivePooling, Layer {
    public func forward(_ input: Tensor) throws -> Tensor {
        try requireInitialized()
        return try adaptiveAveragePooling(input, outputSize: sizes(for: input))
    }
}

/// Average pooling to a given size with windows of equal size, which ONNX can express. Python Helios calls it
/// `AdaptiveAvgPool2d`.
///
/// It takes `[N, C, H, W]` or `[C, H, W]`. The distance between windows is ⌊input / output⌋, and their size is such
/// that the last one ends with the input. If the output's size divides the input's, the result is the same as
/// with `AdaptiveAvgPool2d`.
public final class ExportableAdaptiveAvgPool2d: Module, Layer {
    /// The height of the output; `nil` keeps the size of the input.
    public let height: Int?
    /// The width of the output; `nil` keeps the size of the input.
    public let width: Int?

    /// Creates a pooling to a given size.
    ///
    /// - Parameter outputSize: the size of the output, a number or a `Pair`.
    public convenience init(_ outputSize: some PairConvertible) {
        self.init(height: outputSize.pair.height, width: outputSize.pair.width)
    }

    /// `nil` keeps the input's size in that dimension.
    public init(height: Int?, width: Int?) {
        self.height = height
        self.width = width
        super.init()
        deferErrors {
            try requirePositive([height, width].compactMap(\.self), Self.layerName, "outputSize")
        }
    }

    public func forward(_ input: Tensor) throws -> Tensor {
        try requireInitialized()
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
