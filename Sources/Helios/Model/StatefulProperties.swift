/// The stored properties of an object that have a state, by reflection: superclasses first, in order of declaration.
struct StatefulProperties {
    fileprivate enum Entry {
        case single(any Stateful)
        case list([any Stateful])
        case table([(String, any Stateful)])
    }

    private let entries: [(name: String, entry: Entry)]

    init(of object: AnyObject) {
        var mirrors: [Mirror] = []
        var current: Mirror? = Mirror(reflecting: object)
        while let mirror = current {
            mirrors.append(mirror)
            current = mirror.superclassMirror
        }
        entries = mirrors.reversed().flatMap { mirror in
            mirror.children.compactMap { child in
                guard let label = child.label, let entry = Entry(child.value) else { return nil }
                return (name: label, entry: entry)
            }
        }
    }

    /// Every network, also those in lists and tables.
    var networks: [Module] {
        entries.flatMap(\.entry.members).compactMap { $0 as? Module }
    }

    func stateDict() throws -> StateDict {
        var state = StateDict()
        for (name, entry) in entries {
            state[name] = try entry.stateValue()
        }
        return state
    }

    func networkStateDict() throws -> StateDict {
        let networks = entries.filter { $0.entry.members.contains { $0 is Module } }
        if networks.count == 1, case .single(let network) = networks[0].entry {
            return try network.stateDict()
        }
        var state = StateDict()
        for (name, entry) in networks {
            state[name] = try entry.stateValue()
        }
        return state
    }

    func load(_ state: StateDict, networksOnly: Bool) throws {
        for (name, entry) in entries where !networksOnly || entry.members.contains(where: { $0 is Module }) {
            do {
                try entry.load(try state.value(.string(name)), networksOnly: networksOnly)
            } catch {
                throw StateDictError("the state of '\(name)' cannot be restored: \(error)")
            }
        }
    }
}

extension StatefulProperties.Entry {
    /// nil for what has no state. (A cast looks through optionals by itself.)
    fileprivate init?(_ value: Any) {
        if let single = value as? any Stateful {
            self = .single(single)
        } else if let list = value as? [any Stateful] {
            // An empty array of anything can be cast to an empty array of everything.
            guard !list.isEmpty else { return nil }
            self = .list(list)
        } else if let table = value as? [String: any Stateful] {
            guard !table.isEmpty else { return nil }
            self = .table(table.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
        } else {
            return nil
        }
    }

    fileprivate var members: [any Stateful] {
        switch self {
        case .single(let member): [member]
        case .list(let members): members
        case .table(let members): members.map(\.1)
        }
    }

    fileprivate func stateValue() throws -> StateValue {
        switch self {
        case .single(let member): return .dictionary(try member.stateDict())
        case .list(let members): return .list(try members.map { .dictionary(try $0.stateDict()) })
        case .table(let members):
            var state = StateDict()
            for (name, member) in members {
                state[name] = .dictionary(try member.stateDict())
            }
            return .dictionary(state)
        }
    }

    fileprivate func load(_ value: StateValue, networksOnly: Bool) throws {
        func restore(_ member: any Stateful, _ value: StateValue) throws {
            guard !networksOnly || member is Module else { return }
            guard case .dictionary(let state) = value else {
                throw StateDictError("it must be a dictionary, and is a \(value.typeName)")
            }
            try member.loadStateDict(state)
        }
        switch (self, value) {
        case (.single(let member), _):
            try restore(member, value)
        case (.list(let members), .list(let values)), (.list(let members), .tuple(let values)):
            guard members.count == values.count else {
                throw StateDictError("it has \(values.count) parts, and \(members.count) are needed")
            }
            for (member, value) in zip(members, values) { try restore(member, value) }
        case (.table(let members), .dictionary(let state)):
            for (name, member) in members { try restore(member, try state.value(.string(name))) }
        default:
            throw StateDictError("a \(value.typeName) does not fit")
        }
    }
}
