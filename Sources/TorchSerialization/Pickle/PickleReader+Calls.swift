import Torch

// The few calls that a pickle may make. A callable is looked up here by its name, and nowhere else: there is no way
// from a name in a file to a function.

extension PickleReader {
    mutating func call(_ callable: Reference, _ arguments: Reference) throws -> PickleGraph.Node {
        guard case .global(let global) = graph.nodes[callable] else { throw notData(callable) }
        guard case .tuple(let arguments) = graph.nodes[arguments] else {
            throw damage("\(global) is called with a \(graph.nodes[arguments].typeName)")
        }
        switch global {
        case .orderedDict: return try orderedDictionary(arguments)
        case .defaultDict:
            guard arguments.count <= 1 else { throw misuse(of: global) }
            return .dictionary(PickleGraph.Entries())
        case .counter:
            guard arguments.count == 1, case .dictionary(var counts) = graph.nodes[arguments[0]] else {
                throw misuse(of: global)
            }
            consume(arguments[0], by: global)
            counts.kind = .counter
            return .dictionary(counts)
        case .set, .frozenSet:
            guard arguments.count <= 1 else { throw misuse(of: global) }
            guard let elements = arguments.first else { return .set([]) }
            guard case .list(let list) = graph.nodes[elements] else { throw misuse(of: global) }
            consume(elements, by: global)
            return .set(list)

        case .encode: return try encode(arguments)
        case .bytes, .byteArray: return try bytes(global, arguments)
        case .complex:
            guard arguments.count == 2, case .double(let real) = graph.nodes[arguments[0]],
                case .double(let imaginary) = graph.nodes[arguments[1]]
            else { throw misuse(of: global) }
            return .complex(real: real, imaginary: imaginary)

        case .size:
            // This is a tuple and not a list, which may still grow, so that sharing its elements costs nothing.
            guard arguments.count == 1, case .tuple(let sizes) = graph.nodes[arguments[0]] else {
                throw misuse(of: global)
            }
            return .size(sizes)
        case .device: return try device(arguments)
        case .layout:
            guard arguments.count == 1, case .string(let name) = graph.nodes[arguments[0]],
                let layout = SparseLayout(name)
            else { throw misuse(of: global) }
            return .layout(layout)
        case .rebuildFromType: return try rebuildFromType(arguments)
        case .reconstructArray: return try emptyArray(arguments)
        case .arrayFromBuffer: return try arrayFromBuffer(arguments)
        case .numPyType: return try numPyType(arguments)
        case .numPyScalar: return try numPyScalar(arguments)
        default:
            if let tensor = try rebuild(global, arguments) { return tensor }
            if global.isPath { return try path(global, arguments) }
            if global.isHeliosKey { return try heliosKey(global, arguments) }
            throw notData(callable)
        }
    }

    /// Creates an object without its attributes, which follow.
    func newObject(_ type: Reference, _ arguments: Reference) throws -> PickleGraph.Node {
        guard case .global(let global) = graph.nodes[type], global.isHeliosState else { throw notData(type) }
        guard case .tuple(let arguments) = graph.nodes[arguments], arguments.isEmpty else { throw misuse(of: global) }
        return .object(global)
    }

    /// Sets the attributes of an object.
    mutating func build(_ target: Reference, _ state: Reference) throws {
        switch (graph.nodes[target], graph.nodes[state]) {
        case (.dictionary(var entries), .dictionary(let attributes)):
            // Python omits what is empty.
            guard entries.kind == .ordered, entries.attributes == nil else { break }
            if attributes.elements.isEmpty { return }
            entries.attributes = state
            graph.nodes[target] = .dictionary(entries)
            return
        case (.object(let type), .dictionary(let attributes)):
            consume(state, by: type)
            graph.nodes[target] = .dictionary(attributes)
            return
        case (.numPyType(let type), .tuple(let parts)):
            graph.nodes[target] = .numPyType(try numPyType(type, parts))
            return
        case (.numPyArray, .tuple(let parts)):
            graph.nodes[target] = try array(parts)
            return
        default: break
        }
        throw damage("a \(graph.nodes[target].typeName) is given attributes")
    }

    /// Marks a node that becomes a part of another one. Nothing else refers to it in a pickle that Python wrote: two
    /// lists with the same elements that grow would take memory that the file's size does not bound.
    mutating func consume(_ reference: Reference, by global: PickleGlobal) {
        graph.nodes[reference] = .global(global)
    }

    /// Returns what Python would get from calling `callable`.
    func notData(_ callable: Reference) -> FormatError {
        guard case .global(let global) = graph.nodes[callable] else {
            return damage("a \(graph.nodes[callable].typeName) is called")
        }
        return .notData(global)
    }

    func misuse(of global: PickleGlobal) -> FormatError {
        damage("\(global) is called with arguments of other kinds than Python's")
    }
}
