import Foundation
import Torch

/// An attribute of a node.
enum Attribute {
    case int(String, Int)
    case ints(String, [Int])
    case float(String, Double)
    case string(String, String)
    case strings(String, [String])

    var message: ONNXAttributeProto {
        ONNXAttributeProto.with {
            switch self {
            case .int(let name, let value): ($0.name, $0.type, $0.i) = (name, .int, Int64(value))
            case .ints(let name, let values): ($0.name, $0.type, $0.ints) = (name, .ints, values.map { Int64($0) })
            case .float(let name, let value): ($0.name, $0.type, $0.f) = (name, .float, Float(value))
            case .string(let name, let value): ($0.name, $0.type, $0.s) = (name, .string, Data(value.utf8))
            case .strings(let name, let values):
                ($0.name, $0.type, $0.strings) = (name, .strings, values.map { Data($0.utf8) })
            }
        }
    }
}

/// Collects the nodes and initializers of an ONNX graph.
final class GraphBuilder {
    private(set) var nodes: [ONNXNodeProto] = []
    /// Each tensor once, by its name.
    private(set) var initializers: [(name: String, tensor: Tensor)] = []
    /// The path of the layer that comes next, for the names of its nodes.
    var layer = ""

    private var namesByTensor: [OpaquePointer: String] = [:]
    private var namesByContents: [String: String] = [:]
    private var taken: Set<String> = []
    /// The names of the network's own tensors.
    private let tensorNames: [OpaquePointer: String]

    init(tensorNames: [OpaquePointer: String], reserved: [String]) {
        self.tensorNames = tensorNames
        taken = Set(reserved)
    }

    /// A name that nothing else has.
    func uniqueName(_ wanted: String) -> String {
        var (name, count) = (wanted, 1)
        while !taken.insert(name).inserted {
            count += 1
            name = "\(wanted)_\(count)"
        }
        return name
    }

    /// Adds a node and returns the names of its outputs. `nil` is an optional input that is left out.
    func emit(_ type: String, _ inputs: [String?], _ attributes: [Attribute], outputs: Int) -> [String] {
        let base = layer.isEmpty ? type : "\(layer)/\(type)"
        let names = (0..<outputs).map { _ in uniqueName(base) }
        var given = inputs.map { $0 ?? "" }
        while given.last == "" { given.removeLast() }
        nodes.append(
            ONNXNodeProto.with {
                ($0.opType, $0.name, $0.input, $0.output) = (type, names[0], given, names)
                $0.attribute = attributes.map(\.message)
            })
        return names
    }

    /// Gives a value a second name, for a graph's output.
    func alias(_ name: String, as output: String) {
        nodes.append(
            ONNXNodeProto.with { ($0.opType, $0.name, $0.input, $0.output) = ("Identity", output, [name], [output]) })
    }

    /// The name of a tensor that the graph holds; the same tensor is held once.
    func initializer(_ tensor: Tensor) throws -> String {
        if let known = namesByTensor[tensor.pointer] { return known }
        let name = uniqueName(tensorNames[tensor.pointer] ?? "constant")
        initializers.append((name, tensor))
        namesByTensor[tensor.pointer] = name
        return name
    }

    /// The name of a small constant; equal ones are held once.
    func constant(_ values: [Double], shape: [Int], _ dtype: DType) throws -> String {
        let key = "\(dtype) \(shape) \(values)"
        if let known = namesByContents[key] { return known }
        let name = try initializer(Tensor(values, shape: shape).to(dtype))
        namesByContents[key] = name
        return name
    }

    /// The same for sizes, which a double may not hold.
    func constant(_ values: [Int]) throws -> String {
        let key = "sizes \(values)"
        if let known = namesByContents[key] { return known }
        let name = try initializer(Tensor(values, shape: [values.count]))
        namesByContents[key] = name
        return name
    }
}
