import Helios

/// A tree of state as one level of tensors, which is what a safetensors file holds.
struct FlatState {
    /// The tensors, by their keys with dots between them.
    private(set) var tensors: [(name: String, tensor: Tensor)] = []
    /// Where the tensors were, and everything that is not a tensor.
    private(set) var description = StateDescription.none
    private var names: Set<String> = []

    /// - Throws: if two tensors would have the same name, or one would have a name that the format reserves.
    init(_ value: StateValue) throws {
        description = try describe(value, at: .root)
    }

    private mutating func describe(_ value: StateValue, at path: StatePath) throws -> StateDescription {
        switch value {
        case .none: return .none
        case .bool(let value): return .bool(value)
        case .int(let value): return .int(value)
        case .double(let value): return .double(value)
        case .string(let value): return .string(value)
        case .list(let elements): return .list(try describe(elements, at: path))
        case .tuple(let elements): return .tuple(try describe(elements, at: path))
        case .set(let elements): return .set(try describe(elements, at: path))
        case .size(let sizes): return .size(sizes)
        case .bigInteger(let number): return .bigInteger(number)
        case .complex(let real, let imaginary): return .complex(real, imaginary)
        case .bytes(let bytes): return .bytes(bytes)
        case .dtype(let dtype): return .dtype(dtype)
        case .device(let name): return .device(name)
        case .dictionary(let state):
            let entries = try describe(state, at: path)
            let attributes = try describe(state.attributes, at: path.appending("attributes"))
            return .dictionary(state.kind, entries, attributes: attributes)
        case .tensor(let tensor):
            let name = path.isRoot ? "tensor" : path.text
            guard name != "__metadata__" else {
                throw CommandError("a tensor is named __metadata__, which safetensors files keep for themselves")
            }
            guard names.insert(name).inserted else {
                throw CommandError("two tensors would both be named '\(VisibleText.of(name))'")
            }
            tensors.append((name, tensor))
            return .tensor(name)
        }
    }

    private mutating func describe(_ state: StateDict, at path: StatePath) throws -> [StateDescription.Entry] {
        try state.map { entry in
            StateDescription.Entry(
                key: StateDescription(entry.key), value: try describe(entry.value, at: path.appending(entry.key)))
        }
    }

    private mutating func describe(_ elements: [StateValue], at path: StatePath) throws -> [StateDescription] {
        try elements.enumerated().map { try describe($0.element, at: path.appending(String($0.offset))) }
    }
}

extension FlatState {
    /// Returns every value that has no parts, by its path, which is how files of different formats are compared.
    static func leaves(_ value: StateValue) throws -> StateDict {
        var leaves = StateDict()
        try add(value, at: .root, to: &leaves)
        return leaves
    }

    private static func add(_ value: StateValue, at path: StatePath, to leaves: inout StateDict) throws {
        switch value {
        case .dictionary(let state) where !state.isEmpty:
            for (key, value) in state { try add(value, at: path.appending(key), to: &leaves) }
        case .list(let elements) where !elements.isEmpty, .tuple(let elements) where !elements.isEmpty,
            .set(let elements) where !elements.isEmpty:
            for (index, element) in elements.enumerated() {
                try add(element, at: path.appending(String(index)), to: &leaves)
            }
        default:
            guard leaves[path.text] == nil else {
                throw CommandError("two values are both at '\(VisibleText.of(path.text))'")
            }
            leaves[path.text] = value
        }
    }
}

extension StateFile {
    /// Returns the contents as one level of values without parts.
    func flattened() throws -> StateValue {
        do {
            return .dictionary(try FlatState.leaves(value))
        } catch let error as CommandError {
            throw CommandError("\(path): \(error)")
        }
    }
}
