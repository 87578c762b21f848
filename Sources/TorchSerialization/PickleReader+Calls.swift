import Torch

// The few calls that a pickle may make, and what their arguments must be.

extension PickleReader {
    private typealias Node = PickleGraph.Node

    /// What Python would get from calling `callable`.
    func notData(_ callable: Reference) -> FormatError {
        guard case .global(let global) = graph.nodes[callable] else {
            return damage("a \(graph.nodes[callable].typeName) is called")
        }
        switch "\(global)" {
        case "_codecs.encode", "builtins.bytes", "builtins.bytearray": return FormatError(notRead("bytes"))
        case "builtins.set", "builtins.frozenset": return FormatError(notRead("a set"))
        case "builtins.complex": return FormatError(notRead("a complex number outside a tensor"))
        default: return .notData(global)
        }
    }

    mutating func call(_ callable: Reference, _ arguments: Reference) throws -> PickleGraph.Node {
        guard case .global(let global) = graph.nodes[callable] else { throw notData(callable) }
        guard case .tuple(let arguments) = graph.nodes[arguments] else {
            throw damage("\(global) is called with a \(graph.nodes[arguments].typeName)")
        }
        switch global {
        case .orderedDict where arguments.isEmpty: return .dictionary([])
        case .counter:
            guard arguments.count == 1, case .dictionary(let counts) = graph.nodes[arguments[0]] else {
                throw misuse(of: global)
            }
            // Moved, as nothing else refers to it: copies that grow would take memory that the file's size does not bound.
            graph.nodes[arguments[0]] = .global(global)
            return .dictionary(counts)
        case .rebuildTensorV2: return try rebuildTensor(global, arguments, namesType: false)
        case .rebuildTensorV3: return try rebuildTensor(global, arguments, namesType: true)
        case .rebuildParameter:
            guard let data = arguments.first, case .tensor = graph.nodes[data] else { throw misuse(of: global) }
            return graph.nodes[data]
        case .size:
            // A tuple and no list, which may still grow: sharing its elements is then free.
            guard arguments.count == 1, case .tuple(let sizes) = graph.nodes[arguments[0]] else {
                throw misuse(of: global)
            }
            return .tuple(sizes)
        case .device: return try device(arguments)
        case .orderedDict: throw misuse(of: global)
        default: throw notData(callable)
        }
    }

    private func misuse(of global: PickleGlobal) -> FormatError {
        damage("\(global) is called with arguments of other kinds than PyTorch's")
    }

    // MARK: Tensors

    /// `_rebuild_tensor_v2(storage, offset, size, stride, requires_grad, backward_hooks, metadata=None)`; v3 has the type
    /// before the metadata.
    private mutating func rebuildTensor(
        _ global: PickleGlobal, _ arguments: [Reference], namesType: Bool
    ) throws -> PickleGraph.Node {
        let fixedCount = namesType ? 7 : 6
        guard arguments.count == fixedCount || arguments.count == fixedCount + 1,
            case .storage(let storage) = graph.nodes[arguments[0]],
            case .int(let offset) = graph.nodes[arguments[1]],
            let shape = integers(arguments[2]), let strides = integers(arguments[3])
        else { throw misuse(of: global) }

        let dtype: DType
        if namesType {
            guard case .global(let name) = graph.nodes[arguments[6]], let named = DType(name) else {
                throw misuse(of: global)
            }
            dtype = named
        } else {
            guard case .typed(let type) = graph.storages[storage].type else { throw misuse(of: global) }
            dtype = type
        }
        var geometry = TensorGeometry(shape: shape, strides: strides, offset: offset)
        if arguments.count > fixedCount {
            guard apply(metadata: graph.nodes[arguments[fixedCount]], to: &geometry) else { throw misuse(of: global) }
        }
        try geometry.requireFit(byteCount: graph.storages[storage].byteCount, dtype: dtype)
        graph.tensors.append(PickleGraph.TensorRecord(storage: storage, dtype: dtype, geometry: geometry))
        return .tensor(graph.tensors.count - 1)
    }

    /// The integers of a tuple, if that is what it is and a tensor can have so many dimensions.
    private func integers(_ reference: Reference) -> [Int]? {
        guard case .tuple(let elements) = graph.nodes[reference],
            elements.count <= TensorGeometry.greatestDimensionCount
        else { return nil }
        var integers: [Int] = []
        for element in elements {
            guard case .int(let integer) = graph.nodes[element] else { return nil }
            integers.append(integer)
        }
        return integers
    }

    /// Reads `{"conj": True, "neg": True}`, either of which may be missing.
    private func apply(metadata: PickleGraph.Node, to geometry: inout TensorGeometry) -> Bool {
        if case .none = metadata { return true }
        guard case .dictionary(let entries) = metadata, entries.count <= 4 else { return false }
        for index in stride(from: 0, to: entries.count, by: 2) {
            guard case .string(let key) = graph.nodes[entries[index]],
                case .bool(let value) = graph.nodes[entries[index + 1]]
            else { return false }
            switch key {
            case "conj": geometry.isConjugate = value
            case "neg": geometry.isNegative = value
            default: return false
            }
        }
        return true
    }

    /// The storage that a persistent id names: `("storage", class, key, location, element count)`.
    mutating func storage(_ identifier: Reference) throws -> PickleGraph.Node {
        guard case .tuple(let parts) = graph.nodes[identifier], parts.count == 5,
            case .string("storage") = graph.nodes[parts[0]],
            case .global(let global) = graph.nodes[parts[1]],
            case .string(let key) = graph.nodes[parts[2]],
            case .int(let count) = graph.nodes[parts[4]]
        else { throw damage("a persistent id names no storage") }
        guard let type = StorageType(global) else { throw FormatError.notData(global) }
        let (byteCount, overflow) = count.multipliedReportingOverflow(by: type.elementSize)
        guard count >= 0, !overflow else { throw damage("a storage of \(count) elements cannot be") }

        let storage = PickleGraph.Storage(key: key, type: type, byteCount: byteCount)
        if let known = storageIndices[key] {
            guard graph.storages[known] == storage else { throw damage("the storage \(key.shortened) is of two kinds") }
            return .storage(known)
        }
        storageIndices[key] = graph.storages.count
        graph.storages.append(storage)
        return .storage(graph.storages.count - 1)
    }

    // MARK: Names

    /// `torch.device(kind)` or `torch.device(kind, index)`, as text.
    private func device(_ arguments: [Reference]) throws -> PickleGraph.Node {
        guard (1...2).contains(arguments.count), case .string(let kind) = graph.nodes[arguments[0]],
            kind.utf8.count <= 32
        else { throw misuse(of: .device) }
        guard arguments.count == 2 else { return .string(kind) }
        guard case .int(let index) = graph.nodes[arguments[1]] else { throw misuse(of: .device) }
        return .string("\(kind):\(index)")
    }
}

extension FormatError {
    /// The error for a name that a pickle may not use.
    static func notData(_ global: PickleGlobal) -> FormatError {
        FormatError(
            "\(global) is not data: only tensors, numbers, strings, booleans, none, lists, tuples and dictionaries are read"
        )
    }
}
