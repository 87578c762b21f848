/// The stored properties of an object that have a state, by reflection: superclasses first, in order of declaration.
struct StatefulProperties {
    private let properties: [(name: String, entry: StatefulEntry)]

    init(of object: AnyObject) {
        var mirrors: [Mirror] = []
        var current: Mirror? = Mirror(reflecting: object)
        while let mirror = current {
            mirrors.append(mirror)
            current = mirror.superclassMirror
        }
        properties = mirrors.reversed().flatMap { mirror in
            mirror.children.compactMap { child in
                guard let label = child.label, let entry = StatefulEntry(child.value) else { return nil }
                return (name: StatefulProperties.name(label), entry: entry)
            }
        }
    }

    /// A property's name, without what the compiler puts before that of a lazy one.
    private static func name(_ label: String) -> String {
        let lazy = "$__lazy_storage_$_"
        return label.hasPrefix(lazy) ? String(label.dropFirst(lazy.count)) : label
    }

    /// Everything that has a state, also what is in lists and tables, with the way to it: `network`, `blocks.0`.
    var members: [(name: String, value: any Stateful)] {
        properties.flatMap { $0.entry.members(named: $0.name) }
    }

    /// Every network, also those in lists and tables.
    var networks: [Module] {
        members.compactMap { $0.value as? Module }
    }

    func stateDict() throws -> StateDict {
        try StatefulProperties.stateDict(of: properties)
    }

    func networkStateDict() throws -> StateDict {
        let networks = properties.filter(\.entry.hasNetworks)
        if networks.count == 1, case .single(let network) = networks[0].entry {
            return try network.stateDict()
        }
        return try StatefulProperties.stateDict(of: networks)
    }

    private static func stateDict(of properties: [(name: String, entry: StatefulEntry)]) throws -> StateDict {
        var state = StateDict()
        for (name, entry) in properties {
            guard state[name] == nil else {
                throw StateDictError("two classes of the model have a property '\(name)' with a state: rename one")
            }
            state[name] = try entry.stateValue()
        }
        return state
    }

    /// Restores the properties' states, or those of the networks alone.
    ///
    /// - Throws: `StateDictError` for a state that does not fit, that is missing, or that nothing is there for.
    func load(_ state: StateDict, networksOnly: Bool) throws {
        let names = Set(properties.map(\.name))
        if !networksOnly, let other = state.names.first(where: { !names.contains($0) }) {
            throw StateDictError(
                "there is a state of '\(other)', and the model has nothing there to restore: create it in "
                    + "setup(fastInit:)")
        }
        for (name, entry) in properties where !networksOnly || entry.hasNetworks {
            do {
                try entry.load(try state.value(.string(name)), networksOnly: networksOnly)
            } catch {
                throw StateDictError("the state of '\(name)' cannot be restored: \(error)")
            }
        }
    }
}

/// What has a state in a stored property: an object, or those in a list or a table, at any depth.
indirect enum StatefulEntry {
    case single(any Stateful)
    /// With nil for a place that is empty.
    case list([StatefulEntry?])
    case table([(key: StateDict.Key, entry: StatefulEntry)])

    /// nil for what has no state. (A cast looks through optionals by itself.)
    init?(_ value: Any) {
        if let single = value as? any Stateful {
            self = .single(single)
        } else if let container = value as? any StatefulContainer, let entry = container.statefulEntry {
            self = entry
        } else {
            return nil
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
        }
    }

    var hasNetworks: Bool {
        members(named: "").contains { $0.value is Module }
    }

    func stateValue() throws -> StateValue {
        switch self {
        case .single(let member): return .dictionary(try member.stateDict())
        case .list(let entries): return .list(try entries.map { try $0?.stateValue() ?? .none })
        case .table(let entries):
            var state = StateDict()
            for (key, entry) in entries { state[key] = try entry.stateValue() }
            return .dictionary(state)
        }
    }

    func load(_ value: StateValue, networksOnly: Bool) throws {
        switch (self, value) {
        case (.single(let member), _) where networksOnly && !(member is Module): break
        case (.single(let member), .dictionary(let state)):
            try member.loadStateDict(state)
        case (.list(let entries), .list(let values)), (.list(let entries), .tuple(let values)):
            guard entries.count == values.count else {
                throw StateDictError("it has \(values.count) parts, and \(entries.count) are needed")
            }
            for (position, (entry, value)) in zip(entries, values).enumerated() {
                if let entry {
                    try entry.load(value, networksOnly: networksOnly)
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
            for (key, entry) in entries { try entry.load(try state.value(key), networksOnly: networksOnly) }
        default:
            throw StateDictError("a \(value.typeName) does not fit")
        }
    }
}

private protocol StatefulContainer {
    /// nil where nothing inside has a state.
    var statefulEntry: StatefulEntry? { get }
}

extension Array: StatefulContainer {
    fileprivate var statefulEntry: StatefulEntry? {
        // A long list of numbers is not worth looking through.
        if Element.self is any Numeric.Type { return nil }
        let entries = map { StatefulEntry($0) }
        return entries.contains { $0 != nil } ? .list(entries) : nil
    }
}

extension Dictionary: StatefulContainer {
    /// In the order of the keys, since a dictionary has none.
    fileprivate var statefulEntry: StatefulEntry? {
        var entries: [(key: StateDict.Key, entry: StatefulEntry)] = []
        for (key, value) in self {
            guard let entry = StatefulEntry(value) else { continue }
            entries.append(((key as? Int).map(StateDict.Key.int) ?? .string("\(key)"), entry))
        }
        return entries.isEmpty ? nil : .table(entries.sorted { $0.key.description < $1.key.description })
    }
}
