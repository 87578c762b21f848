/// The stored properties of a model that have a state, by reflection: superclasses first, in order of declaration.
///
/// Those are networks, optimizers and whatever else is `Stateful`, lists and tables of such, `@Saved` properties, and
/// tensors (see `TensorTree`).
struct StatefulProperties {
    private let properties: [(name: String, entry: StatefulEntry)]
    /// Those that have no state, or have other values beside the objects with a state.
    private let others: [(name: String, value: Any)]

    init(of model: any AnyModel) {
        var properties: [(name: String, entry: StatefulEntry)] = []
        var others: [(name: String, value: Any)] = []
        for (name, value) in Self.stored(in: model) {
            let entry = StatefulEntry(value)
            if let entry { properties.append((name, entry)) }
            if entry?.isGroup ?? true { others.append((entry == nil ? name : "\(name) (beside its objects)", value)) }
        }
        (self.properties, self.others) = (properties, others)
    }

    /// The tensors without a state of their own: inside of structures and collections, or beside other values.
    private var otherTensors: [(name: String, tensors: [Tensor])] {
        others.compactMap { name, value in
            let tensors = tensorsInside(value)
            return tensors.isEmpty ? nil : (name, tensors)
        }
    }

    /// The properties that hold objects with a state where those are not found, with the type of that place.
    var unfoundObjects: [(name: String, place: Any.Type)] {
        others.compactMap { name, value in placeOfUnfoundObjects(in: value).map { (name, $0) } }
    }

    /// The stored properties of a model's own classes with their values; not those of `Model`, which the trainer saves.
    static func stored(in model: any AnyModel) -> [(name: String, value: Any)] {
        var mirrors: [Mirror] = []
        var current: Mirror? = Mirror(reflecting: model)
        while let mirror = current, let superclass = mirror.superclassMirror {
            mirrors.append(mirror)
            current = superclass
        }
        return mirrors.reversed().flatMap { mirror in
            mirror.children.compactMap { child in
                child.label.map { (name: StatefulProperties.name($0, of: child.value), value: child.value) }
            }
        }
    }

    /// A property's name, without the prefix that the compiler gives a lazy or a wrapped one.
    private static func name(_ label: String, of value: Any) -> String {
        let lazy = "$__lazy_storage_$_"
        if label.hasPrefix(lazy) { return String(label.dropFirst(lazy.count)) }
        let isWrapped = value is any SavedProperty || value is any UnsavedProperty
        return isWrapped && label.hasPrefix("_") ? String(label.dropFirst()) : label
    }

    /// Everything that has a state, also what is in lists and tables, with the way to it: `network`, `blocks.0`.
    var members: [(name: String, value: any Stateful)] {
        properties.flatMap { $0.entry.members(named: $0.name) }
    }

    /// Every module, also those in lists and tables.
    var modules: [(name: String, module: Module)] {
        members.compactMap { member in (member.value as? Module).map { (member.name, $0) } }
    }

    /// The modules that have a state, parameters or buffers: a loss without any is no network.
    var networks: [(name: String, network: Module)] {
        modules.filter(\.module.hasState).map { (name: $0.name, network: $0.module) }
    }

    /// The states of all properties that have one.
    ///
    /// - Parameter start: the tensors that the model had after its setup; `nil` if that is not known.
    /// - Returns: the state, and the properties whose tensors are not in it because they could not be restored.
    func stateDict(since start: SetupTensors?) throws -> (state: StateDict, unsaved: [String]) {
        let unsaved = start.map { start in
            properties.filter { start.lacks($0.name, $0.entry) }.map(\.name)
                + otherTensors.filter { start.lacks($0.name, $0.tensors) }.map(\.name)
        }
        let left = Set(unsaved ?? [])
        let state = try StatefulProperties.stateDict(
            of: properties.filter { $0.entry.hasState && !left.contains($0.name) })
        return (state, unsaved ?? [])
    }

    /// The properties that hold objects with a state, which only something that makes them again can restore.
    func namesOfObjects(since start: SetupTensors?) -> [String] {
        guard let start else { return [] }
        return properties.filter { !$0.entry.isValue && $0.entry.hasState && !start.hasObject($0.name) }.map(\.name)
    }

    /// What tensors the properties hold now.
    var tensors: SetupTensors {
        SetupTensors(properties: properties, others: otherTensors)
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
            do {
                state[name] = try entry.stateValue()
            } catch {
                guard entry.isValue else { throw error }
                throw StateDictError("the property '\(name)' cannot be saved: \(error)")
            }
        }
        return state
    }

    /// Restores the properties' states; for testing only those of the networks, tensors and `@Saved` properties.
    ///
    /// - Parameters:
    ///   - start: the tensors that the model had after its setup; `nil` if that is not known.
    ///   - added: the names that the model's own `stateDict` adds, which are the model's to restore.
    /// - Returns: the tensors and `@Saved` properties that the state lacks, and that stay as they are.
    /// - Throws: `StateDictError` for a state that does not fit, that is missing, or that nothing is there for.
    func load(
        _ state: StateDict, networksOnly: Bool, since start: SetupTensors?, added: () -> Set<String>
    ) throws -> [String] {
        let names = Set(properties.map(\.name))
        let unknown = networksOnly ? [] : state.filter { !names.contains($0.key.description) && !$0.value.isEmpty }
        if !unknown.isEmpty {
            let added = added()
            if let other = unknown.map(\.key.description).first(where: { !added.contains($0) }) {
                throw StateDictError(
                    "there is a state of '\(other)', and the model has nothing there to restore: create it in "
                        + "setup(fastInit:), mark the property @Saved if it is a value, or, if an overridden stateDict() "
                        + "added it, remove it from the state before super.loadStateDict")
            }
        }
        var missing: [String] = []
        for (name, entry) in properties {
            if entry.isValue {
                guard let value = state[name] else {
                    // Tensors that came after the setup were restored by the model itself.
                    let isExpected = start.map { !$0.lacks(name, entry) } ?? true
                    if !networksOnly, isExpected { missing.append(name) }
                    continue
                }
                do {
                    try entry.load(value, networksOnly: networksOnly)
                } catch {
                    throw StateDictError("the state of '\(name)' cannot be restored: \(error)")
                }
                continue
            }
            guard !networksOnly || entry.hasNetworks else { continue }
            // What has no state may have come after the checkpoint: a loss, for instance.
            if state[name] == nil, !entry.hasState { continue }
            do {
                try entry.load(try state.value(.string(name)), networksOnly: networksOnly)
            } catch {
                throw StateDictError("the state of '\(name)' cannot be restored: \(error)")
            }
        }
        return missing
    }
}

/// The tensors that a model's properties hold right after its setup: what a later checkpoint can restore in place.
struct SetupTensors {
    private var places: [String: String] = [:]
    private var others: [String: [Tensor]] = [:]
    private var objects: Set<String> = []

    fileprivate init(
        properties: [(name: String, entry: StatefulEntry)], others: [(name: String, tensors: [Tensor])]
    ) {
        for (name, entry) in properties {
            if case .tensors(let tree) = entry { places[name] = tree.places }
            if !entry.isValue { objects.insert(name) }
        }
        for (name, tensors) in others { self.others[name] = tensors }
    }

    /// Whether the property had an object with a state.
    fileprivate func hasObject(_ name: String) -> Bool { objects.contains(name) }

    /// Whether tensors are there that were not, or were elsewhere.
    fileprivate func lacks(_ name: String, _ entry: StatefulEntry) -> Bool {
        guard case .tensors(let tree) = entry else { return false }
        return places[name] != tree.places
    }

    /// Whether these are other tensors than after the setup.
    fileprivate func lacks(_ name: String, _ tensors: [Tensor]) -> Bool {
        guard let before = others[name], before.count == tensors.count else { return true }
        return zip(before, tensors).contains { !$0.isSame(as: $1) }
    }
}

extension StateValue {
    /// Whether it is a dictionary with nothing in it, as the state of a module without parameters and buffers.
    fileprivate var isEmpty: Bool {
        if case .dictionary(let state) = self { state.isEmpty } else { false }
    }
}

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
    fileprivate init?(objectsIn value: Any, depth: Int = 0) {
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
    fileprivate var isGroup: Bool {
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

    func load(_ value: StateValue, networksOnly: Bool) throws {
        switch (self, value) {
        case (.saved(let property), _): try property.load(value)
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

/// The type of the value in which a property hides objects with a state: a collection that is no array and no
/// dictionary, or one that is too deep. `nil` if there is none.
private func placeOfUnfoundObjects(in value: Any, depth: Int = 0) -> Any.Type? {
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
