import Torch

/// Layers that are applied one after the other, each to the output of the previous one. Their keys are their indices:
/// `0.weight`.
///
/// ```swift
/// let network = Sequential { Linear(784, 128); ReLU(); Linear(128, 10) }
/// let deep = Sequential {
///     Linear(784, 128)
///     for _ in 0..<depth {
///         Linear(128, 128)
///         if usesDropout { Dropout(p: 0.1) }
///         ReLU()
///     }
///     Linear(128, 10)
/// }
/// ```
public final class Sequential: Module, Layer, Sequence {
    public let layers: [any Layer]

    /// Creates a sequence from the layers in a closure, which may contain `if`, `switch`, and `for`.
    ///
    /// - Throws: any error from the closure.
    public init(@LayerBuilder _ layers: () throws -> [any Layer]) rethrows {
        self.layers = try layers()
        super.init()
    }

    public init(_ layers: [any Layer]) {
        self.layers = layers
    }

    public convenience init(_ layers: any Layer...) {
        self.init(layers)
    }

    public var count: Int { layers.count }

    public subscript(position: Int) -> any Layer { layers[position] }

    /// Some of the layers as a separate sequence, which shares their weights: `network[..<3]`.
    public subscript(range: some RangeExpression<Int>) -> Sequential {
        Sequential(Array(layers[range.relative(to: layers)]))
    }

    public func makeIterator() -> IndexingIterator<[any Layer]> {
        layers.makeIterator()
    }

    public func forward(_ input: Tensor) throws -> Tensor {
        var x = input
        for layer in layers { x = try layer(x) }
        return x
    }

    override func childNodes() -> [(key: String, node: ModuleNode)] {
        layers.enumerated().map { (key: String($0), node: .module($1)) }
    }
}

/// Collects the layers in a closure, for `Sequential { … }`.
@resultBuilder
public enum LayerBuilder {
    public static func buildExpression(_ layer: any Layer) -> [any Layer] { [layer] }
    public static func buildExpression(_ layers: [any Layer]) -> [any Layer] { layers }
    public static func buildBlock(_ parts: [any Layer]...) -> [any Layer] { parts.flatMap(\.self) }
    public static func buildOptional(_ part: [any Layer]?) -> [any Layer] { part ?? [] }
    public static func buildEither(first part: [any Layer]) -> [any Layer] { part }
    public static func buildEither(second part: [any Layer]) -> [any Layer] { part }
    public static func buildArray(_ parts: [[any Layer]]) -> [any Layer] { parts.flatMap(\.self) }
    public static func buildLimitedAvailability(_ part: [any Layer]) -> [any Layer] { part }
}
