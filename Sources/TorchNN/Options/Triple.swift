/// Three sizes, for the depth, the height and the width: of a kernel, a stride, a padding.
///
/// Where all are one number, that number serves: `kernelSize: 3`, `kernelSize: Triple(1, 3, 3)`.
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

/// What serves as three sizes: a `Triple`, or one number for all.
public protocol TripleConvertible {
    var triple: Triple { get }
}

extension Triple: TripleConvertible {
    public var triple: Triple { self }
}

extension Int: TripleConvertible {
    public var triple: Triple { Triple(self, self, self) }
}
