import Torch

/// How `gridSample` interpolates between an input's elements.
public enum GridSampleMode: Int, Sendable {
    /// Between four elements; between eight in volumes.
    case bilinear = 0
    case nearest = 1
    /// By a cubic curve through sixteen elements; of images.
    case bicubic = 2
}

/// What `gridSample` sees outside its input.
public enum GridPadding: Int, Sendable {
    case zeros = 0
    /// The nearest element of the edge.
    case border = 1
    /// The input mirrored at its edge, again and again.
    case reflection = 2
}

/// The input's values at given positions: the operation that moves the pixels of a spatial transformer network.
///
/// Jaderberg and others 2015, "Spatial transformer networks".
/// - Parameters:
///   - input: `[N, C, H, W]` or `[N, C, D, H, W]`.
///   - grid: the positions, `[N, outputs' H, W, 2]` or `[N, outputs' D, H, W, 3]`: x, y (and z), each from -1 to 1.
///   - alignCorners: whether -1 and 1 are the middles of the outermost elements, not their outer edges.
/// - Returns: `[N, C]` with the grid's spatial sizes.
public func gridSample(
    _ input: Tensor, _ grid: Tensor, mode: GridSampleMode = .bilinear, paddingMode: GridPadding = .zeros,
    alignCorners: Bool = false
) throws -> Tensor {
    try Tensor.gridSampler(
        input, grid: grid, interpolationMode: mode.rawValue, paddingMode: paddingMode.rawValue,
        alignCorners: alignCorners)
}

/// The positions that `gridSample` takes for an affine map of each sample.
///
/// - Parameters:
///   - theta: the maps, `[N, 2, 3]` for images or `[N, 3, 4]` for volumes.
///   - size: the output's shape, `[N, C, H, W]` or `[N, C, D, H, W]`.
///   - alignCorners: as in `gridSample`.
/// - Returns: `[N, H, W, 2]` or `[N, D, H, W, 3]`.
/// - Throws: `TorchError` for sizes that are not positive, and maps of another shape or type.
public func affineGrid(_ theta: Tensor, size: [Int], alignCorners: Bool = false) throws -> Tensor {
    let operation = "affine_grid"
    try requirePositive(size, operation, "size")
    let dims = size.count - 2
    try require(dims == 2 || dims == 3, operation, "the size must be [N, C, H, W] or [N, C, D, H, W], not \(size)")
    try requireShape(
        theta.shape == [size[0], dims, dims + 1] && theta.dtype.isFloatingPoint, operation, theta,
        "the maps must be [\(size[0]), \(dims), \(dims + 1)] and real numbers")
    return try Tensor.affineGridGenerator(theta, size: size, alignCorners: alignCorners)
}
