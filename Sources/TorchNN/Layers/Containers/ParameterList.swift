import Torch

/// Parameters in a list, with their indices as keys: `weights.0`.
///
/// ```swift
/// let weights = ParameterList(try (0..<4).map { _ in try Tensor.randn([8, 8]) })
/// for weight in weights { x = try x.matmul(weight) }
/// ```
/// A tensor becomes a parameter in the same way as one that you assign to a `@Parameter`.
public final class ParameterList: Module, Sequence, ExpressibleByArrayLiteral {
    private var slots: [TensorSlot] = []

    public init(_ elements: [Tensor] = []) {
        super.init()
        append(contentsOf: elements)
    }

    public convenience init(arrayLiteral elements: Tensor...) {
        self.init(elements)
    }

    /// The parameters in order. Assigning makes a list of other parameters, which optimizers do not know.
    public var elements: [Tensor] {
        get { slots.map { $0.value ?? .undefined } }
        set {
            slots = []
            append(contentsOf: newValue)
        }
    }

    public var count: Int { slots.count }

    public subscript(position: Int) -> Tensor {
        get { slots[position].value ?? .undefined }
        set { slots[position].assign(newValue) }
    }

    public func append(_ parameter: Tensor) {
        let slot = TensorSlot(.parameter, name: nil, isPersistent: true, isOptional: false)
        slot.assign(parameter)
        slots.append(slot)
    }

    public func append(contentsOf parameters: some Sequence<Tensor>) {
        for parameter in parameters { append(parameter) }
    }

    public func makeIterator() -> IndexingIterator<[Tensor]> {
        elements.makeIterator()
    }

    override var parameterSlots: [(key: String, slot: TensorSlot)] {
        slots.enumerated().map { (key: String($0), slot: $1) }
    }

    public override var extraDescription: String {
        slots.enumerated().map { parameterLine(String($0), $1) { "torch.\($0.dtype)" } }.joined(separator: "\n")
    }
}

/// A parameter as PyTorch prints it in a list.
func parameterLine(_ key: String, _ slot: TensorSlot, type: (Tensor) -> String) -> String {
    guard let tensor = slot.tensor else { return "  (\(key)): parametrized" }
    let size = tensor.shape.map(String.init).joined(separator: "x")
    let device = tensor.device == .cpu ? "" : " (\(tensor.device))"
    return "  (\(key)): Parameter containing: [\(type(tensor)) of size \(size)\(device)]"
}
