import Torch

/// Parameters by name, in the order in which they were added: `gains.left`.
///
/// ```swift
/// let gains: ParameterDict = ["left": try Tensor.ones([8]), "right": try Tensor.ones([8])]
/// if let gain = gains["left"] { x = try x * gain }
/// ```
/// A tensor becomes a parameter in the same way as one that you assign to a `@Parameter`.
public final class ParameterDict: Module, Sequence, ExpressibleByDictionaryLiteral {
    private var slots: [(key: String, slot: TensorSlot)] = []

    /// If a name occurs several times, the last of its parameters is used.
    public init(_ elements: [(String, Tensor)] = []) {
        super.init()
        for (name, parameter) in elements { self[name] = parameter }
    }

    public convenience init(dictionaryLiteral elements: (String, Tensor)...) {
        self.init(elements)
    }

    public var count: Int { slots.count }
    public var names: [String] { slots.map(\.key) }

    /// The parameters with their names.
    public var elements: [(name: String, parameter: Tensor)] {
        slots.map { (name: $0.key, parameter: $0.slot.value ?? .undefined) }
    }

    /// The parameter with a name; assigning `nil` removes it.
    public subscript(name: String) -> Tensor? {
        get { slots.first { $0.key == name }?.slot.value }
        set {
            let position = slots.firstIndex { $0.key == name }
            switch (position, newValue) {
            case (let position?, let parameter?): slots[position].slot.assign(parameter)
            case (let position?, nil): slots.remove(at: position)
            case (nil, let parameter?):
                let slot = TensorSlot(.parameter, name: nil, isPersistent: true, isOptional: false)
                slot.assign(parameter)
                slots.append((key: name, slot: slot))
            case (nil, nil): break
            }
        }
    }

    public func makeIterator() -> IndexingIterator<[(name: String, parameter: Tensor)]> {
        elements.makeIterator()
    }

    override var parameterSlots: [(key: String, slot: TensorSlot)] { slots }

    public override var extraDescription: String {
        slots.map { parameterLine($0.key, $0.slot, type: legacyTypeName) }.joined(separator: "\n")
    }
}

/// The name that a tensor's type had before PyTorch 0.4, which a dictionary of parameters still prints.
private func legacyTypeName(_ tensor: Tensor) -> String {
    let names: [DType: String] = [
        .float32: "FloatTensor", .float64: "DoubleTensor", .float16: "HalfTensor", .bfloat16: "BFloat16Tensor",
        .complex64: "ComplexFloatTensor", .complex128: "ComplexDoubleTensor",
    ]
    let name = names[tensor.dtype] ?? "Tensor"
    return tensor.device == .cpu ? "torch.\(name)" : "torch.\(tensor.device.kind).\(name)"
}
