/// A size for each spatial dimension: an `Int` for one, a `Pair` for two, a `Triple` for three.
public protocol SpatialSize: Hashable, Sendable {
    /// One number for each dimension, in the order of the dimensions.
    var sizes: [Int] { get }
}

extension Int: SpatialSize {
    public var sizes: [Int] { [self] }
}

/// Two sizes, for the height and the width: of a kernel, a stride, a padding.
///
/// If both are the same, you can write the number: `kernelSize: 3`, `kernelSize: Pair(3, 5)`.
public struct Pair: SpatialSize {
    public let height: Int
    public let width: Int

    public init(_ height: Int, _ width: Int) {
        self.height = height
        self.width = width
    }

    public var sizes: [Int] { [height, width] }
}

extension Pair: CustomStringConvertible {
    public var description: String { tupleText(sizes) }
}

/// A type that can represent two sizes: a `Pair`, or one number for both.
public protocol PairConvertible {
    var pair: Pair { get }
}

extension Pair: PairConvertible {
    public var pair: Pair { self }
}

extension Int: PairConvertible {
    public var pair: Pair { Pair(self, self) }
}

/// Three sizes, for the depth, the height, and the width: of a kernel, a stride, a padding.
///
/// If all are the same, you can write the number: `kernelSize: 3`, `kernelSize: Triple(1, 3, 3)`.
public struct Triple: SpatialSize {
    public let depth: Int
    public let height: Int
    public let width: Int

    public init(_ depth: Int, _ height: Int, _ width: Int) {
        self.depth = depth
        self.height = height
        self.width = width
    }

    public var sizes: [Int] { [depth, height, width] }
}

extension Triple: CustomStringConvertible {
    public var description: String { tupleText(sizes) }
}

/// A type that can represent three sizes: a `Triple`, or one number for all.
public protocol TripleConvertible {
    var triple: Triple { get }
}

extension Triple: TripleConvertible {
    public var triple: Triple { self }
}

extension Int: TripleConvertible {
    public var triple: Triple { Triple(self, self, self) }
}
