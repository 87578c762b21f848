import Foundation
import Helios
import SwiftProtobuf

extension TBGraphDef {
    /// The modules of a network as TensorBoard's graph of operations: a node for each module that has parameters or
    /// nothing inside, with its options, its shapes and its number of parameters; a module with others inside is the
    /// box around them.
    ///
    /// A `Sequential` calls its modules one after the other, so that their nodes are connected. What calls what in
    /// other modules is not known.
    init(_ graph: NetworkGraph) {
        self.init()
        versions.producer = 22
        let tree = ModuleTree(graph)
        var inputs: [Int: String] = [:]
        for (index, node) in graph.nodes.enumerated() where node.type == "Sequential" {
            let steps = tree.children[index]
            for (before, next) in zip(steps, steps.dropFirst()) {
                inputs[tree.entry(of: next)] = graph.nodes[tree.exit(of: before)].path
            }
        }
        self.node = graph.nodes.enumerated().compactMap { index, node in
            guard tree.isNode(index) else { return nil }
            return TBNodeDef.with {
                $0.name = node.path
                $0.op = node.type
                if let input = inputs[index] { $0.input = [input] }
                $0.attr["module"] = .with { $0.s = Data(node.description.utf8) }
                $0.attr["parameters"] = .with { $0.i = Int64(node.parameterCount) }
                for (name, shape) in node.shapes {
                    $0.attr[name] = .with { $0.shape = TBTensorShapeProto(shape) }
                }
            }
        }
    }
}

/// Which module is in which, by their positions in the list of modules.
private struct ModuleTree {
    let children: [[Int]]
    private let graph: NetworkGraph

    init(_ graph: NetworkGraph) {
        self.graph = graph
        let positions = Dictionary(graph.nodes.enumerated().map { ($1.path, $0) }) { first, _ in first }
        var children = [[Int]](repeating: [], count: graph.nodes.count)
        for (index, node) in graph.nodes.enumerated() {
            // The nearest module around it: a list of modules is a part of the path, but no module.
            var path = Substring(node.path)
            while let slash = path.lastIndex(of: "/") {
                path = path[..<slash]
                if let parent = positions[String(path)], parent < index {
                    children[parent].append(index)
                    break
                }
            }
        }
        self.children = children
    }

    /// Whether a module is a node of its own. A `Sequential` is only the box around its modules.
    func isNode(_ index: Int) -> Bool {
        children[index].isEmpty || graph.nodes[index].type != "Sequential"
    }

    /// The node that gets what a module is called with.
    func entry(of index: Int) -> Int {
        var index = index
        while !isNode(index), let first = children[index].first { index = first }
        return index
    }

    /// The node that has what a module returns.
    func exit(of index: Int) -> Int {
        var index = index
        while !isNode(index), let last = children[index].last { index = last }
        return index
    }
}
