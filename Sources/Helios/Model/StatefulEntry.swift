import TorchDistributed

/// What has a state in a stored property: an object, or those in a list or a table, at any depth.
indirect enum StatefulEntry {
    case single(any Stateful)
    /// With `nil` for a place that is empty.
    case list([StatefulEntry?])
    case table([(key: StateDict.Key, entry: StatefulEntry)])
    /// A `@Saved` property.
    case saved(any SavedProperty)
    /// Tensors in a plain property.
    case tensors(TensorTree)

    /// `nil` for what has no state. (A cast looks through optionals by itself.)
    init?(_ value: Any) {
        if let object = StatefulEntry(objectsIn: value) {
            self = object
        } else if let property = value as? any SavedProperty {
            self = .saved(property)
        } else if let tree = TensorTree(value) {
            self = .tensors(tree)
        } else {
            return nil
        }
    }

    /// `nil` for what holds no object with a state.
    init?(objectsIn value: Any, depth: Int = 0) {
        if let single = value as? any Stateful {
            self = .single(single)
        } else if let container = value as? any StatefulContainer {
            guard let entry = container.statefulEntry(depth: depth) else { return nil }
            self = entry
        } else {
            self.init(partsOf: value, depth: depth)
        }
    }

    /// The objects in a tuple, a structure, or what a case of an enumeration carries, as in `var parts: (Linear, SGD)`.
    /// Objects without a state are not looked into.
    private init?(partsOf value: Any, depth: Int) {
        guard depth < greatestReflectedDepth, !(value is any SavedProperty), !(value is any UnsavedProperty) else {
            return nil
        }
        let mirror = Mirror(reflecting: value)
        // Types that describe themselves are not made for this, and may take long (`Data`). An optional does, too.
        guard mirror.displayStyle == .optional || !(value is any CustomReflectable) else { return nil }
        switch mirror.displayStyle {
        case .tuple:
            let entries = mirror.children.map { StatefulEntry(objectsIn: $0.value, depth: depth + 1) }
            guard entries.contains(where: { $0 != nil }) else { return nil }
            self = .list(entries)
        case .struct:
            var entries: [(key: StateDict.Key, entry: StatefulEntry)] = []
            for part in mirror.children {
                guard let label = part.label, let entry = StatefulEntry(objectsIn: part.value, depth: depth + 1) else {
                    continue
                }
                entries.append((.string(label), entry))
            }
            guard !entries.isEmpty else { return nil }
            self = .table(entries)
        case .optional, .enum:
            guard let wrapped = mirror.children.first,
                let entry = StatefulEntry(objectsIn: wrapped.value, depth: depth + 1)
            else { return nil }
            self = entry
        default:
            return nil
        }
    }

    /// Whether it may have tensors beside its objects.
    var isGroup: Bool {
        switch self {
        case .list, .table: true
        case .single, .saved, .tensors: false
        }
    }

    func members(named name: String) -> [(name: String, value: any Stateful)] {
        switch self {
        case .single(let member):
            [(name, member)]
        case .list(let entries):
            entries.enumerated().flatMap { $1?.members(named: "\(name).\($0)") ?? [] }
        case .table(let entries):
            entries.flatMap { $0.entry.members(named: "\(name).\($0.key)") }
        case .saved, .tensors: []
        }
    }

    /// Whether a module with parameters or buffers is there.
    var hasNetworks: Bool {
        members(named: "").contains { ($0.value as? Module)?.hasState ?? false }
    }

    /// Whether there is anything to save: not in modules without parameters and buffers.
    var hasState: Bool {
        isValue || members(named: "").contains { ($0.value as? Module)?.hasState ?? true }
    }

    /// Whether it is a value and no object.
    var isValue: Bool {
        switch self {
        case .single, .list, .table: false
        case .saved, .tensors: true
        }
    }

    func stateValue() throws -> StateValue {
        switch self {
        // Each rank has a part of it, and rank 0 saves the whole.
        case .single(let optimizer as ShardedOptimizer):
            return .dictionary(try optimizer.consolidatedStateDict(to: 0, maximumByteCount: 1 << 46) ?? [:])
        case .single(let member): return .dictionary(try member.stateDict())
        case .list(let entries): return .list(try entries.map { try $0?.stateValue() ?? .none })
        case .table(let entries):
            var state = StateDict()
            for (key, entry) in entries { state[key] = try entry.stateValue() }
            return .dictionary(state)
        case .saved(let property): return try property.stateValue()
        case .tensors(let tree): return try tree.stateValue()
        }
    }

    func load(_ value: StateValue, networksOnly: Bool, device: Device) throws {
        switch (self, value) {
        case (.saved(let property), _): try property.load(value, device: device)
        case (.tensors(let tree), _): try tree.load(value)
        case (.single(let member), _) where networksOnly && !(member is Module): break
        case (.single(let member), .dictionary(let state)):
            try member.loadStateDict(state)
        case (.list(let entries), .list(let values)), (.list(let entries), .tuple(let values)):
            guard entries.count == values.count else {
                throw StateDictError("it has \(values.count) parts, and \(entries.count) are needed")
            }
            for (position, (entry, value)) in zip(entries, values).enumerated() {
                if let entry {
                    try entry.load(value, networksOnly: networksOnly, device: device)
                } else if case .none = value {
                    continue
                } else if !networksOnly {
                    throw StateDictError("part \(position) is there, and none in the model")
                }
            }
        case (.table(let entries), .dictionary(let state)):
            let keys = Set(entries.map(\.key))
            if !networksOnly, let other = state.keys.first(where: { !keys.contains($0) }) {
                throw StateDictError("'\(other)' is there, and not in the model")
            }
            for (key, entry) in entries {
                try entry.load(try state.value(key), networksOnly: networksOnly, device: device)
            }
        default:
            throw StateDictError("a \(value.typeName) does not fit")
        }
    }
}

private protocol StatefulContainer {
    /// `nil` if nothing inside has a state.
    func statefulEntry(depth: Int) -> StatefulEntry?
}

extension Array: StatefulContainer {}
extension ArraySlice: StatefulContainer {}
extension ContiguousArray: StatefulContainer {}

extension StatefulContainer where Self: Sequence {
    fileprivate func statefulEntry(depth: Int) -> StatefulEntry? {
        if isNumberOrText(Element.self) { return nil }
        let entries = map { StatefulEntry(objectsIn: $0, depth: depth) }
        return entries.contains { $0 != nil } ? .list(entries) : nil
    }
}

extension Dictionary: StatefulContainer {
    /// In the order of the keys, since a dictionary has none.
    fileprivate func statefulEntry(depth: Int) -> StatefulEntry? {
        var entries: [(key: StateDict.Key, entry: StatefulEntry)] = []
        for (key, value) in self {
            guard let entry = StatefulEntry(objectsIn: value, depth: depth) else { continue }
            entries.append(((key as? Int).map(StateDict.Key.int) ?? .string("\(key)"), entry))
        }
        return entries.isEmpty ? nil : .table(entries.sorted { $0.key.description < $1.key.description })
    }
}

/// The type of the value in which a property hides objects with a state: a collection other than an array or a
/// dictionary, or one that is nested too deeply. `nil` if nothing is hidden.
func placeOfUnfoundObjects(in value: Any, depth: Int = 0) -> Any.Type? {
    if value is any UnsavedProperty || value is any SavedProperty { return nil }
    guard depth < greatestReflectedDepth else {
        return StatefulEntry(objectsIn: value) == nil ? nil : type(of: value)
    }
    if let sequence = value as? any Sequence, isNumberOrText(elementType(of: sequence)) { return nil }
    let mirror = Mirror(reflecting: value)
    switch mirror.displayStyle {
    case .collection, .dictionary, .set:
        let isLookedThrough = value is any StatefulContainer
        if !isLookedThrough, mirror.children.contains(where: { StatefulEntry(objectsIn: $0.value) != nil }) {
            return type(of: value)
        }
        fallthrough
    case .struct, .tuple, .optional, .enum:
        return mirror.children.lazy.compactMap { placeOfUnfoundObjects(in: $0.value, depth: depth + 1) }.first
    default:
        return nil
    }
}
