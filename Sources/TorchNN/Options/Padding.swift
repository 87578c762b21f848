/// The padding that a convolution puts around its input.
public enum Padding: Hashable, Sendable {
    /// A number of elements on each side: one number for each dimension, or one for all.
    case sizes([Int])
    /// As many elements as necessary for the output to have the input's size, with a stride of 1.
    case toSameSize
    /// No padding.
    case nothing
}

/// A type that can represent a padding: a number, a `Pair`, a `Triple`, `.same`, or `.valid`.
public protocol PaddingConvertible {
    var padding: Padding { get }
}

extension Padding: PaddingConvertible {
    public var padding: Padding { self }
}

extension PaddingConvertible where Self == Padding {
    /// As many elements as necessary for the output to have the input's size, with a stride of 1.
    public static var same: Padding { .toSameSize }
    /// No padding.
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

/// The contents of a padding.
public enum PaddingMode: String, CaseIterable, Sendable {
    case zeros
    /// The input mirrored at its edge, without repeating the edge.
    case reflect
    /// The edge, repeated.
    case replicate
    /// The elements from the opposite side.
    case circular
}
