import Torch

/// Creates the value that a pickle describes, with the tensors from the file's storages.
struct StateBuilder {
    private let graph: PickleGraph
    private let source: any StorageSource
    private let makeStorage: StorageMaker?
    private var storages: [Int: TensorStorage] = [:]
    /// The storages with their bytes: all of them, or only those of sparse tensors.
    private var filledStorages: [Int: TensorStorage] = [:]
    private var states: [State]
    /// The sizes of the numbers in each storage, once they are asked for.
    private var numberSizes: [Int: Set<Int>] = [:]
    /// The number of indices of sparse tensors that were checked.
    private var indexCount = 0

    /// How far the building of a node has come.
    private enum State {
        case untouched
        case begun
        case done(Built)
    }

    private struct Built {
        let value: StateValue
        /// The number of levels of lists and dictionaries in it.
        let height: Int
        /// Its size if everything that is shared is counted each time it occurs.
        let weight: Int
    }

    /// Creates a storage from its contents in a file, which may be read later, and more than once.
    typealias StorageMaker = (StorageContents) throws -> TensorStorage

    /// - Parameter makeStorage: creates the storages of the tensors, except those of sparse ones, which are checked;
    ///   `nil` fills all of them.
    init(
        graph: PickleGraph, source: any StorageSource,
        makeStorage: StorageMaker? = nil
    ) {
        self.graph = graph
        self.source = source
        self.makeStorage = makeStorage
        states = Array(repeating: .untouched, count: graph.nodes.count)
    }

    mutating func value() throws -> StateValue {
        try build(graph.root, depth: 0).value
    }

    private mutating func build(_ reference: PickleGraph.Reference, depth: Int) throws -> Built {
        switch states[reference] {
        case .done(let built):
            try requireDepth(depth + built.height)
            return built
        case .begun: throw FormatError("it holds a value that contains itself, which is not read", .unsupported)
        case .untouched: break
        }
        try requireDepth(depth)
        states[reference] = .begun
        let built = try build(graph.nodes[reference], depth: depth)
        states[reference] = .done(built)
        return built
    }

    private mutating func build(_ node: PickleGraph.Node, depth: Int) throws -> Built {
        switch node {
        case .none: return leaf(.none)
        case .bool(let value): return leaf(.bool(value))
        case .int(let value): return leaf(.int(value))
        case .bigInteger(let value): return leaf(.bigInteger(value), weight: 1 + value.bytes.count / 16)
        case .double(let value): return leaf(.double(value))
        case .complex(let real, let imaginary): return leaf(.complex(real: real, imaginary: imaginary))
        case .string(let value): return leaf(.string(value), weight: 1 + value.utf8.count / 16)
        case .bytes(let value): return leaf(.bytes(value), weight: 1 + value.count / 16)
        case .device(let name): return leaf(.device(name))
        case .tensor(let index): return leaf(.tensor(try tensor(graph.tensors[index])))
        case .sparseTensor(let index): return leaf(.tensor(try sparseTensor(graph.sparseTensors[index])))
        case .list(let elements):
            let (values, height, weight) = try build(elements, depth: depth)
            return Built(value: .list(values), height: height, weight: weight)
        case .tuple(let elements):
            let (values, height, weight) = try build(elements, depth: depth)
            return Built(value: .tuple(values), height: height, weight: weight)
        case .set(let elements):
            let (values, height, weight) = try build(elements, depth: depth)
            return Built(value: .set(values), height: height, weight: weight)
        case .size(let sizes):
            let (values, height, weight) = try build(sizes, depth: depth)
            return Built(value: .size(try values.map(size)), height: height, weight: weight)
        case .dictionary(let entries): return try dictionary(entries, depth: depth)
        case .global(let global):
            guard let dtype = DType(global) else { throw FormatError.notData(global) }
            return leaf(.dtype(dtype))
        case .object(let type):
            throw FormatError("it is damaged: an object of \(type) has no attributes")
        case .storage, .storagePart:
            throw FormatError("it holds a storage outside a tensor, which is not read", .unsupported)
        case .layout, .numPyType, .numPyArray:
            throw FormatError("it holds a \(node.typeName) outside a tensor, which is not read", .unsupported)
        }
    }

    private func leaf(_ value: StateValue, weight: Int = 1) -> Built {
        Built(value: value, height: 0, weight: weight)
    }

    private mutating func build(
        _ elements: [PickleGraph.Reference], depth: Int
    ) throws -> (values: [StateValue], height: Int, weight: Int) {
        var values: [StateValue] = []
        values.reserveCapacity(elements.count)
        var (height, weight) = (0, 1)
        for element in elements {
            let built = try build(element, depth: depth + 1)
            values.append(built.value)
            height = max(height, built.height)
            weight += built.weight
            try requireWeight(weight)
        }
        return (values, height + 1, weight)
    }

    private func size(_ value: StateValue) throws -> Int {
        guard case .int(let size) = value else {
            throw FormatError("it is damaged: a \(value.typeName) stands in a tensor's shape")
        }
        return size
    }

    private mutating func dictionary(_ entries: PickleGraph.Entries, depth: Int) throws -> Built {
        var (values, height, weight) = try build(entries.elements, depth: depth)
        var state = StateDict()
        state.kind = entries.kind
        for index in stride(from: 0, to: values.count, by: 2) {
            let key = try key(values[index])
            // Python writes no key twice, but it may distinguish what Swift does not: "é" as one scalar and as two.
            guard state[key] == nil else {
                throw FormatError("a dictionary has the key '\(key.description.shortened)' twice", .unsupported)
            }
            state[key] = values[index + 1]
        }
        if let reference = entries.attributes {
            let attributes = try build(reference, depth: depth + 1)
            guard case .dictionary(let dictionary) = attributes.value else {
                throw FormatError("it is damaged: the attributes of a dictionary are no dictionary")
            }
            state.attributes = dictionary
            height = max(height, attributes.height + 1)
            weight += attributes.weight
            try requireWeight(weight)
        }
        return Built(value: .dictionary(state), height: height, weight: weight)
    }

    private func key(_ value: StateValue) throws -> StateDict.Key {
        switch value {
        case .string(let name): .string(name)
        case .int(let number): .int(number)
        case .none: .none
        case .bool(let value): .bool(value)
        case .double(let number): .double(number)
        case .bigInteger(let number): .bigInteger(number)
        case .bytes(let bytes): .bytes(bytes)
        case .dtype(let dtype): .dtype(dtype)
        case .tuple(let values): .tuple(try values.map(key))
        case .size(let sizes): .tuple(sizes.map { .int($0) })  // which Python takes for equal
        default: throw FormatError("a dictionary has a \(value.typeName) as a key, which is not read", .unsupported)
        }
    }

    // MARK: Tensors

    private mutating func tensor(_ record: PickleGraph.TensorRecord) throws -> Tensor {
        try storage(record.storage).tensor(record.geometry, dtype: record.dtype)
    }

    private mutating func storage(_ index: Int) throws -> TensorStorage {
        guard let makeStorage else { return try filledStorage(index) }
        if let storage = storages[index] { return storage }
        let storage = try makeStorage(contents(ofStorage: index))
        storages[index] = storage
        return storage
    }

    private mutating func filledStorage(_ index: Int) throws -> TensorStorage {
        if let storage = filledStorages[index] { return storage }
        let storage = try contents(ofStorage: index).storage()
        filledStorages[index] = storage
        return storage
    }

    private mutating func contents(ofStorage index: Int) throws -> StorageContents {
        let record = graph.storages[index]
        let isReversed = record.contents == nil ? source.isBigEndian : record.isBigEndian
        let numberSize = isReversed ? try numberSize(storage: index) : 1
        if let contents = record.contents {
            guard case .bytes(let bytes) = graph.nodes[contents] else {
                throw FormatError("it is damaged: an array has no contents")
            }
            return StorageContents(
                byteCount: bytes.count,
                read: { offset, buffer in
                    buffer.copyBytes(from: bytes[offset...].prefix(buffer.count))
                    buffer.reverseBytes(ofEach: numberSize)
                }, check: {})
        }
        // This comes before the memory is allocated, since a small file may claim any size.
        let size = try source.storageSize(record.key)
        guard size == record.byteCount else {
            throw FormatError(
                "it is damaged: the storage \(record.key.shortened) has \(size) bytes and should have \(record.byteCount)"
            )
        }
        return StorageContents(
            byteCount: size,
            read: { [source] offset, buffer in
                try source.readStorage(record.key, at: offset, into: buffer)
                buffer.reverseBytes(ofEach: numberSize)
            }, check: { [source] in try source.checkStorage(record.key) })
    }

    /// Returns the bytes of one number in a storage: half an element if the elements are complex.
    private mutating func numberSize(storage index: Int) throws -> Int {
        if case .typed(let dtype) = graph.storages[index].type { return dtype.numberSize }
        if numberSizes.isEmpty {
            for tensor in graph.tensors { numberSizes[tensor.storage, default: []].insert(tensor.dtype.numberSize) }
        }
        guard let sizes = numberSizes[index], sizes.count == 1, let size = sizes.first else {
            throw FormatError(
                "tensors of types of several sizes share a storage whose bytes are in another order", .unsupported)
        }
        return size
    }

    private mutating func sparseTensor(_ record: PickleGraph.SparseTensorRecord) throws -> Tensor {
        let parts = try record.parts.map { part in
            let record = graph.tensors[part]
            return try filledStorage(record.storage).tensor(record.geometry, dtype: record.dtype)
        }
        var elementCount = 1
        for size in record.shape {
            let (product, overflow) = elementCount.multipliedReportingOverflow(by: max(size, 1))
            guard size >= 0, !overflow else {
                throw FormatError("it is damaged: a sparse tensor cannot have the shape \(record.shape)")
            }
            elementCount = product
        }
        // All indices are checked, and a file of a few bytes may repeat the same ones endlessly.
        for part in parts.dropLast() {
            let (sum, overflow) = indexCount.addingReportingOverflow(part.count)
            guard !overflow, sum / 4 <= source.fileSize else {
                throw FormatError("it refers to its parts so often that it would be too large: \(sum) indices and more")
            }
            indexCount = sum
        }
        do {
            return try SparseTensor(
                layout: record.layout, shape: record.shape, parts: parts, isCoalesced: record.isCoalesced
            ).tensor()
        } catch let error as TorchError where error.kind != .outOfMemory {
            throw FormatError("it is damaged: a sparse tensor's parts do not fit: \(error.message)")
        }
    }

    // MARK: Bounds

    private func requireDepth(_ depth: Int) throws {
        guard depth <= StatePickler.greatestDepth else {
            throw FormatError("it is nested more than \(StatePickler.greatestDepth) levels deep", .unsupported)
        }
    }

    /// A file of a few bytes can refer to a list ten times in a list, to that list ten times in another, and so on.
    /// Such a value costs nothing until it is traversed, and then it takes forever.
    private func requireWeight(_ weight: Int) throws {
        let (scaled, overflow) = graph.byteCount.multipliedReportingOverflow(by: 16)
        guard weight <= max(overflow ? .max : scaled, 1 << 20) else {
            throw FormatError("it refers to its parts so often that it would be too large: \(weight) values and more")
        }
    }
}

extension UnsafeMutableRawBufferPointer {
    /// Reverses the bytes of each number of this size. An incomplete number at the end stays as it is.
    fileprivate func reverseBytes(ofEach size: Int) {
        guard size > 1, count >= size else { return }
        let whole = UnsafeMutableRawBufferPointer(rebasing: self[..<(count - count % size)])
        func swap<Number: FixedWidthInteger>(_ type: Number.Type) {
            let numbers = whole.bindMemory(to: type)
            for index in numbers.indices { numbers[index] = numbers[index].byteSwapped }
        }
        switch size {
        case 2: swap(UInt16.self)
        case 4: swap(UInt32.self)
        default: swap(UInt64.self)
        }
    }
}
