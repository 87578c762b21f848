/// How much a convolution puts around its input.
public enum Padding: Hashable, Sendable {
    /// So much on each side: one number for each dimension, or one for all.
    case sizes([Int])
    /// So much that the output has the input's size; for a stride of 1.
    case toSameSize
    /// Nothing.
    case nothing
}

/// What serves as a padding: a number, a `Pair`, a `Triple`, `.same` or `.valid`.
public protocol PaddingConvertible {
    var padding: Padding { get }
}

extension Padding: PaddingConvertible {
    public var padding: Padding { self }
}

extension PaddingConvertible where Self == Padding {
    /// So much that the output has the input's size; for a stride of 1.
    public static var same: Padding { .toSameSize }
    /// Nothing.
    public static var valid: Padding { .nothing }
}

extension Int: PaddingConvertible {
    public var padding: Padding { .sizes([self]) }
}

extension Pair: PaddingConvertible {
    public var padding: Padding { .sizes(sizes) }
}

extension Triple: PaddingConvertible {
    public var padding: Padding { .sizes(sizes) }
}
