import Torch

/// A tensor that training changes: a property of a module that optimizers get and state dictionaries hold.
///
/// What is assigned becomes a leaf that requires a gradient and shares the elements. A leaf that requires a gradient
/// stays the same tensor, so that two modules can share it. To freeze a parameter, call `requiresGrad_(false)` on it.
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
/// In an initializer that throws, `weight = try .ones([features])` alone does.
@propertyWrapper
public struct Parameter<Value: TensorProperty>: SlotHolder {
    let slot: TensorSlot

    /// A parameter under the property's name. It has no value until one is assigned. Using it before that throws.
    public init() {
        slot = TensorSlot(.parameter, name: nil, isPersistent: true, isOptional: Value.isOptional)
    }

    /// A parameter under the property's name.
    public init(wrappedValue: Value) {
        self.init()
        slot.assign(wrappedValue.optionalTensor)
    }

    /// A parameter under another name, for which PyTorch has one: `@Parameter("in_proj_weight") var inputWeight:
    /// Tensor`.
    ///
    /// It has no value until one is assigned. Using it before that throws.
    public init(_ name: String) {
        slot = TensorSlot(.parameter, name: name, isPersistent: true, isOptional: Value.isOptional)
    }

    public var wrappedValue: Value {
        get { Value(optionalTensor: slot.value) }
        nonmutating set { slot.assign(newValue.optionalTensor) }
    }
}

extension Parameter where Value == Tensor {
    /// A parameter with a first value that needs nothing from an initializer.
    ///
    /// - Parameters:
    ///   - name: the name in state dictionaries; `nil` is the property's.
    ///   - value: makes the value. The first use of the module throws what this throws.
    public init(_ name: String? = nil, initially value: @autoclosure () throws -> Tensor) {
        slot = TensorSlot(.parameter, name: name, isPersistent: true, isOptional: false)
        slot.initialize(value)
    }
}
