import Torch
import TorchScript
import TorchSerialization

/// Turns the graph of a trace into one of ONNX.
final class Lowering {
    let builder: GraphBuilder
    let graph: TracedGraph
    /// The same network traced with other sizes: each dynamic axis alone, and then all together.
    private let others: [TracedGraph]
    private let axes: [DynamicAxis]
    private let inputNames: [String]

    /// The ONNX names of values that depend on the inputs.
    private var names: [Int: String] = [:]
    /// Lists that have an element which depends on the inputs.
    private(set) var lists: [Int: [Int]] = [:]
    /// Numbers that depend on the sizes of dynamic axes.
    private var sizes: [Int: SizeExpression] = [:]
    /// Which values may share memory: the number of their group.
    private var groups: [Int: Int] = [:]
    /// Tensors that the network or the trace holds, and views of them.
    private var held: Set<Int> = []
    /// What a tensor that the network holds is replaced by, by the place of its memory.
    private var replacements: [UnsafeRawPointer?: Tensor] = [:]

    init(
        _ builder: GraphBuilder, _ graph: TracedGraph, others: [TracedGraph], axes: [DynamicAxis], inputNames: [String]
    )
        throws
    {
        (self.builder, self.graph, self.others, self.axes, self.inputNames) = (builder, graph, others, axes, inputNames)
        for (input, name) in zip(graph.inputs, inputNames) { names[input] = name }
        for other in others {
            guard other.nodes.count == graph.nodes.count,
                zip(other.nodes, graph.nodes).allSatisfy({ $0.kind == $1.kind })
            else {
                throw ONNXExportError(
                    "the network calls other operations when the size of a dynamic axis changes: export it with that "
                        + "axis fixed")
            }
        }
    }

    /// Lowers all nodes.
    func run() throws {
        for node in graph.nodes {
            builder.layer = node.layer
            do {
                try lower(node)
            } catch let error as ONNXExportError where error.operation.isEmpty {
                throw ONNXExportError(error.message, operation: node.kind, layer: node.layer)
            } catch let error as TorchError {
                throw ONNXExportError(error.description, operation: node.kind, layer: node.layer)
            }
        }
    }

    private func lower(_ node: TracedGraph.Node) throws {
        if node.kind == "prim::Constant" {
            held.insert(node.outputs[0])
            return try compareConstant(node)
        }
        let isFree = node.inputs.allSatisfy { sizes[$0] == nil && names[$0] == nil && lists[$0] == nil }
        if isFree, try foldAll(node) {
            let isView = OperationTable.views.contains(node.kind) && node.inputs.first.map(held.contains) == true
            if isView || node.kind == "prim::GetAttr" { held.formUnion(node.outputs) }
            return
        }
        if node.kind == "prim::ListConstruct" || node.kind == "prim::TupleConstruct" {
            lists[node.outputs[0]] = node.inputs
            return
        }
        if node.kind == "prim::ListUnpack" || node.kind == "prim::TupleUnpack" {
            if !separateLists.contains(node.inputs[0]) { try watchMemory(node, isInPlace: false) }
            return try unpack(node)
        }
        let base = node.kind.hasSuffix("_") && !node.kind.hasSuffix("__") ? String(node.kind.dropLast()) : node.kind
        try watchMemory(node, isInPlace: base != node.kind)
        guard let lower = OperationTable.all[base] else {
            throw ONNXExportError("this operation cannot be exported")
        }
        if base.hasPrefix("aten::unsafe_") { separateLists.formUnion(node.outputs) }
        let results = try lower(Operation(self, node))
        if results.count == 1, node.outputs.count == 1, let single = results.first {
            names[node.outputs[0]] = single
            return
        }
        for (output, result) in zip(node.outputs, results) { names[output] = result }
    }

    /// Computes a node that depends on no input, here and in the other traces.
    private func foldAll(_ node: TracedGraph.Node) throws -> Bool {
        guard try graph.fold(node) else { return false }
        for other in others { _ = try other.fold(other.nodes[node.index]) }
        return true
    }

    /// Looks whether a constant is the same at other sizes of the dynamic axes.
    private func compareConstant(_ node: TracedGraph.Node) throws {
        guard !others.isEmpty, let base = try graph.known(node.outputs[0]) else { return }
        let values = try others.map { try $0.known($0.nodes[node.index].outputs[0]) }
        if case .integer(let number) = base {
            let changed = values.compactMap { value -> Int? in
                if case .integer(let value)? = value { value } else { nil }
            }
            guard changed.contains(where: { $0 != number }) else { return }
            guard
                changed.count == axes.count + 1,
                let size = SizeExpression(
                    base: number, changed: Array(changed.dropLast()), all: changed[axes.count], axes: axes)
            else {
                throw ONNXExportError(
                    "a number that the network computes from sizes, \(number) here, is neither a sum nor a product of those "
                        + "of the dynamic axes: export it with that axis fixed",
                    operation: "a constant", layer: node.layer)
            }
            sizes[node.outputs[0]] = size
            graph.forget(node.outputs[0])
        } else if let tensor = base.tensor {
            for value in values {
                guard let other = value?.tensor, other.shape == tensor.shape, try other.equal(tensor) else {
                    throw ONNXExportError(
                        "a tensor that the network makes from Swift's numbers differs when the size of a dynamic axis does: "
                            + "make it by operations on tensors, or export the network with that axis fixed",
                        operation: "a constant", layer: node.layer)
                }
            }
        }
    }

    private func unpack(_ node: TracedGraph.Node) throws {
        if let elements = lists[node.inputs[0]] {
            for (output, element) in zip(node.outputs, elements) { names[output] = try tensor(element) }
        } else if let parts = parts[node.inputs[0]] {
            for (output, part) in zip(node.outputs, parts) { names[output] = part }
        } else {
            throw ONNXExportError("the parts of its list are not known")
        }
    }

    /// The lists of tensors of which each has its memory to itself.
    private var separateLists: Set<Int> = []

    /// The tensors of a list that one node made, as `chunk` does.
    private(set) var parts: [Int: [String]] = [:]

    func setParts(_ list: Int, _ names: [String]) {
        parts[list] = names
    }

    // MARK: Operations in place

    /// Refuses an operation in place that changes what another value shows: ONNX's values never change.
    private func watchMemory(_ node: TracedGraph.Node, isInPlace: Bool) throws {
        guard let first = node.inputs.first, let output = node.outputs.first else { return }
        let group = groups[first] ?? first
        if isInPlace {
            if held.contains(first), node.kind != "aten::embedding_renorm_" {
                throw ONNXExportError("it changes a tensor that the network holds: ONNX's weights never change")
            }
            groups[output] = output
            let shared = Set(groups.filter { $0.value == group && $0.key != first }.keys).union([group]).subtracting([
                first
            ])
            let later = graph.nodes[(node.index + 1)...].lazy.filter { !$0.inputs.isEmpty }
            let isUsed =
                later.contains { $0.inputs.contains { shared.contains($0) || $0 == first } }
                || graph.outputs.contains { shared.contains($0) || $0 == first }
            if isUsed {
                throw ONNXExportError(
                    "it changes memory that another tensor shows, as a view of it, which ONNX does not have: use an "
                        + "operation that makes a new tensor")
            }
        } else if OperationTable.views.contains(node.kind) {
            groups[first] = group
            for output in node.outputs { groups[output] = group }
        }
    }

    // MARK: What operations ask

    /// What is known of a value before the graph runs.
    func known(_ value: Int) throws -> ScriptValue? {
        names[value] == nil && sizes[value] == nil && lists[value] == nil ? try graph.known(value) : nil
    }

    /// The ONNX name of a tensor.
    func tensor(_ value: Int) throws -> String {
        if let name = names[value] { return name }
        guard let known = try graph.known(value) else { throw ONNXExportError("one of its inputs is no tensor") }
        guard let tensor = known.tensor else { throw ONNXExportError("one of its inputs is no tensor") }
        if !others.isEmpty {
            for other in others {
                guard let found = try other.known(value)?.tensor, found.shape == tensor.shape else {
                    throw ONNXExportError(
                        "it gets a tensor that the network makes with a size of a dynamic axis: export it with that axis "
                            + "fixed")
                }
            }
        }
        return try builder.initializer(replacements.isEmpty ? tensor : replacements[place(of: tensor)] ?? tensor)
    }

    /// Makes the graph hold another tensor in place of one that the network holds.
    func replace(_ tensor: Tensor, by other: Tensor) throws {
        replacements[try place(of: tensor)] = other
    }

    private func place(of tensor: Tensor) throws -> UnsafeRawPointer? {
        try tensor.withContiguousBytes { $0.baseAddress }
    }

    /// Whether an element of a shape is the same at all sizes of the dynamic axes.
    func isFixed(_ value: Int, _ dim: Int) -> Bool {
        let size = graph.shape(value)?[dim]
        return others.allSatisfy { $0.shape(value)?[dim] == size }
    }

    /// The ONNX name of a number that depends on dynamic axes, in one dimension; `nil` if it is another value.
    func size(_ value: Int) throws -> String? {
        guard let expression = sizes[value] else { return nil }
        func axis(_ index: Int) -> String {
            let axis = axes[index]
            return builder.emit(
                "Shape", [inputNames[axis.input]], [.int("start", axis.dim), .int("end", axis.dim + 1)], outputs: 1)[0]
        }
        var result: String?
        switch expression {
        case .sum(let constant, let factors):
            if constant != 0 { result = try builder.constant([constant]) }
            for (index, factor) in factors.enumerated() where factor != 0 {
                let term =
                    factor == 1
                    ? axis(index)
                    : builder.emit("Mul", [axis(index), try builder.constant([factor])], [], outputs: 1)[0]
                result = result.map { builder.emit("Add", [$0, term], [], outputs: 1)[0] } ?? term
            }
        case .product(let factor, let exponents):
            if factor != 1 { result = try builder.constant([factor]) }
            for (index, exponent) in exponents.enumerated() where exponent == 1 {
                let size = axis(index)
                result = result.map { builder.emit("Mul", [$0, size], [], outputs: 1)[0] } ?? size
            }
        }
        return try result ?? builder.constant([1])
    }
}
