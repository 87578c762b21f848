import Torch

/// Makes the value that a pickle describes, with the tensors from the archive's records.
struct StateBuilder {
    private let graph: PickleGraph
    private let archive: ArchiveReader
    private let makeStorage: StorageMaker
    private var storages: [Int: TensorStorage] = [:]
    private var states: [State]

    /// How far a node is.
    private enum State {
        case untouched
        case begun
        case done(Built)
    }

    private struct Built {
        let value: StateValue
        /// How many levels of lists and dictionaries it has.
        let height: Int
        /// How large it is when everything that is shared is counted as often as it occurs.
        let weight: Int
    }

    /// Makes a storage of so many bytes, filled by a function that may be called later, and more than once.
    typealias StorageMaker = (Int, @escaping @Sendable (UnsafeMutableRawBufferPointer) throws -> Void) throws ->
        TensorStorage

    init(
        graph: PickleGraph, archive: ArchiveReader,
        makeStorage: @escaping StorageMaker = { try TensorStorage(byteCount: $0, fill: $1) }
    ) {
        self.graph = graph
        self.archive = archive
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
        case .begun: throw FormatError("it holds a value that contains itself, which is not read")
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
        case .double(let value): return leaf(.double(value))
        case .string(let value): return leaf(.string(value), weight: 1 + value.utf8.count / 16)
        case .tensor(let index): return leaf(.tensor(try tensor(graph.tensors[index])))
        case .list(let elements):
            let (values, height, weight) = try build(elements, depth: depth)
            return Built(value: .list(values), height: height, weight: weight)
        case .tuple(let elements):
            let (values, height, weight) = try build(elements, depth: depth)
            return Built(value: .tuple(values), height: height, weight: weight)
        case .dictionary(let entries):
            let (values, height, weight) = try build(entries, depth: depth)
            return Built(value: .dictionary(try dictionary(values)), height: height, weight: weight)
        case .global(let global):
            guard DType(global) != nil else { throw FormatError.notData(global) }
            return leaf(.string("torch.\(global.name)"))
        case .storage: throw FormatError("it holds a storage outside a tensor, which is not read")
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

    private func dictionary(_ entries: [StateValue]) throws -> StateDict {
        var state = StateDict()
        for index in stride(from: 0, to: entries.count, by: 2) {
            let key: StateDict.Key =
                switch entries[index] {
                case .string(let name): .string(name)
                case .int(let number): .int(number)
                case let other:
                    throw FormatError(
                        "a dictionary has a \(other.typeName) as a key, and only strings and integers are read")
                }
            // Python writes no key twice, but may hold apart what Swift does not: "é" in one character and in two.
            guard state[key] == nil else {
                throw FormatError("a dictionary has the key '\(key.description.shortened)' twice")
            }
            state[key] = entries[index + 1]
        }
        return state
    }

    // MARK: Tensors

    private mutating func tensor(_ record: PickleGraph.TensorRecord) throws -> Tensor {
        try storage(record.storage).tensor(record.geometry, dtype: record.dtype)
    }

    private mutating func storage(_ index: Int) throws -> TensorStorage {
        if let storage = storages[index] { return storage }
        let record = graph.storages[index]
        let name = "data/\(record.key)"
        // Before the memory is taken: a small file may claim any size.
        let size = try archive.size(name)
        guard size == record.byteCount else {
            throw FormatError(
                "it is damaged: the storage \(record.key.shortened) has \(size) bytes and should have \(record.byteCount)"
            )
        }
        let storage = try makeStorage(size) { [archive] in try archive.read(name, into: $0) }
        storages[index] = storage
        return storage
    }

    // MARK: Bounds

    private func requireDepth(_ depth: Int) throws {
        guard depth <= StatePickler.greatestDepth else {
            throw FormatError("it is nested more than \(StatePickler.greatestDepth) levels deep")
        }
    }

    /// A file of a few bytes can refer to a list ten times in a list, and to that ten times, and so on. Such a value costs
    /// nothing until someone walks it, and then everything.
    private func requireWeight(_ weight: Int) throws {
        let (scaled, overflow) = graph.byteCount.multipliedReportingOverflow(by: 16)
        guard weight <= max(overflow ? .max : scaled, 1 << 20) else {
            throw FormatError("it refers to its parts so often that it would be too large: \(weight) values and more")
        }
    }
}
