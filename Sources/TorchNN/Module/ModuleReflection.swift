import Torch

/// What a module's stored properties hold, by reflection: superclasses first, in the order of declaration.
///
/// Parameters and buffers are found once: their properties' slots stay, whatever is assigned to them. Children are read
/// again each time, so that one that is replaced, added, or removed is seen; a module whose properties cannot hold any
/// (a layer) is not looked at again.
final class ModuleReflection {
    let parameters: [(key: String, slot: TensorSlot)]
    let buffers: [(key: String, slot: TensorSlot)]

    /// The key of each stored property of each class that may hold children; `nil` for those that cannot.
    private let childKeys: [[String?]]
    private let mayHaveChildren: Bool
    /// Whether there is a `lazy var` whose value is a module, or may have some in it.
    private let hasLazyChildren: Bool
    /// The names of the lazy properties that were unused when the module was checked, and whose types do not say
    /// whether they hold modules.
    private var unusedWhenChecked: Set<String> = []
    /// A part that reflection cannot find where it is, with the name of its property; `nil` if all parts are found.
    let unfoundPart: (property: String, part: UnfoundPart)?
    /// What is wrong with the module's `childKeys`; `nil` if nothing is.
    let childKeyProblem: String?

    init(of module: Module) {
        let otherKeys = module.childKeys
        var names: [String] = []
        var parameters: [(key: String, slot: TensorSlot)] = []
        var buffers: [(key: String, slot: TensorSlot)] = []
        var hasLazyChildren = false
        var unfoundPart: (property: String, part: UnfoundPart)?
        childKeys = Self.mirrors(of: module).map { mirror in
            mirror.children.map { property -> String? in
                guard let label = property.label else { return nil }
                guard let holder = property.value as? any SlotHolder else {
                    if neverHoldsModules(type(of: property.value)) { return nil }
                    let name = Self.key(label)
                    if Self.isLazy(label) { hasLazyChildren = true }
                    names.append(name)
                    if unfoundPart == nil { unfoundPart = UnfoundPart(in: property.value).map { (name, $0) } }
                    return otherKeys[name] ?? name
                }
                let slot = holder.slot
                let key = slot.name ?? Self.key(label)
                switch slot.kind {
                case .parameter: parameters.append((key, slot))
                case .buffer: buffers.append((key, slot))
                }
                return nil
            }
        }
        self.parameters = parameters
        self.buffers = buffers
        self.hasLazyChildren = hasLazyChildren
        self.unfoundPart = unfoundPart
        mayHaveChildren = childKeys.contains { $0.contains { $0 != nil } }
        childKeyProblem = otherKeys.isEmpty ? nil : Self.problem(of: otherKeys, names, module)
    }

    private static func problem(of keys: [String: String], _ names: [String], _ module: Module) -> String? {
        for (name, key) in keys.sorted(by: { $0.key < $1.key }) {
            guard names.contains(name) else {
                return "childKeys of \(type(of: module)) has a key for '\(name)', and there is no such child"
                    + NearNames.question(name, among: names)
            }
            if key.isEmpty { return "childKeys of \(type(of: module)) has an empty key for '\(name)'" }
        }
        return nil
    }

    /// The children that the properties hold now.
    func children(of module: Module) -> [(key: String, node: ModuleNode)] {
        guard mayHaveChildren else { return [] }
        var children: [(key: String, node: ModuleNode)] = []
        for (mirror, keys) in zip(Self.mirrors(of: module), childKeys) {
            for (property, key) in zip(mirror.children, keys) {
                if let key, let node = ModuleNode(property.value) { children.append((key, node)) }
            }
        }
        return children
    }

    /// What is wrong with a `lazy var` of modules: it has not been used, so they do not exist, or it was first used
    /// after this check, so that the parameters that were asked for then did not include theirs. `nil` if nothing is
    /// wrong.
    func lazyChildProblem(of module: Module) -> String? {
        guard hasLazyChildren else { return nil }
        for property in Self.mirrors(of: module).flatMap(\.children) {
            guard let label = property.label, Self.isLazy(label) else { continue }
            let name = Self.key(label)
            if (property.value as? any OptionalValue)?.isNil == true {
                if holdsModules(type(of: property.value)) {
                    return "'\(name)' is a lazy var that was not used yet, so its parameters would be missing: declare "
                        + "it with let, or make it in an initializer"
                }
                unusedWhenChecked.insert(name)
            } else if unusedWhenChecked.contains(name), ModuleNode(property.value) != nil {
                return "'\(name)' is a lazy var whose modules were made after the network was first used, so whatever "
                    + "read its parameters before lacks them: declare it with let, or make it in an initializer"
            }
        }
        return nil
    }

    /// The mirrors of a module's classes without `Module` itself.
    private static func mirrors(of module: Module) -> [Mirror] {
        var mirrors: [Mirror] = []
        var current: Mirror? = Mirror(reflecting: module)
        while let mirror = current, mirror.subjectType != Module.self {
            mirrors.append(mirror)
            current = mirror.superclassMirror
        }
        return mirrors.reversed()
    }

    /// A property's name, without the prefix that the compiler gives a wrapped or lazy one.
    private static func key(_ label: String) -> String {
        if isLazy(label) { return String(label.dropFirst(lazyPrefix.count)) }
        return label.hasPrefix("_") ? String(label.dropFirst()) : label
    }

    /// The prefix that the compiler gives the name of a `lazy var`, whose storage is an optional.
    private static let lazyPrefix = "$__lazy_storage_$_"

    private static func isLazy(_ label: String) -> Bool { label.hasPrefix(lazyPrefix) }
}

/// Whether values of a type are modules, or optionals, arrays or dictionaries of modules.
func holdsModules(_ type: Any.Type) -> Bool {
    if type is Module.Type || type == (any Layer).self { return true }
    if let type = type as? any OptionalValue.Type { return holdsModules(type.wrappedType) }
    if let type = type as? any ModuleContainer.Type { return holdsModules(type.elementType) }
    return false
}

protocol OptionalValue {
    static var wrappedType: Any.Type { get }
    var isNil: Bool { get }
    /// What is in the optional, or in the optional that is in it.
    var wrappedValue: Any? { get }
}

extension Optional: OptionalValue {
    static var wrappedType: Any.Type { Wrapped.self }
    var isNil: Bool {
        if case .none = self { true } else { false }
    }
    var wrappedValue: Any? {
        guard case .some(let value) = self else { return nil }
        guard let optional = value as? any OptionalValue else { return value }
        return optional.wrappedValue
    }
}

/// Whether a value of a type never holds a module. A long list of such values is not worth looking through.
func neverHoldsModules(_ type: Any.Type) -> Bool {
    switch type {
    case is any Numeric.Type, is any StringProtocol.Type, is Bool.Type, is Double?.Type, is Tensor.Type,
        is Tensor?.Type, is DType.Type, is Device.Type, is any SpatialSize.Type, is Padding.Type, is PaddingMode.Type,
        is Reduction.Type, is (any BatchSynchronization)?.Type:
        true
    default: false
    }
}

/// A child, or a list or table of children, as a stored property holds it. A tuple or a structure with modules in it is
/// a table of its parts.
indirect enum ModuleNode {
    case module(Module)
    case group(GroupKind, [(key: String, node: ModuleNode)])

    /// PyTorch's names for a list and a table of modules.
    enum GroupKind: String {
        case list = "ModuleList"
        case table = "ModuleDict"
    }

    /// `nil` for what holds no module. (A cast looks through optionals by itself.)
    init?(_ value: Any) {
        self.init(value, depth: 0)
    }

    fileprivate init?(_ value: Any, depth: Int) {
        // An optional describes itself, as a collection does, which would hide a structure in it.
        if let optional = value as? any OptionalValue {
            guard let wrapped = optional.wrappedValue else { return nil }
            self.init(wrapped, depth: depth)
        } else if let module = value as? Module {
            self = .module(module)
        } else if let container = value as? any ModuleContainer {
            guard let node = container.moduleNode(depth: depth) else { return nil }
            self = node
        } else {
            self.init(partsOf: value, depth: depth)
        }
    }

    /// The modules in a tuple, a structure, or the value that a case of an enumeration carries. Objects that are no
    /// modules are not looked into.
    private init?(partsOf value: Any, depth: Int) {
        // Types that describe themselves are not made for this, and may take long (`Data`).
        guard depth < ModuleNode.greatestDepth, !(value is any CustomReflectable) else { return nil }
        let mirror = Mirror(reflecting: value)
        switch mirror.displayStyle {
        case .tuple, .struct:
            let members = mirror.children.enumerated().compactMap { position, part in
                ModuleNode(part.value, depth: depth + 1).map { node in
                    // The parts of a tuple without names are called ".0", ".1".
                    (key: part.label.map { String($0.drop { $0 == "." || $0 == "_" }) } ?? "\(position)", node: node)
                }
            }
            guard !members.isEmpty else { return nil }
            self = .group(.table, members)
        case .enum:
            guard let payload = mirror.children.first,
                let node = ModuleNode(payload.value, depth: depth + 1)
            else { return nil }
            self = node
        default:
            return nil
        }
    }

    /// How deep structures in structures are looked into, so that a long list of them does not exhaust the stack. What
    /// is deeper is an error, see `UnfoundPart`.
    static let greatestDepth = 100

    /// Calls `body` for every module in the node with its key; without keys if `key` is `nil`, which takes less time.
    func forEach(key: String?, _ body: (String?, Module) throws -> Void) rethrows {
        switch self {
        case .module(let module): try body(key, module)
        case .group(_, let members):
            for member in members { try member.node.forEach(key: key.map { "\($0).\(member.key)" }, body) }
        }
    }
}

protocol ModuleContainer {
    /// The type of what is in it, keys aside.
    static var elementType: Any.Type { get }
    /// `nil` if there is no module inside.
    func moduleNode(depth: Int) -> ModuleNode?
}

extension Array: ModuleContainer {}
extension ArraySlice: ModuleContainer {}
extension ContiguousArray: ModuleContainer {}

extension ModuleContainer where Self: Sequence {
    static var elementType: Any.Type { Element.self }

    func moduleNode(depth: Int) -> ModuleNode? {
        if neverHoldsModules(Element.self) { return nil }
        let members = enumerated().compactMap { position, element in
            ModuleNode(element, depth: depth).map { (key: String(position), node: $0) }
        }
        return members.isEmpty ? nil : .group(.list, members)
    }
}

extension Dictionary: ModuleContainer {
    static var elementType: Any.Type { Value.self }

    /// In the order of the keys, since a dictionary has none.
    func moduleNode(depth: Int) -> ModuleNode? {
        let members = compactMap { key, value in
            ModuleNode(value, depth: depth).map { (key: String(describing: key), number: key as? Int, node: $0) }
        }
        guard !members.isEmpty else { return nil }
        let sorted = members.sorted { left, right in
            if let left = left.number, let right = right.number { left < right } else { left.key < right.key }
        }
        return .group(.table, sorted.map { (key: $0.key, node: $0.node) })
    }
}
