/// Two sizes, for the height and the width: of a kernel, a stride, a padding.
///
/// Where both are one number, that number serves: `kernelSize: 3`, `kernelSize: Pair(3, 5)`.
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

/// What serves as two sizes: a `Pair`, or one number for both.
public protocol PairConvertible {
    var pair: Pair { get }
}

extension Pair: PairConvertible {
    public var pair: Pair { self }
}

extension Int: PairConvertible {
    public var pair: Pair { Pair(self, self) }
}
