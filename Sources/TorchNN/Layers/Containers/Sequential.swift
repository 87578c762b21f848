import Torch

/// Layers one after the other, each taking what the one before gives. Keys are their numbers: `0.weight`.
///
/// ```swift
/// let network = try Sequential(Linear(784, 128), ReLU(), Linear(128, 10))
/// ```
public final class Sequential: Module, Layer {
    public let layers: [any Layer]

    public init(_ layers: [any Layer]) {
        self.layers = layers
    }

    public convenience init(_ layers: any Layer...) {
        self.init(layers)
    }

    public func callAsFunction(_ input: Tensor) throws -> Tensor {
        try withHooks(input) {
            var x = input
            for layer in layers { x = try layer(x) }
            return x
        }
    }

    override func childNodes() -> [(key: String, node: ModuleNode)] {
        layers.enumerated().map { (key: String($0), node: .module($1)) }
    }
}
