import Torch

/// Resizes its input: `[N, C, L]`, `[N, C, H, W]` or `[N, C, D, H, W]`.
///
/// ```swift
/// Upsample(scaleFactor: 2, mode: .bilinear)
/// Upsample(size: Pair(32, 48))
/// ```
public class Upsample: Module, Layer {
    private let interpolation: Interpolation
    private let target: String

    /// Creates a layer that resizes to a given size.
    ///
    /// - Parameters:
    ///   - size: the spatial sizes of the output: one number for all, a `Pair` or a `Triple`.
    ///   - alignCorners: whether the outermost elements keep their positions; for the linear and cubic modes.
    public init(size: some SpatialSize, mode: InterpolationMode = .nearest, alignCorners: Bool? = nil) {
        interpolation = Interpolation(target: .size(size.sizes), mode: mode, alignCorners: alignCorners)
        target = "size=\(sizeText(size.sizes))"
    }

    /// Creates a layer that resizes by a factor for each dimension.
    ///
    /// - Parameters:
    ///   - scaleFactors: a factor for each spatial dimension.
    ///   - alignCorners: whether the outermost elements keep their positions; for the linear and cubic modes.
    ///   - recomputeScaleFactor: whether positions are computed from the sizes, not from the factors.
    public init(
        scaleFactors: [Double], mode: InterpolationMode = .nearest, alignCorners: Bool? = nil,
        recomputeScaleFactor: Bool = false
    ) {
        interpolation = Interpolation(
            target: .factors(scaleFactors, recompute: recomputeScaleFactor), mode: mode, alignCorners: alignCorners)
        let list = scaleFactors.map(\.description).joined(separator: ", ")
        target = "scale_factor=\(scaleFactors.count == 1 ? list : "(\(list))")"
    }

    /// Resizes all spatial dimensions by the same factor.
    public convenience init(
        scaleFactor: Double, mode: InterpolationMode = .nearest, alignCorners: Bool? = nil,
        recomputeScaleFactor: Bool = false
    ) {
        self.init(
            scaleFactors: [scaleFactor], mode: mode, alignCorners: alignCorners,
            recomputeScaleFactor: recomputeScaleFactor)
    }

    public override var extraDescription: String { "\(target), mode='\(interpolation.mode.rawValue)'" }

    public func forward(_ input: Tensor) throws -> Tensor {
        try interpolation(input)
    }
}

/// Resizes images by the nearest element: `Upsample` under an older name.
public final class UpsamplingNearest2d: Upsample {
    /// Creates a layer that resizes to a given size.
    ///
    /// - Parameter size: a number or a `Pair`.
    public init(size: some PairConvertible) {
        super.init(size: size.pair)
    }

    public init(scaleFactor: Double) {
        super.init(scaleFactors: [scaleFactor])
    }
}

/// Resizes images by linear interpolation, with aligned corners: `Upsample` under an older name.
public final class UpsamplingBilinear2d: Upsample {
    /// Creates a layer that resizes to a given size.
    ///
    /// - Parameter size: a number or a `Pair`.
    public init(size: some PairConvertible) {
        super.init(size: size.pair, mode: .bilinear, alignCorners: true)
    }

    public init(scaleFactor: Double) {
        super.init(scaleFactors: [scaleFactor], mode: .bilinear, alignCorners: true)
    }
}
