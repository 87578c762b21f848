import Foundation
import Helios

/// What a file holds, without the elements of its tensors.
struct StateTree {
    indirect enum Node {
        case tensor(TensorFacts)
        case leaf(Leaf)
        /// A list, a tuple, or anything else that has elements without keys.
        case sequence(type: String, elements: [Node])
        case dictionary([Entry])
    }

    struct Entry {
        let key: StateDict.Key
        let node: Node
    }

    /// A value without parts.
    struct Leaf {
        /// Helios' name for the type: `int`, `string`.
        let type: String
        let value: JSONValue
    }

    /// What is known about a tensor without reading it.
    struct TensorFacts {
        let dtype: String
        let shape: [Int]
        /// The size of its elements in bytes.
        let byteCount: Int
        let isNumber: Bool
        /// The number of the memory that it lies in, which other tensors may share.
        let storage: Int
        /// The name of the file that has it, if there are several.
        let shard: String?

        var elementCount: Int { shape.reduce(1) { $0.multipliedClamping(by: $1) } }
    }

    let root: Node
    /// The size of each memory in bytes, by its number.
    let storages: [Int]
    /// The numbers of the memories that several tensors share.
    let sharedStorages: Set<Int>

    /// - Parameter shard: returns the name of the file that has a tensor, if there are several.
    init(_ value: StateValue, shard: @escaping (Tensor) -> String? = { _ in nil }) {
        var builder = StateTreeBuilder(shard: shard)
        root = builder.node(value)
        storages = builder.storages
        sharedStorages = Set(builder.tensorCounts.indices.filter { builder.tensorCounts[$0] > 1 })
    }
}

/// Walks a value, and finds out which tensors share memory.
private struct StateTreeBuilder {
    var storages: [Int] = []
    var tensorCounts: [Int] = []
    private var numbers: [TensorMemory: Int] = [:]
    private let shard: (Tensor) -> String?

    init(shard: @escaping (Tensor) -> String?) {
        self.shard = shard
    }

    mutating func node(_ value: StateValue) -> StateTree.Node {
        switch value {
        case .none: leaf("none", .null)
        case .bool(let value): leaf("bool", .bool(value))
        case .int(let value): leaf("int", .int(value))
        case .double(let value): leaf("float", .double(value))
        case .string(let value): leaf("string", .string(value))
        case .tensor(let tensor): .tensor(facts(tensor))
        case .list(let elements), .tuple(let elements), .set(let elements):
            .sequence(type: value.typeName, elements: elements.map { node($0) })
        case .size(let sizes): .sequence(type: "size", elements: sizes.map { leaf("int", .int($0)) })
        case .bigInteger(let number): leaf("int", .string("\(number)"))
        case .complex(let real, let imaginary):
            leaf("complex", .string("\(real)\(imaginary < 0 ? "" : "+")\(imaginary)j"))
        case .bytes(let bytes): leaf("bytes", .string(Data(bytes).base64EncodedString()))
        case .dtype(let dtype): leaf("dtype", .string("\(dtype)"))
        case .device(let name): leaf("device", .string(name))
        case .dictionary(let state):
            .dictionary(state.map { StateTree.Entry(key: $0.key, node: node($0.value)) })
        }
    }

    private func leaf(_ type: String, _ value: JSONValue) -> StateTree.Node {
        .leaf(StateTree.Leaf(type: type, value: value))
    }

    private mutating func facts(_ tensor: Tensor) -> StateTree.TensorFacts {
        let dtype = tensor.dtype
        let size = tensor.shape.reduce(dtype.byteCount ?? 0) { $0.multipliedClamping(by: $1) }
        return StateTree.TensorFacts(
            dtype: dtype.description, shape: tensor.shape, byteCount: size,
            isNumber: dtype.isFloatingPoint || dtype.isComplex, storage: storage(of: tensor, byteCount: size),
            shard: shard(tensor))
    }

    private mutating func storage(of tensor: Tensor, byteCount: Int) -> Int {
        guard let memory = TensorMemory(of: tensor) else { return add(byteCount) }
        if let number = numbers[memory] {
            tensorCounts[number] += 1
            return number
        }
        let number = add(memory.byteCount)
        numbers[memory] = number
        return number
    }

    private mutating func add(_ byteCount: Int) -> Int {
        storages.append(byteCount)
        tensorCounts.append(1)
        return storages.count - 1
    }
}

// MARK: Sums

extension StateTree {
    /// The sums over a part of the tree.
    struct Totals {
        var tensors = 0
        /// The elements of the floating-point and complex tensors that are outside an optimizer's state.
        var parameters = 0
        /// The size of the memory behind the tensors in bytes; shared memory counts once.
        var byteCount = 0
    }

    func totals(of node: Node) -> Totals {
        var totals = Totals()
        var seen: Set<Int> = []
        add(node, to: &totals, seen: &seen, isOptimizer: false)
        return totals
    }

    private func add(_ node: Node, to totals: inout Totals, seen: inout Set<Int>, isOptimizer: Bool) {
        switch node {
        case .leaf: break
        case .sequence(_, let elements):
            for element in elements { add(element, to: &totals, seen: &seen, isOptimizer: isOptimizer) }
        case .dictionary(let entries):
            let isOptimizer = isOptimizer || entries.contains { $0.key == "param_groups" }
            for entry in entries { add(entry.node, to: &totals, seen: &seen, isOptimizer: isOptimizer) }
        case .tensor(let facts):
            totals.tensors += 1
            if facts.isNumber, !isOptimizer { totals.parameters = totals.parameters.addingClamping(facts.elementCount) }
            if seen.insert(facts.storage).inserted {
                totals.byteCount = totals.byteCount.addingClamping(storages[facts.storage])
            }
        }
    }
}

extension StateTree {
    /// The size of all tensors in bytes, each with all of its elements.
    var writtenByteCount: Int { StateTree.writtenByteCount(root) }

    private static func writtenByteCount(_ node: Node) -> Int {
        switch node {
        case .leaf: 0
        case .tensor(let facts): facts.byteCount
        case .sequence(_, let elements): elements.reduce(0) { $0.addingClamping(writtenByteCount($1)) }
        case .dictionary(let entries): entries.reduce(0) { $0.addingClamping(writtenByteCount($1.node)) }
        }
    }
}

// Shapes in a file may have more elements than an integer can count, since tensors of a few bytes can be expanded
// endlessly.

extension Int {
    /// Returns the sum of two numbers that are not negative, or the greatest integer.
    func addingClamping(_ other: Int) -> Int {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }

    /// Returns the product of two numbers that are not negative, or the greatest integer.
    func multipliedClamping(by other: Int) -> Int {
        let (product, overflow) = multipliedReportingOverflow(by: other)
        return overflow ? .max : product
    }
}
