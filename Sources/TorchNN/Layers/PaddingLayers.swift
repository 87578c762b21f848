import Torch

/// Puts zeros around sequences.
public final class ZeroPad1d: PaddingLayer {
    /// Creates a layer that adds zeros on each side of sequences.
    ///
    /// - Parameter padding: one number, or two: left and right.
    public init(_ padding: some EdgeSizes) {
        super.init(padding, dimensions: 1, mode: .zeros)
    }
}

/// Puts zeros around images.
public final class ZeroPad2d: PaddingLayer {
    /// Creates a layer that adds zeros on each side of images.
    ///
    /// - Parameter padding: one number, or four: left, right, top and bottom.
    public init(_ padding: some EdgeSizes) {
        super.init(padding, dimensions: 2, mode: .zeros)
    }
}

/// Puts zeros around volumes.
public final class ZeroPad3d: PaddingLayer {
    /// Creates a layer that adds zeros on each side of volumes.
    ///
    /// - Parameter padding: one number, or six: left, right, top, bottom, front and back.
    public init(_ padding: some EdgeSizes) {
        super.init(padding, dimensions: 3, mode: .zeros)
    }
}

/// Puts a constant around sequences.
public final class ConstantPad1d: ConstantPaddingLayer {
    /// Creates a layer that adds a constant on each side of sequences.
    ///
    /// - Parameters:
    ///   - padding: one number, or two: left and right.
    ///   - value: the constant.
    public init(_ padding: some EdgeSizes, value: Double) {
        super.init(padding, value: value, dimensions: 1)
    }
}

/// Puts a constant around images.
public final class ConstantPad2d: ConstantPaddingLayer {
    /// Creates a layer that adds a constant on each side of images.
    ///
    /// - Parameters:
    ///   - padding: one number, or four: left, right, top and bottom.
    ///   - value: the constant.
    public init(_ padding: some EdgeSizes, value: Double) {
        super.init(padding, value: value, dimensions: 2)
    }
}

/// Puts a constant around volumes.
public final class ConstantPad3d: ConstantPaddingLayer {
    /// Creates a layer that adds a constant on each side of volumes.
    ///
    /// - Parameters:
    ///   - padding: one number, or six: left, right, top, bottom, front and back.
    ///   - value: the constant.
    public init(_ padding: some EdgeSizes, value: Double) {
        super.init(padding, value: value, dimensions: 3)
    }
}

/// Puts around sequences their mirror image, without repeating the edges.
public final class ReflectionPad1d: PaddingLayer {
    /// Creates a layer that reflects sequences at their edges.
    ///
    /// - Parameter padding: one number, or two: left and right.
    public init(_ padding: some EdgeSizes) {
        super.init(padding, dimensions: 1, mode: .reflect)
    }
}

/// Puts around images their mirror image, without repeating the edges.
public final class ReflectionPad2d: PaddingLayer {
    /// Creates a layer that reflects images at their edges.
    ///
    /// - Parameter padding: one number, or four: left, right, top and bottom.
    public init(_ padding: some EdgeSizes) {
        super.init(padding, dimensions: 2, mode: .reflect)
    }
}

/// Puts around volumes their mirror image, without repeating the edges.
public final class ReflectionPad3d: PaddingLayer {
    /// Creates a layer that reflects volumes at their edges.
    ///
    /// - Parameter padding: one number, or six: left, right, top, bottom, front and back.
    public init(_ padding: some EdgeSizes) {
        super.init(padding, dimensions: 3, mode: .reflect)
    }
}

/// Repeats the edges of sequences around them.
public final class ReplicationPad1d: PaddingLayer {
    /// Creates a layer that repeats the edges of sequences.
    ///
    /// - Parameter padding: one number, or two: left and right.
    public init(_ padding: some EdgeSizes) {
        super.init(padding, dimensions: 1, mode: .replicate)
    }
}

/// Repeats the edges of images around them.
public final class ReplicationPad2d: PaddingLayer {
    /// Creates a layer that repeats the edges of images.
    ///
    /// - Parameter padding: one number, or four: left, right, top and bottom.
    public init(_ padding: some EdgeSizes) {
        super.init(padding, dimensions: 2, mode: .replicate)
    }
}

/// Repeats the edges of volumes around them.
public final class ReplicationPad3d: PaddingLayer {
    /// Creates a layer that repeats the edges of volumes.
    ///
    /// - Parameter padding: one number, or six: left, right, top, bottom, front and back.
    public init(_ padding: some EdgeSizes) {
        super.init(padding, dimensions: 3, mode: .replicate)
    }
}

/// Puts around sequences their elements from the opposite side.
public final class CircularPad1d: PaddingLayer {
    /// Creates a layer that continues sequences from the opposite side.
    ///
    /// - Parameter padding: one number, or two: left and right.
    public init(_ padding: some EdgeSizes) {
        super.init(padding, dimensions: 1, mode: .circular)
    }
}

/// Puts around images their elements from the opposite side.
public final class CircularPad2d: PaddingLayer {
    /// Creates a layer that continues images from the opposite side.
    ///
    /// - Parameter padding: one number, or four: left, right, top and bottom.
    public init(_ padding: some EdgeSizes) {
        super.init(padding, dimensions: 2, mode: .circular)
    }
}

/// Puts around volumes their elements from the opposite side.
public final class CircularPad3d: PaddingLayer {
    /// Creates a layer that continues volumes from the opposite side.
    ///
    /// - Parameter padding: one number, or six: left, right, top, bottom, front and back.
    public init(_ padding: some EdgeSizes) {
        super.init(padding, dimensions: 3, mode: .circular)
    }
}

/// The padding at each edge: one number for all, or a list: left, right, top, bottom, front, back, for as many edges as
/// there are.
public protocol EdgeSizes {
    /// One number for each of `count` edges; a list as it is.
    func edges(_ count: Int) -> [Int]
}

extension Int: EdgeSizes {
    public func edges(_ count: Int) -> [Int] { Array(repeating: self, count: count) }
}

extension [Int]: EdgeSizes {
    public func edges(_ count: Int) -> [Int] { self }
}

/// What the padding layers share.
///
/// They take `[N, C, …]` or `[C, …]`. Negative numbers cut off, as in PyTorch.
public class PaddingLayer: Module, Layer {
    /// The padding at each edge: left, right, top, bottom, front, back.
    public let padding: [Int]
    private let mode: PaddingMode

    init(_ padding: some EdgeSizes, dimensions: Int, mode: PaddingMode) {
        self.padding = padding.edges(2 * dimensions)
        self.mode = mode
        super.init()
        deferErrors {
            try require(
                self.padding.count == 2 * dimensions, Self.layerName,
                "padding must have \(2 * dimensions) numbers, not \(self.padding.count)")
            try require(
                self.padding.allSatisfy { (-largestOption...largestOption).contains($0) }, Self.layerName,
                "padding must be from \(-largestOption) to \(largestOption), not \(sizeText(self.padding))")
        }
    }

    public override var extraDescription: String { tupleText(padding) }

    /// What a constant padding consists of.
    var fillValue: Double { 0 }

    public func forward(_ input: Tensor) throws -> Tensor {
        try requireInitialized()
        return mode == .zeros ? try pad(input, padding, value: fillValue) : try pad(input, padding, mode: mode)
    }
}

/// What the layers that pad with a constant share.
public class ConstantPaddingLayer: PaddingLayer {
    public let value: Double

    init(_ padding: some EdgeSizes, value: Double, dimensions: Int) {
        self.value = value
        super.init(padding, dimensions: dimensions, mode: .zeros)
    }

    override var fillValue: Double { value }

    public override var extraDescription: String { "padding=\(tupleText(padding)), value=\(value)" }
}
