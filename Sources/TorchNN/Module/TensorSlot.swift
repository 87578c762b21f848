import Torch

/// The place in which a module keeps one tensor: what `@Parameter` and `@Buffer` share.
///
/// A reference, so that a module can be looked through once and what is assigned later is still seen.
package final class TensorSlot {
    package enum Kind {
        case parameter, buffer
    }

    let kind: Kind
    /// The name in state dictionaries; `nil` is the property's.
    let name: String?
    /// Whether state dictionaries have it.
    let isPersistent: Bool
    /// Whether the property can be nil.
    let isOptional: Bool

    /// The tensor that is kept here; `nil` if nothing is assigned, or if the value is parametrized.
    package private(set) var tensor: Tensor?
    /// What computes the value from tensors of its own; `nil` if the tensor itself is the value.
    private(set) var parametrization: ParametrizationList?
    /// Why the first value could not be made; `nil` if it was, or if another one is assigned.
    private(set) var failure: (any Error)?

    init(_ kind: Kind, name: String?, isPersistent: Bool, isOptional: Bool) {
        self.kind = kind
        self.name = name
        self.isPersistent = isPersistent
        self.isOptional = isOptional
    }

    /// What reading the property gives: the tensor, or what the parametrization computes.
    var value: Tensor? {
        guard let parametrization else { return tensor }
        return parametrization.currentValue()
    }

    /// Whether there is a value, without computing it.
    var hasValue: Bool { tensor != nil || parametrization != nil }

    /// Lets a parametrization compute the value from now on.
    func parametrize(by list: ParametrizationList) {
        tensor = nil
        parametrization = list
    }

    /// Ends the parametrization, and keeps a tensor as it is: frozen if it is frozen.
    func unparametrize(keeping tensor: Tensor) {
        parametrization = nil
        self.tensor = tensor
    }

    /// Keeps a tensor as it is: frozen if it is frozen.
    func keep(_ tensor: Tensor) {
        self.tensor = tensor
    }

    /// Keeps a first value, or what making it failed with.
    func initialize(_ value: () throws -> Tensor) {
        do { assign(try value()) } catch { failure = error }
    }

    func assign(_ value: Tensor?) {
        Capture.noteChange()
        failure = nil
        if let parametrization {
            parametrization.assign(value)
            return
        }
        guard let value, value.isDefined else {
            tensor = nil
            return
        }
        tensor = kind == .parameter ? Self.parameter(value) : value
    }

    /// The tensor itself if it is a leaf with a gradient, so that two modules can share it; else a leaf that shares its
    /// elements.
    private static func parameter(_ value: Tensor) -> Tensor {
        if value.requiresGrad && value.isLeaf { return value }
        // A setter cannot throw. This fails for integers, which have no gradients: they are kept without.
        return (try? value.asParameter()) ?? value
    }
}

/// The types that a parameter or buffer can have: `Tensor`, or `Tensor?` for one that a module may lack.
public protocol TensorProperty {
    static var isOptional: Bool { get }
    var optionalTensor: Tensor? { get }
    init(optionalTensor: Tensor?)
}

extension Tensor: TensorProperty {
    public static var isOptional: Bool { false }
    public var optionalTensor: Tensor? { self }

    /// The tensor; if there is none, one that every operation refuses.
    public init(optionalTensor: Tensor?) {
        self = optionalTensor ?? .undefined
    }
}

extension Optional: TensorProperty where Wrapped == Tensor {
    public static var isOptional: Bool { true }
    public var optionalTensor: Tensor? { self }

    public init(optionalTensor: Tensor?) {
        self = optionalTensor
    }
}

/// A stored property of a module that keeps a tensor, as reflection finds it.
protocol SlotHolder {
    var slot: TensorSlot { get }
}
