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
    ///   - device: where tensors of a `@Saved` property go that had none.
    ///   - start: the tensors that the model had after its setup; `nil` if that is not known.
    ///   - added: the names that the model's own `stateDict` adds, which are the model's to restore.
    /// - Returns: the tensors and `@Saved` properties that the state lacks, and that stay as they are.
    /// - Throws: `StateDictError` for a state that does not fit, that is missing, or that nothing is there for.
    func load(
        _ state: StateDict, networksOnly: Bool, device: Device, since start: SetupTensors?, added: () -> Set<String>
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
                    try entry.load(value, networksOnly: networksOnly, device: device)
                } catch {
                    throw StateDictError("the state of '\(name)' cannot be restored: \(error)")
                }
                continue
            }
            guard !networksOnly || entry.hasNetworks else { continue }
            // What has no state may have come after the checkpoint: a loss, for instance.
            if state[name] == nil, !entry.hasState { continue }
            do {
                try entry.load(try state.value(.string(name)), networksOnly: networksOnly, device: device)
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
