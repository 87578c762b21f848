/// A size for each spatial dimension: an `Int` for one, a `Pair` for two, a `Triple` for three.
public protocol SpatialSize: Hashable, Sendable {
    /// One number for each dimension, the last dimension's last.
    var sizes: [Int] { get }
}

extension Int: SpatialSize {
    public var sizes: [Int] { [self] }
}
