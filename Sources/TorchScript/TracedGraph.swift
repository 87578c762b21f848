import CTorch
import Torch

/// The graph of a trace: nodes in the order of computation, over values with numbers.
package struct TracedGraph {
    /// One operation.
    package struct Node {
        package let index: Int
        /// The operation's name, as in `aten::relu`.
        package let kind: String
        /// The path of the layer that called it.
        package let layer: String
        package let inputs: [Int]
        /// The names of the inputs in the operation's schema.
        package let inputNames: [String]
        package let outputs: [Int]
    }

    package let trace: Trace
    package let nodes: [Node]
    package let inputs: [Int]
    package let outputs: [Int]

    package init(_ trace: Trace) {
        self.trace = trace
        let pointer = trace.pointer
        nodes = (0..<ct_graph_node_count(pointer)).map { node in
            let inputs = 0..<ct_graph_node_input_count(pointer, node)
            return Node(
                index: Int(node), kind: String(cString: ct_graph_node_kind(pointer, node)),
                layer: String(cString: ct_graph_node_scope(pointer, node)),
                inputs: inputs.map { Int(ct_graph_node_input(pointer, node, $0)) },
                inputNames: inputs.map { String(cString: ct_graph_node_input_name(pointer, node, $0)) },
                outputs: (0..<ct_graph_node_output_count(pointer, node)).map {
                    Int(ct_graph_node_output(pointer, node, $0))
                })
        }
        inputs = (0..<ct_graph_input_count(pointer)).map { Int(ct_graph_input(pointer, $0)) }
        outputs = (0..<ct_graph_output_count(pointer)).map { Int(ct_graph_output(pointer, $0)) }
    }

    /// The type of a value's elements in the traced call, if it is a tensor.
    package func dtype(_ value: Int) -> DType? {
        let dtype = ct_graph_value_dtype(trace.pointer, Int64(value))
        return dtype < 0 ? nil : DType(rawValue: dtype)
    }

    /// The shape of a value in the traced call, if it is a tensor.
    package func shape(_ value: Int) -> [Int]? {
        var sizes: UnsafePointer<Int64>?
        let count = ct_graph_value_shape(trace.pointer, Int64(value), &sizes)
        guard count >= 0 else { return nil }
        return (0..<Int(count)).compactMap { index in sizes.map { Int($0[index]) } }
    }

    /// What is known of a value before the graph runs; `nil` if it depends on the graph's inputs.
    package func known(_ value: Int) throws -> ScriptValue? {
        guard let pointer = ct_graph_value_known(trace.pointer, Int64(value)) else { return nil }
        return try ScriptValue(ValueHandle(owning: pointer))
    }

    /// Computes a node whose inputs are all known. Returns whether it could.
    package func fold(_ node: Node) throws -> Bool {
        let result = ct_graph_node_fold(trace.pointer, Int64(node.index))
        guard result >= 0 else { throw TorchError.lastOfAny() }
        return result == 1
    }

    /// Forgets what is known of a value.
    package func forget(_ value: Int) {
        ct_graph_value_forget(trace.pointer, Int64(value))
    }
}
