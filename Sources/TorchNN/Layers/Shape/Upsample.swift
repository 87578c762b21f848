import Torch

/// Gives its input at another size: `[N, C, L]`, `[N, C, H, W]` or `[N, C, D, H, W]`.
///
/// ```swift
/// Upsample(scaleFactor: 2, mode: .bilinear)
/// Upsample(size: Pair(32, 48))
/// ```
public class Upsample: Module, Layer {
    private let interpolation: Interpolation
    private let target: String

    /// - Parameters:
    ///   - size: the spatial sizes of the output: one number for all, a `Pair` or a `Triple`.
    ///   - alignCorners: whether the outermost elements keep their places; for the linear and cubic modes.
    public init(size: some SpatialSize, mode: InterpolationMode = .nearest, alignCorners: Bool? = nil) {
        interpolation = Interpolation(target: .size(size.sizes), mode: mode, alignCorners: alignCorners)
        target = "size=\(sizeText(size.sizes))"
    }

    /// - Parameters:
    ///   - scaleFactors: for each spatial dimension.
    ///   - alignCorners: whether the outermost elements keep their places; for the linear and cubic modes.
    ///   - recomputeScaleFactor: whether places are computed from the sizes, not from the factors.
    public init(
        scaleFactors: [Double], mode: InterpolationMode = .nearest, alignCorners: Bool? = nil,
        recomputeScaleFactor: Bool = false
    ) {
        interpolation = Interpolation(
            target: .factors(scaleFactors, recompute: recomputeScaleFactor), mode: mode, alignCorners: alignCorners)
        let list = scaleFactors.map(\.description).joined(separator: ", ")
        target = "scale_factor=\(scaleFactors.count == 1 ? list : "(\(list))")"
    }

    /// The same factor for all spatial dimensions.
    public convenience init(
        scaleFactor: Double, mode: InterpolationMode = .nearest, alignCorners: Bool? = nil,
        recomputeScaleFactor: Bool = false
    ) {
        self.init(
            scaleFactors: [scaleFactor], mode: mode, alignCorners: alignCorners,
            recomputeScaleFactor: recomputeScaleFactor)
    }

    public override var extraDescription: String { "\(target), mode='\(interpolation.mode.rawValue)'" }

    public func callAsFunction(_ input: Tensor) throws -> Tensor {
        try withHooks(input) {
            try interpolation(input)
        }
    }
}

/// Images at another size, by the nearest element: `Upsample` under an older name.
public final class UpsamplingNearest2d: Upsample {
    /// - Parameter size: a number or a `Pair`.
    public init(size: some PairConvertible) {
        super.init(size: size.pair)
    }

    public init(scaleFactor: Double) {
        super.init(scaleFactors: [scaleFactor])
    }
}

/// Images at another size, between four elements, with aligned corners: `Upsample` under an older name.
public final class UpsamplingBilinear2d: Upsample {
    /// - Parameter size: a number or a `Pair`.
    public init(size: some PairConvertible) {
        super.init(size: size.pair, mode: .bilinear, alignCorners: true)
    }

    public init(scaleFactor: Double) {
        super.init(scaleFactors: [scaleFactor], mode: .bilinear, alignCorners: true)
    }
}
