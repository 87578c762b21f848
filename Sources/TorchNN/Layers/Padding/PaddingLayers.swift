import Torch

/// Puts zeros around sequences.
public final class ZeroPad1d: PaddingLayer {
    /// - Parameter padding: one number, or two: left and right.
    /// - Throws: `TorchError` for another count of numbers.
    public init(_ padding: some EdgeSizes) throws {
        try super.init(padding, dimensions: 1, mode: .zeros)
    }
}

/// Puts zeros around images.
public final class ZeroPad2d: PaddingLayer {
    /// - Parameter padding: one number, or four: left, right, top and bottom.
    /// - Throws: `TorchError` for another count of numbers.
    public init(_ padding: some EdgeSizes) throws {
        try super.init(padding, dimensions: 2, mode: .zeros)
    }
}

/// Puts zeros around volumes.
public final class ZeroPad3d: PaddingLayer {
    /// - Parameter padding: one number, or six: left, right, top, bottom, front and back.
    /// - Throws: `TorchError` for another count of numbers.
    public init(_ padding: some EdgeSizes) throws {
        try super.init(padding, dimensions: 3, mode: .zeros)
    }
}

/// Puts a constant around sequences.
public final class ConstantPad1d: ConstantPaddingLayer {
    /// - Parameter padding: one number, or two: left and right.
    /// - Throws: `TorchError` for another count of numbers.
    public init(_ padding: some EdgeSizes, value: Double) throws {
        try super.init(padding, value: value, dimensions: 1)
    }
}

/// Puts a constant around images.
public final class ConstantPad2d: ConstantPaddingLayer {
    /// - Parameter padding: one number, or four: left, right, top and bottom.
    /// - Throws: `TorchError` for another count of numbers.
    public init(_ padding: some EdgeSizes, value: Double) throws {
        try super.init(padding, value: value, dimensions: 2)
    }
}

/// Puts a constant around volumes.
public final class ConstantPad3d: ConstantPaddingLayer {
    /// - Parameter padding: one number, or six: left, right, top, bottom, front and back.
    /// - Throws: `TorchError` for another count of numbers.
    public init(_ padding: some EdgeSizes, value: Double) throws {
        try super.init(padding, value: value, dimensions: 3)
    }
}

/// Puts around sequences what they show mirrored at the edge, the edge not repeated.
public final class ReflectionPad1d: PaddingLayer {
    /// - Parameter padding: one number, or two: left and right.
    /// - Throws: `TorchError` for another count of numbers.
    public init(_ padding: some EdgeSizes) throws {
        try super.init(padding, dimensions: 1, mode: .reflect)
    }
}

/// Puts around images what they show mirrored at the edge, the edge not repeated.
public final class ReflectionPad2d: PaddingLayer {
    /// - Parameter padding: one number, or four: left, right, top and bottom.
    /// - Throws: `TorchError` for another count of numbers.
    public init(_ padding: some EdgeSizes) throws {
        try super.init(padding, dimensions: 2, mode: .reflect)
    }
}

/// Puts around volumes what they show mirrored at the edge, the edge not repeated.
public final class ReflectionPad3d: PaddingLayer {
    /// - Parameter padding: one number, or six: left, right, top, bottom, front and back.
    /// - Throws: `TorchError` for another count of numbers.
    public init(_ padding: some EdgeSizes) throws {
        try super.init(padding, dimensions: 3, mode: .reflect)
    }
}

/// Repeats the edges of sequences around them.
public final class ReplicationPad1d: PaddingLayer {
    /// - Parameter padding: one number, or two: left and right.
    /// - Throws: `TorchError` for another count of numbers.
    public init(_ padding: some EdgeSizes) throws {
        try super.init(padding, dimensions: 1, mode: .replicate)
    }
}

/// Repeats the edges of images around them.
public final class ReplicationPad2d: PaddingLayer {
    /// - Parameter padding: one number, or four: left, right, top and bottom.
    /// - Throws: `TorchError` for another count of numbers.
    public init(_ padding: some EdgeSizes) throws {
        try super.init(padding, dimensions: 2, mode: .replicate)
    }
}

/// Repeats the edges of volumes around them.
public final class ReplicationPad3d: PaddingLayer {
    /// - Parameter padding: one number, or six: left, right, top, bottom, front and back.
    /// - Throws: `TorchError` for another count of numbers.
    public init(_ padding: some EdgeSizes) throws {
        try super.init(padding, dimensions: 3, mode: .replicate)
    }
}

/// Puts around sequences what stands at their other side.
public final class CircularPad1d: PaddingLayer {
    /// - Parameter padding: one number, or two: left and right.
    /// - Throws: `TorchError` for another count of numbers.
    public init(_ padding: some EdgeSizes) throws {
        try super.init(padding, dimensions: 1, mode: .circular)
    }
}

/// Puts around images what stands at their other side.
public final class CircularPad2d: PaddingLayer {
    /// - Parameter padding: one number, or four: left, right, top and bottom.
    /// - Throws: `TorchError` for another count of numbers.
    public init(_ padding: some EdgeSizes) throws {
        try super.init(padding, dimensions: 2, mode: .circular)
    }
}

/// Puts around volumes what stands at their other side.
public final class CircularPad3d: PaddingLayer {
    /// - Parameter padding: one number, or six: left, right, top, bottom, front and back.
    /// - Throws: `TorchError` for another count of numbers.
    public init(_ padding: some EdgeSizes) throws {
        try super.init(padding, dimensions: 3, mode: .circular)
    }
}
