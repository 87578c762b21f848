import Torch

/// A tensor that belongs to a module's state, and that training does not change by gradients: a running mean, a mask.
///
/// ```swift
/// @Buffer("running_mean") var runningMean: Tensor?
/// @Buffer var mask: Tensor
/// ```
@propertyWrapper
public struct Buffer<Value: TensorProperty>: SlotHolder {
    let slot: TensorSlot

    /// A buffer under the property's name.
    public init(wrappedValue: Value) {
        slot = TensorSlot(.buffer, name: nil, isPersistent: true, isOptional: Value.isOptional)
        slot.assign(wrappedValue.optionalTensor)
    }

    /// A buffer under another name, or one that state dictionaries leave out.
    ///
    /// It has no value until one is assigned (in an initialiser: after `super.init`). Using it before throws.
    /// - Parameters:
    ///   - name: the name in PyTorch; the property's where nil.
    ///   - isPersistent: whether state dictionaries have it.
    public init(_ name: String? = nil, isPersistent: Bool) {
        slot = TensorSlot(.buffer, name: name, isPersistent: isPersistent, isOptional: Value.isOptional)
    }

    /// A buffer under another name. It has no value until one is assigned.
    public init(_ name: String) {
        self.init(name, isPersistent: true)
    }

    public var wrappedValue: Value {
        get { Value(optionalTensor: slot.value) }
        nonmutating set { slot.assign(newValue.optionalTensor) }
    }
}
