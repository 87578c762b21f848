import Torch

/// A tensor that training changes. It is a property of a module that optimizers receive and state dictionaries contain.
///
/// An assigned tensor becomes a leaf that requires a gradient and shares the elements of the original. If the tensor
/// already is such a leaf, it remains the same tensor, so that two modules can share it. To freeze a parameter, call
/// `requiresGrad_(false)` on it.
///
/// ```swift
/// final class Scale: Module, Layer {
///     @Parameter(initially: try .ones([1])) var gain: Tensor
///     @Parameter var weight: Tensor
///     @Parameter var bias: Tensor?            // may be nil: then it is no parameter
///
///     init(_ features: Int) {
///         super.init()
///         deferErrors { weight = try .ones([features]) }
///     }
///
///     func forward(_ input: Tensor) throws -> Tensor { try input * weight * gain }
/// }
/// ```
/// In an initializer that throws, you only need `weight = try .ones([features])`.
@propertyWrapper
public struct Parameter<Value: TensorProperty>: SlotHolder {
    let slot: TensorSlot

    /// Creates a parameter with the name of the property. It has no value until you assign one; using it before that
    /// throws an error.
    public init() {
        slot = TensorSlot(.parameter, name: nil, isPersistent: true, isOptional: Value.isOptional)
    }

    /// Creates a parameter with the name of the property.
    public init(wrappedValue: Value) {
        self.init()
        slot.assign(wrappedValue.optionalTensor)
    }

    /// Creates a parameter with a different name, such as PyTorch's: `@Parameter("in_proj_weight") var inputWeight:
    /// Tensor`.
    ///
    /// It has no value until you assign one; using it before that throws an error.
    public init(_ name: String) {
        slot = TensorSlot(.parameter, name: name, isPersistent: true, isOptional: Value.isOptional)
    }

    public var wrappedValue: Value {
        get { Value(optionalTensor: slot.value) }
        nonmutating set { slot.assign(newValue.optionalTensor) }
    }
}

extension Parameter where Value == Tensor {
    /// Creates a parameter with an initial value that does not depend on the initializer's arguments.
    ///
    /// - Parameters:
    ///   - name: the name in state dictionaries; `nil` uses the name of the property.
    ///   - value: creates the value. If this throws, the first use of the module throws the error.
    public init(_ name: String? = nil, initially value: @autoclosure () throws -> Tensor) {
        slot = TensorSlot(.parameter, name: name, isPersistent: true, isOptional: false)
        slot.initialize(value)
    }
}
