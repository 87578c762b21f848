import Torch

/// How the elements between an input's are computed.
public enum InterpolationMode: String, CaseIterable, Sendable {
    /// The nearest element, as older programs choose it.
    case nearest
    /// The nearest element, as image libraries choose it.
    case nearestExact = "nearest-exact"
    /// Between two elements; of sequences.
    case linear
    /// Between four elements; of images.
    case bilinear
    /// By a cubic curve through sixteen elements; of images.
    case bicubic
    /// Between eight elements; of volumes.
    case trilinear
    /// The mean over an area.
    case area
}

/// Resizes the input: `[N, C, L]`, `[N, C, H, W]` or `[N, C, D, H, W]`.
///
/// - Parameters:
///   - size: the spatial sizes of the output: one number for all, a `Pair` or a `Triple`.
///   - alignCorners: whether the outermost elements keep their positions; for the linear and cubic modes.
///   - antialias: whether a smaller image uses all elements; for the modes `bilinear` and `bicubic`.
/// - Throws: `TorchError` for a mode that does not fit the number of dimensions, or sizes that are not positive.
public func interpolate(
    _ input: Tensor, size: some SpatialSize, mode: InterpolationMode = .nearest, alignCorners: Bool? = nil,
    antialias: Bool = false
) throws -> Tensor {
    try Interpolation(target: .size(size.sizes), mode: mode, alignCorners: alignCorners, antialias: antialias)(input)
}

/// Resizes the input by a factor.
///
/// - Parameters:
///   - scaleFactor: the factor for all spatial dimensions.
///   - alignCorners: whether the outermost elements keep their positions; for the linear and cubic modes.
///   - recomputeScaleFactor: whether positions are computed from the sizes, not from the factor, which rounding may
///     change.
///   - antialias: whether a smaller image uses all elements; for the modes `bilinear` and `bicubic`.
/// - Throws: `TorchError` for a mode that does not fit the number of dimensions, or a factor that is not positive.
public func interpolate(
    _ input: Tensor, scaleFactor: Double, mode: InterpolationMode = .nearest, alignCorners: Bool? = nil,
    recomputeScaleFactor: Bool = false, antialias: Bool = false
) throws -> Tensor {
    try interpolate(
        input, scaleFactors: [scaleFactor], mode: mode, alignCorners: alignCorners,
        recomputeScaleFactor: recomputeScaleFactor, antialias: antialias)
}

/// `interpolate` with a factor for each spatial dimension.
public func interpolate(
    _ input: Tensor, scaleFactors: [Double], mode: InterpolationMode = .nearest, alignCorners: Bool? = nil,
    recomputeScaleFactor: Bool = false, antialias: Bool = false
) throws -> Tensor {
    try Interpolation(
        target: .factors(scaleFactors, recompute: recomputeScaleFactor), mode: mode, alignCorners: alignCorners,
        antialias: antialias)(input)
}

/// An interpolation with its options.
struct Interpolation {
    enum Target {
        case size([Int])
        case factors([Double], recompute: Bool)
    }

    let target: Target
    let mode: InterpolationMode
    let alignCorners: Bool?
    var antialias = false

    func callAsFunction(_ input: Tensor) throws -> Tensor {
        let dims = input.dimensionCount - 2
        try requireShape(
            (1...3).contains(dims), "interpolate", input, "it takes [N, C] with one to three spatial dimensions")
        let isCurve = [.linear, .bilinear, .bicubic, .trilinear].contains(mode)
        try require(
            alignCorners == nil || isCurve, "interpolate",
            "aligned corners go with linear and cubic modes, not with \(mode.rawValue)")
        try require(
            !antialias || dims == 2 && (mode == .bilinear || mode == .bicubic), "interpolate",
            "antialiasing goes with images in the modes bilinear and bicubic")
        let (size, factors) = try sizes(for: input, dims)
        let align = alignCorners ?? false
        switch (mode, dims) {
        case (.nearest, 1): return try Tensor.upsampleNearest1d(input, outputSize: size, scaleFactors: factors)
        case (.nearest, 2): return try Tensor.upsampleNearest2d(input, outputSize: size, scaleFactors: factors)
        case (.nearest, _): return try Tensor.upsampleNearest3d(input, outputSize: size, scaleFactors: factors)
        case (.nearestExact, 1):
            return try Tensor.upsampleNearestExact1d(input, outputSize: size, scaleFactors: factors)
        case (.nearestExact, 2):
            return try Tensor.upsampleNearestExact2d(input, outputSize: size, scaleFactors: factors)
        case (.nearestExact, _):
            return try Tensor.upsampleNearestExact3d(input, outputSize: size, scaleFactors: factors)
        case (.area, _):
            return try adaptiveAveragePooling(input, outputSize: size ?? scaled(input, dims, by: factors ?? []))
        case (.linear, 1):
            return try Tensor.upsampleLinear1d(input, outputSize: size, alignCorners: align, scaleFactors: factors)
        case (.bilinear, 2) where antialias:
            return try Tensor.upsampleBilinear2dAa(input, outputSize: size, alignCorners: align, scaleFactors: factors)
        case (.bicubic, 2) where antialias:
            return try Tensor.upsampleBicubic2dAa(input, outputSize: size, alignCorners: align, scaleFactors: factors)
        case (.bilinear, 2):
            return try Tensor.upsampleBilinear2d(input, outputSize: size, alignCorners: align, scaleFactors: factors)
        case (.bicubic, 2):
            return try Tensor.upsampleBicubic2d(input, outputSize: size, alignCorners: align, scaleFactors: factors)
        case (.trilinear, 3):
            return try Tensor.upsampleTrilinear3d(input, outputSize: size, alignCorners: align, scaleFactors: factors)
        default:
            throw TorchError(
                kind: .shape, operation: "interpolate", inputs: "\(input.dtype)\(input.shape)",
                message: "the mode \(mode.rawValue) does not go with \(dims) spatial dimensions")
        }
    }

    /// The output's sizes, or the factors if these decide the positions too.
    private func sizes(for input: Tensor, _ dims: Int) throws -> (size: [Int]?, factors: [Double]?) {
        switch target {
        case .size(let sizes):
            try require(
                sizes.count == 1 || sizes.count == dims, "interpolate",
                "the size has \(sizes.count) numbers, and the input \(dims) spatial dimensions")
            try requirePositive(sizes, "interpolate", "size")
            return (sizes.count == dims ? sizes : Array(repeating: sizes[0], count: dims), nil)
        case .factors(let given, let recompute):
            try require(
                given.count == 1 || given.count == dims, "interpolate",
                "there are \(given.count) factors, and \(dims) spatial dimensions")
            let factors = given.count == dims ? given : Array(repeating: given[0], count: dims)
            let sizes = try scaled(input, dims, by: factors)
            return recompute ? (sizes, nil) : (nil, factors)
        }
    }

    private func scaled(_ input: Tensor, _ dims: Int, by factors: [Double]) throws -> [Int] {
        try zip(input.shape.suffix(dims), factors).map { size, factor in
            let scaled = Double(size) * factor
            try require(
                factor > 0 && scaled < Double(largestOption), "interpolate",
                "a size of \(size) cannot be multiplied by \(factor)")
            return Int(scaled)
        }
    }
}
