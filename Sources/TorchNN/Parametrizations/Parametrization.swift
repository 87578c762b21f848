import Torch

/// A module that computes a parameter of another module from its own tensors, for `registerParametrization`.
///
/// A layer needs only the conformance. A parametrization with several tensors implements `parametrized(_:)`, and a
/// `rightInverse` that determines how many tensors there are.
/// ```swift
/// final class Symmetric: Module, Layer, Parametrization {
///     func forward(_ x: Tensor) throws -> Tensor { try x.triu() + x.triu(diagonal: 1).t() }
///     func rightInverse(_ value: Tensor) throws -> [Tensor]? { [try value.triu()] }
/// }
///
/// try linear.registerParametrization("weight", Symmetric())
/// ```
public protocol Parametrization: Module {
    /// Computes the parameter from the original tensors.
    func parametrized(_ originals: [Tensor]) throws -> Tensor

    /// Returns original tensors from which the parametrization computes a value; `nil` if it cannot.
    ///
    /// It runs without recording gradients. One tensor is registered as `original`, several as `original0`,
    /// `original1`, …. Without a right inverse, the parameter itself is the original, and nothing can be assigned to
    /// the property.
    func rightInverse(_ value: Tensor) throws -> [Tensor]?
}

extension Parametrization {
    public func rightInverse(_ value: Tensor) throws -> [Tensor]? { nil }
}

extension Parametrization where Self: Layer {
    public func parametrized(_ originals: [Tensor]) throws -> Tensor {
        try require(
            originals.count == 1, Self.layerName,
            "it computes one tensor from one, and stands for \(originals.count): write its parametrized(_:)")
        return try self(originals[0])
    }
}

/// A parametrization that replaces an older way of storing the same tensors.
protocol ReplacingOldKeys {
    /// The endings of the old keys and those of the new ones: `weight_g` is now `parametrizations.weight.original0`.
    var oldKeys: [(ending: String, path: String)] { get }
}
