import Torch

// The functions of PyTorch that a pickle calls to create tensors, and what their arguments must be.

extension PickleReader {
    /// Returns what a function of PyTorch makes of its arguments; `nil` for any other function.
    mutating func rebuild(_ global: PickleGlobal, _ arguments: [Reference]) throws -> PickleGraph.Node? {
        switch global {
        case .rebuildTensor: return try rebuildTensor(global, arguments, fixedCount: 4)
        case .rebuildTensorV2: return try rebuildTensor(global, arguments, fixedCount: 6)
        case .rebuildTensorV3: return try rebuildTensor(global, arguments, fixedCount: 7)
        case .rebuildParameter, .rebuildParameterWithState, .rebuildDeviceTensor: return try tensor(global, arguments)
        case .rebuildSparseTensor: return try rebuildSparseTensor(arguments)
        case .rebuildQuantizedTensor: throw FormatError("it holds a quantized tensor, which is not read", .unsupported)
        default: return nil
        }
    }

    /// Returns the tensor of a parameter, without its attributes, or one of a device that has no storages.
    private func tensor(_ global: PickleGlobal, _ arguments: [Reference]) throws -> PickleGraph.Node {
        guard let data = arguments.first else { throw misuse(of: global) }
        switch graph.nodes[data] {
        case .tensor, .sparseTensor: return graph.nodes[data]
        default: throw misuse(of: global)
        }
    }

    /// `_rebuild_from_type_v2(function, class, arguments, attributes)`, which writes a tensor with attributes of its
    /// own. They are omitted.
    mutating func rebuildFromType(_ arguments: [Reference]) throws -> PickleGraph.Node {
        guard arguments.count == 4, case .global(let function) = graph.nodes[arguments[0]],
            case .global(let type) = graph.nodes[arguments[1]], case .tuple(let parts) = graph.nodes[arguments[2]]
        else { throw misuse(of: .rebuildFromType) }
        guard type == .tensor || type == .parameter else { throw FormatError.notData(type) }
        guard let tensor = try rebuild(function, parts) else { throw FormatError.notData(function) }
        return tensor
    }

    /// `_rebuild_tensor_v2(storage, offset, size, stride, requires_grad, backward_hooks, metadata=None)`; v3 has the
    /// type before the metadata, and v1 ends with the stride.
    private mutating func rebuildTensor(
        _ global: PickleGlobal, _ arguments: [Reference], fixedCount: Int
    ) throws -> PickleGraph.Node {
        let takesMetadata = fixedCount > 4
        guard arguments.count == fixedCount || takesMetadata && arguments.count == fixedCount + 1,
            let (index, part) = storagePart(arguments[0]),
            case .int(let offset) = graph.nodes[arguments[1]],
            let shape = try integers(arguments[2]), let strides = try integers(arguments[3])
        else { throw misuse(of: global) }

        let dtype: DType
        if fixedCount == 7 {
            guard case .storage = graph.nodes[arguments[0]], case .global(let name) = graph.nodes[arguments[6]] else {
                throw misuse(of: global)
            }
            guard let named = DType(name) else { throw FormatError.unknownType(name) }
            dtype = named
        } else {
            guard case .typed(let type) = graph.storages[index].type else { throw misuse(of: global) }
            dtype = type
        }
        var geometry = TensorGeometry(shape: shape, strides: strides, offset: offset)
        if arguments.count > fixedCount {
            guard apply(metadata: graph.nodes[arguments[fixedCount]], to: &geometry) else { throw misuse(of: global) }
        }
        try geometry.requireFit(byteCount: part.count * graph.storages[index].type.elementSize, dtype: dtype)
        // An empty tensor may begin anywhere.
        let (start, overflow) = geometry.offset.addingReportingOverflow(part.lowerBound)
        guard !overflow else { throw misuse(of: global) }
        geometry.offset = start
        return append(PickleGraph.TensorRecord(storage: index, dtype: dtype, geometry: geometry))
    }

    mutating func append(_ tensor: PickleGraph.TensorRecord) -> PickleGraph.Node {
        graph.tensors.append(tensor)
        return .tensor(graph.tensors.count - 1)
    }

    /// Returns the integers of a tuple or a shape, if a tensor can have this many dimensions.
    mutating func integers(_ reference: Reference) throws -> [Int]? {
        let elements: [Reference]
        switch graph.nodes[reference] {
        case .tuple(let references), .size(let references): elements = references
        default: return nil
        }
        guard elements.count <= TensorGeometry.greatestDimensionCount else {
            throw FormatError(
                "it holds a tensor of \(elements.count) dimensions, and up to \(TensorGeometry.greatestDimensionCount) are "
                    + "read", .unsupported)
        }
        // Many tensors may refer to the same long tuple.
        try spend(max(elements.count - 64, 0))
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
        guard case .dictionary(let entries) = metadata, entries.elements.count <= 4 else { return false }
        for index in stride(from: 0, to: entries.elements.count, by: 2) {
            guard case .string(let key) = graph.nodes[entries.elements[index]],
                case .bool(let value) = graph.nodes[entries.elements[index + 1]]
            else { return false }
            switch key {
            case "conj": geometry.isConjugate = value
            case "neg": geometry.isNegative = value
            default: return false
            }
        }
        return true
    }

    /// `_rebuild_sparse_tensor(layout, (indices, values, size, is_coalesced))`, the last of which may be missing, or
    /// `(compressed indices, plain indices, values, size)` for the compressed layouts.
    private mutating func rebuildSparseTensor(_ arguments: [Reference]) throws -> PickleGraph.Node {
        guard arguments.count == 2, case .layout(let layout) = graph.nodes[arguments[0]],
            case .tuple(let data) = graph.nodes[arguments[1]]
        else { throw misuse(of: .rebuildSparseTensor) }
        let partCount = layout == .coordinates ? 2 : 3
        guard data.count == partCount + 1 || layout == .coordinates && data.count == partCount + 2,
            let shape = try integers(data[partCount])
        else { throw misuse(of: .rebuildSparseTensor) }
        let parts = try data.prefix(partCount).map { part in
            guard case .tensor(let index) = graph.nodes[part] else { throw misuse(of: .rebuildSparseTensor) }
            return index
        }
        var isCoalesced: Bool?
        if data.count > partCount + 1 {
            switch graph.nodes[data[partCount + 1]] {
            case .bool(let value): isCoalesced = value
            case .none: break
            default: throw misuse(of: .rebuildSparseTensor)
            }
        }
        graph.sparseTensors.append(
            PickleGraph.SparseTensorRecord(layout: layout, shape: shape, parts: parts, isCoalesced: isCoalesced))
        return .sparseTensor(graph.sparseTensors.count - 1)
    }

    // MARK: Storages

    /// Returns the storage that a persistent id names: `("storage", class, key, location, element count)`. Before
    /// PyTorch 1.6 a sixth part says which part of a storage it is: `(key, offset, element count)` or none.
    mutating func storage(_ identifier: Reference) throws -> PickleGraph.Node {
        guard case .tuple(let parts) = graph.nodes[identifier] else { throw damage("a persistent id names no storage") }
        // Before PyTorch 1.6 a module's class comes with its source: `("module", class, file, source)`.
        if parts.count == 4, case .string("module") = graph.nodes[parts[0]],
            case .global(let type) = graph.nodes[parts[1]]
        {
            throw FormatError.wholeModule(type)
        }
        guard parts.count == 5 || parts.count == 6, case .string("storage") = graph.nodes[parts[0]],
            case .global(let global) = graph.nodes[parts[1]],
            case .string(let key) = graph.nodes[parts[2]],
            case .int(let count) = graph.nodes[parts[4]]
        else { throw damage("a persistent id names no storage") }
        guard let type = StorageType(global) else {
            if global.isQuantizedStorage {
                throw FormatError("it holds a quantized tensor, which is not read", .unsupported)
            }
            throw FormatError.notData(global)
        }
        let (byteCount, overflow) = count.multipliedReportingOverflow(by: type.elementSize)
        guard count >= 0, !overflow else { throw damage("a storage of \(count) elements cannot be") }

        let storage = PickleGraph.Storage(key: key, type: type, byteCount: byteCount)
        let index = storageIndices[key] ?? graph.storages.count
        if index < graph.storages.count {
            guard graph.storages[index] == storage else { throw damage("the storage \(key.shortened) is of two kinds") }
        } else {
            storageIndices[key] = index
            graph.storages.append(storage)
        }
        guard parts.count == 6, case .tuple(let view) = graph.nodes[parts[5]] else { return .storage(index) }
        guard view.count == 3, case .int(let offset) = graph.nodes[view[1]],
            case .int(let partCount) = graph.nodes[view[2]],
            offset >= 0, partCount >= 0, offset <= count, partCount <= count - offset
        else { throw damage("a part of a storage lies outside of it") }
        return .storagePart(index, offset: offset, count: partCount)
    }

    /// A storage, and the range of its elements.
    private func storagePart(_ reference: Reference) -> (storage: Int, elements: Range<Int>)? {
        switch graph.nodes[reference] {
        case .storage(let index):
            (index, 0..<graph.storages[index].byteCount / graph.storages[index].type.elementSize)
        case .storagePart(let index, let offset, let count): (index, offset..<offset + count)
        default: nil
        }
    }
}

extension FormatError {
    /// The error for a type of elements that is unknown here.
    fileprivate static func unknownType(_ global: PickleGlobal) -> FormatError {
        global.module == "torch"
            ? FormatError("it holds a tensor of type \(global), which is not read", .unsupported) : .notData(global)
    }
}

extension PickleGlobal {
    /// Whether this is the class of a storage of quantized numbers.
    fileprivate var isQuantizedStorage: Bool {
        module == "torch"
            && ["QUInt8Storage", "QInt8Storage", "QInt32Storage", "QUInt4x2Storage", "QUInt2x4Storage"]
                .contains(name)
    }
}
