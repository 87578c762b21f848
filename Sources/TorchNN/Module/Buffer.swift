import Torch

/// A tensor that belongs to a module's state but that training does not change by gradients, such as a running mean or
/// a mask.
///
/// ```swift
/// @Buffer("running_mean") var runningMean: Tensor?
/// @Buffer(isPersistent: false, initially: try Tensor.ones([8, 8]).tril()) var mask: Tensor
/// ```
@propertyWrapper
public struct Buffer<Value: TensorProperty>: SlotHolder {
    let slot: TensorSlot

    /// Creates a buffer with the name of the property. It has no value until you assign one; using it before that
    /// throws an error.
    public init() {
        self.init(isPersistent: true)
    }

    /// Creates a buffer with the name of the property.
    public init(wrappedValue: Value) {
        self.init()
        slot.assign(wrappedValue.optionalTensor)
    }

    /// Creates a buffer with a different name, or a buffer that state dictionaries do not contain.
    ///
    /// It has no value until you assign one; using it before that throws an error.
    ///
    /// - Parameters:
    ///   - name: the name in PyTorch; `nil` uses the name of the property.
    ///   - isPersistent: whether state dictionaries contain it.
    public init(_ name: String? = nil, isPersistent: Bool) {
        slot = TensorSlot(.buffer, name: name, isPersistent: isPersistent, isOptional: Value.isOptional)
    }

    /// Creates a buffer with a different name. It has no value until you assign one; using it before that throws an
    /// error.
    public init(_ name: String) {
        self.init(name, isPersistent: true)
    }

    public var wrappedValue: Value {
        get { Value(optionalTensor: slot.value) }
        nonmutating set { slot.assign(newValue.optionalTensor) }
    }
}

extension Buffer where Value == Tensor {
    /// Creates a buffer with an initial value that does not depend on the initializer's arguments.
    ///
    /// - Parameters:
    ///   - name: the name in state dictionaries; `nil` uses the name of the property.
    ///   - isPersistent: whether state dictionaries contain it.
    ///   - value: creates the value. If this throws, the first use of the module throws the error.
    public init(_ name: String? = nil, isPersistent: Bool = true, initially value: @autoclosure () throws -> Tensor) {
        self.init(name, isPersistent: isPersistent)
        slot.initialize(value)
    }
}
