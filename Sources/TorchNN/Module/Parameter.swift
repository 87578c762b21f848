import Torch

/// A tensor that training changes: a property of a module that optimisers get and state dictionaries hold.
///
/// What is assigned becomes a leaf that requires a gradient and shares the elements; a leaf that requires one stays the
/// same tensor, so that two modules can share it. To freeze a parameter, call `requiresGrad_(false)` on it.
///
/// ```swift
/// final class Scale: Module, Layer {
///     @Parameter var weight: Tensor
///     @Parameter var bias: Tensor?            // may be nil: then it is no parameter
///
///     init(_ features: Int) throws {
///         weight = try Tensor.ones([features])
///         bias = nil
///     }
///
///     func callAsFunction(_ input: Tensor) throws -> Tensor { try input * weight }
/// }
/// ```
@propertyWrapper
public struct Parameter<Value: TensorProperty>: SlotHolder {
    let slot: TensorSlot

    /// A parameter under the property's name.
    public init(wrappedValue: Value) {
        slot = TensorSlot(.parameter, name: nil, isPersistent: true, isOptional: Value.isOptional)
        slot.assign(wrappedValue.optionalTensor)
    }

    /// A parameter under another name, for which PyTorch has one: `@Parameter("in_proj_weight") var inputWeight: Tensor`.
    ///
    /// It has no value until one is assigned (in an initialiser: after `super.init`). Using it before throws.
    public init(_ name: String) {
        slot = TensorSlot(.parameter, name: name, isPersistent: true, isOptional: Value.isOptional)
    }

    public var wrappedValue: Value {
        get { Value(optionalTensor: slot.value) }
        nonmutating set { slot.assign(newValue.optionalTensor) }
    }
}
