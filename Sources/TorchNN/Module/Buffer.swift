import Torch

/// A tensor that belongs to a module's state, and that training does not change by gradients: a running mean, a mask.
///
/// ```swift
/// @Buffer("running_mean") var runningMean: Tensor?
/// @Buffer(isPersistent: false, initially: try Tensor.ones([8, 8]).tril()) var mask: Tensor
/// ```
@propertyWrapper
public struct Buffer<Value: TensorProperty>: SlotHolder {
    let slot: TensorSlot

    /// A buffer under the property's name. It has no value until one is assigned. Using it before that throws.
    public init() {
        self.init(isPersistent: true)
    }

    /// A buffer under the property's name.
    public init(wrappedValue: Value) {
        self.init()
        slot.assign(wrappedValue.optionalTensor)
    }

    /// A buffer under another name, or one that state dictionaries leave out.
    ///
    /// It has no value until one is assigned. Using it before that throws.
    /// - Parameters:
    ///   - name: the name in PyTorch; `nil` is the property's.
    ///   - isPersistent: whether state dictionaries have it.
    public init(_ name: String? = nil, isPersistent: Bool) {
        slot = TensorSlot(.buffer, name: name, isPersistent: isPersistent, isOptional: Value.isOptional)
    }

    /// A buffer under another name. It has no value until one is assigned. Using it before that throws.
    public init(_ name: String) {
        self.init(name, isPersistent: true)
    }

    public var wrappedValue: Value {
        get { Value(optionalTensor: slot.value) }
        nonmutating set { slot.assign(newValue.optionalTensor) }
    }
}

extension Buffer where Value == Tensor {
    /// A buffer with a first value that needs nothing from an initializer.
    ///
    /// - Parameters:
    ///   - name: the name in state dictionaries; `nil` is the property's.
    ///   - isPersistent: whether state dictionaries have it.
    ///   - value: makes the value. The first use of the module throws what this throws.
    public init(_ name: String? = nil, isPersistent: Bool = true, initially value: @autoclosure () throws -> Tensor) {
        self.init(name, isPersistent: isPersistent)
        slot.initialize(value)
    }
}
