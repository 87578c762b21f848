import Torch

/// The p-norm of each window without absolute values: (Σ xᵖ)^(1/p). With p = 1 it is the sum, with p = ∞ the greatest.
public class LPPooling<Size: SpatialSize>: Module, Layer {
    public let normType: Double
    public let kernelSize: Size
    public let stride: Size?
    public let ceilMode: Bool

    init(_ normType: Double, kernel kernelSize: Size, stride: Size?, ceilMode: Bool) {
        self.normType = normType
        self.kernelSize = kernelSize
        self.stride = stride
        self.ceilMode = ceilMode
        super.init()
        deferErrors {
            try checkPower(normType, Self.layerName)
            try requirePositive(kernelSize.sizes, Self.layerName, "kernelSize")
            try requirePositive(stride?.sizes ?? [], Self.layerName, "stride")
        }
    }

    public override var extraDescription: String {
        "norm_type=\(normType), kernel_size=\(sizeText(kernelSize.sizes)), "
            + "stride=\(stride.map { sizeText($0.sizes) } ?? "None"), ceil_mode=\(flagText(ceilMode))"
    }

    public func forward(_ input: Tensor) throws -> Tensor {
        try requireInitialized()
        return try powerPooling(
            input, normType: normType, kernelSize: kernelSize.sizes, stride: (stride ?? kernelSize).sizes,
            ceilMode: ceilMode, operation: Self.layerName)
    }
}

/// `LPPooling` of a sequence: takes `[N, C, L]` or `[C, L]`.
public final class LPPool1d: LPPooling<Int> {
    /// Creates a pooling by the p-norm.
    ///
    /// - Parameters:
    ///   - normType: the power p; infinity is the maximum absolute value.
    ///   - stride: the distance between windows; `nil` uses the kernel's size.
    ///   - ceilMode: whether a window may start inside the input and end outside.
    public init(
        _ normType: Double, kernelSize: Int, stride: Int? = nil, ceilMode: Bool = false
    ) {
        super.init(normType, kernel: kernelSize, stride: stride, ceilMode: ceilMode)
    }
}

/// `LPPooling` of an image: takes `[N, C, H, W]` or `[C, H, W]`.
public final class LPPool2d: LPPooling<Pair> {
    /// Creates a pooling by the p-norm.
    ///
    /// - Parameters:
    ///   - normType: the power p; infinity is the maximum absolute value.
    ///   - stride: the distance between windows; `nil` uses the kernel's size.
    ///   - ceilMode: whether a window may start inside the input and end outside.
    public init(
        _ normType: Double, kernelSize: some PairConvertible, stride: (any PairConvertible)? = nil,
        ceilMode: Bool = false
    ) {
        super.init(normType, kernel: kernelSize.pair, stride: stride?.pair, ceilMode: ceilMode)
    }
}

/// `LPPooling` of a volume: takes `[N, C, D, H, W]` or `[C, D, H, W]`.
public final class LPPool3d: LPPooling<Triple> {
    /// Creates a pooling by the p-norm.
    ///
    /// - Parameters:
    ///   - normType: the power p; infinity is the maximum absolute value.
    ///   - stride: the distance between windows; `nil` uses the kernel's size.
    ///   - ceilMode: whether a window may start inside the input and end outside.
    public init(
        _ normType: Double, kernelSize: some TripleConvertible, stride: (any TripleConvertible)? = nil,
        ceilMode: Bool = false
    ) {
        super.init(normType, kernel: kernelSize.triple, stride: stride?.triple, ceilMode: ceilMode)
    }
}
