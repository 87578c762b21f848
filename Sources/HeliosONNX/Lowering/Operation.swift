import Torch
import TorchScript

/// One operation of a trace, as the tables that lower it see it.
struct Operation {
    let lowering: Lowering
    let node: TracedGraph.Node

    init(_ lowering: Lowering, _ node: TracedGraph.Node) {
        (self.lowering, self.node) = (lowering, node)
    }

    // MARK: Inputs, by their names in PyTorch's schema

    private func value(_ name: String) throws -> Int {
        guard let place = node.inputNames.firstIndex(of: name) else {
            throw ONNXExportError("this form of the operation, without \(name), cannot be exported")
        }
        return node.inputs[place]
    }

    /// What is known of an input; `nil` if there is no such input, or if it depends on the graph's inputs.
    func known(_ name: String) throws -> ScriptValue? {
        guard node.inputNames.contains(name) else { return nil }
        return try lowering.known(value(name))
    }

    /// Whether an optional input is given.
    func has(_ name: String) throws -> Bool {
        guard node.inputNames.contains(name) else { return false }
        if case .none? = try known(name) { return false }
        return true
    }

    /// Whether an input is a tensor, and no number.
    func isTensor(_ name: String) throws -> Bool {
        guard node.inputNames.contains(name) else { return false }
        if let known = try known(name) { return known.tensor != nil }
        return try lowering.graph.dtype(value(name)) != nil
    }

    func tensor(_ name: String) throws -> String {
        try lowering.tensor(value(name))
    }

    func optionalTensor(_ name: String) throws -> String? {
        try has(name) ? tensor(name) : nil
    }

    /// The tensors of a list.
    func tensors(_ name: String) throws -> [String] {
        try elements(name).map { try $0.name() }
    }

    /// A tensor of a list.
    struct Element {
        let name: () throws -> String
        let dtype: DType?
    }

    func elements(_ name: String) throws -> [Element] {
        let list = try value(name)
        if let elements = lowering.lists[list] {
            return try elements.map { element in
                let dtype = try lowering.known(element)?.tensor?.dtype ?? lowering.graph.dtype(element)
                return Element(name: { try lowering.tensor(element) }, dtype: dtype)
            }
        }
        guard case .list(let values)? = try lowering.known(list) else {
            throw ONNXExportError("the list \(name) is not known")
        }
        return try values.map { value in
            guard let tensor = value.tensor else { throw ONNXExportError("the list \(name) has no tensors") }
            return Element(name: { try lowering.builder.initializer(tensor) }, dtype: tensor.dtype)
        }
    }

    func number(_ name: String, default standard: Double? = nil) throws -> Double {
        switch try known(name) {
        case .integer(let value): return Double(value)
        case .real(let value): return value
        case .boolean(let value): return value ? 1 : 0
        case .tensor(let tensor) where tensor.count == 1: return try tensor.to(.float64).item()
        default:
            if let standard, try !has(name) { return standard }
            throw ONNXExportError("its argument \(name) must not depend on the network's inputs")
        }
    }

    func integer(_ name: String, default standard: Int? = nil) throws -> Int {
        if case .integer(let value)? = try known(name) { return value }
        if let standard, try !has(name) { return standard }
        throw ONNXExportError("its argument \(name) must not depend on the network's inputs or on a dynamic axis")
    }

    func boolean(_ name: String, default standard: Bool = false) throws -> Bool {
        if case .boolean(let value)? = try known(name) { return value }
        return standard
    }

    func string(_ name: String) throws -> String? {
        if case .string(let value)? = try known(name) { value } else { nil }
    }

    /// A list of integers, or a single integer as a list; empty if the input is missing.
    func integers(_ name: String) throws -> [Int] {
        switch try known(name) {
        case .list(let elements):
            return try elements.map {
                guard case .integer(let value) = $0 else { throw ONNXExportError("\(name) is no list of integers") }
                return value
            }
        case .integer(let value): return [value]
        default:
            if try !has(name) { return [] }
            throw ONNXExportError("its argument \(name) must not depend on a dynamic axis")
        }
    }

    /// Sizes as a tensor of integers in one dimension, some of which may depend on dynamic axes.
    func sizes(_ name: String) throws -> String {
        guard let elements = lowering.lists[try value(name)] else { return try constant(integers(name)) }
        let parts = try elements.map { try size(of: $0, name) }
        return parts.count == 1 ? parts[0] : emit("Concat", parts, .int("axis", 0))
    }

    /// How many sizes there are.
    func sizeCount(_ name: String) throws -> Int {
        try lowering.lists[value(name)]?.count ?? integers(name).count
    }

    /// The sizes that are known; `nil` for those that depend on dynamic axes.
    func fixedSizes(_ name: String) throws -> [Int?] {
        guard let elements = lowering.lists[try value(name)] else { return try integers(name) }
        return try elements.map { if case .integer(let value)? = try lowering.known($0) { value } else { nil } }
    }

    /// One number as a tensor in one dimension.
    func size(_ name: String, default standard: Int) throws -> String {
        try has(name) ? size(of: value(name), name) : constant([standard])
    }

    private func size(of value: Int, _ name: String) throws -> String {
        if let size = try lowering.size(value) { return size }
        if case .integer(let value)? = try lowering.known(value) { return try constant([value]) }
        throw ONNXExportError("its argument \(name) is no size")
    }

    // MARK: What the trace knows of tensors

    func dtype(_ name: String) throws -> DType {
        let value = try value(name)
        if let tensor = try lowering.known(value)?.tensor { return tensor.dtype }
        guard let dtype = lowering.graph.dtype(value) else { throw ONNXExportError("the type of \(name) is not known") }
        return dtype
    }

    /// The type of the result.
    func resultType(_ index: Int = 0) throws -> DType {
        guard let dtype = lowering.graph.dtype(node.outputs[index]) else {
            throw ONNXExportError("the type of its result is not known")
        }
        return dtype
    }

    /// The shape in the traced call, in which a dynamic axis has one size of many.
    private func tracedShape(_ name: String) throws -> [Int] {
        let value = try value(name)
        if let tensor = try lowering.known(value)?.tensor { return tensor.shape }
        guard let shape = lowering.graph.shape(value) else {
            throw ONNXExportError("the shape of \(name) is not known")
        }
        return shape
    }

    func rank(_ name: String) throws -> Int {
        try tracedShape(name).count
    }

    var resultRank: Int {
        lowering.graph.shape(node.outputs[0])?.count ?? 0
    }

    /// The size of a dimension, which must not be a dynamic axis.
    func fixedSize(_ name: String, _ dim: Int) throws -> Int {
        let shape = try tracedShape(name)
        let dim = dim < 0 ? dim + shape.count : dim
        guard shape.indices.contains(dim) else { throw ONNXExportError("there is no dimension \(dim)") }
        if try lowering.known(value(name)) == nil, try !lowering.isFixed(value(name), dim) {
            throw ONNXExportError("its dimension \(dim) must not depend on a dynamic axis")
        }
        return shape[dim]
    }

    /// The size of a dimension of the result, which must not be a dynamic axis.
    func fixedResultSize(_ dim: Int) throws -> Int {
        guard let shape = lowering.graph.shape(node.outputs[0]), lowering.isFixed(node.outputs[0], dim) else {
            throw ONNXExportError("its result's dimension \(dim) must not depend on a dynamic axis")
        }
        return shape[dim]
    }

    /// A dimension counted from the start.
    func dimension(_ name: String, of tensor: String = "self", default standard: Int? = nil) throws -> Int {
        let dim = try integer(name, default: standard)
        return dim < 0 ? dim + max(try rank(tensor), 1) : dim
    }

    // MARK: Output

    func emit(_ type: String, _ inputs: [String?], _ attributes: Attribute...) -> String {
        lowering.builder.emit(type, inputs, attributes, outputs: 1)[0]
    }

    func emit(_ type: String, _ inputs: String..., attributes: [Attribute] = []) -> String {
        lowering.builder.emit(type, inputs, attributes, outputs: 1)[0]
    }

    func emitAll(_ type: String, _ inputs: [String?], _ attributes: [Attribute], outputs: Int) -> [String] {
        lowering.builder.emit(type, inputs, attributes, outputs: outputs)
    }

    /// Sizes or dimensions.
    func constant(_ values: [Int]) throws -> String {
        try lowering.builder.constant(values)
    }

    func constant(_ value: Double, _ dtype: DType) throws -> String {
        try lowering.builder.constant([value], shape: [], dtype)
    }

    func cast(_ name: String, from: DType, to dtype: DType) throws -> String {
        if from == dtype { return name }
        return try cast(name, to: dtype)
    }

    func cast(_ name: String, to dtype: DType) throws -> String {
        guard let number = dtype.onnx else { throw ONNXExportError("ONNX has no type \(dtype)") }
        return emit("Cast", [name], .int("to", Int(number)))
    }

    /// A tensor, or a number as one, of a type.
    func operand(_ name: String, as dtype: DType) throws -> String {
        if try isTensor(name) { return try cast(tensor(name), from: self.dtype(name), to: dtype) }
        return try constant(number(name), dtype)
    }

    func transpose(_ name: String, _ permutation: [Int]) -> String {
        permutation == Array(permutation.indices) ? name : emit("Transpose", [name], .ints("perm", permutation))
    }

    func reshape(_ name: String, _ shape: [Int]) throws -> String {
        emit("Reshape", name, try constant(shape))
    }

    func unsqueeze(_ name: String, _ dims: [Int]) throws -> String {
        emit("Unsqueeze", name, try constant(dims))
    }

    func squeeze(_ name: String, _ dims: [Int]) throws -> String {
        emit("Squeeze", name, try constant(dims))
    }

    /// A part of a dimension.
    func slice(_ name: String, _ dim: Int, _ start: Int, _ end: Int) throws -> String {
        emit("Slice", name, try constant([start]), try constant([end]), try constant([dim]))
    }
}
