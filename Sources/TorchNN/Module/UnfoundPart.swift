/// A part of a module that its stored property hides from reflection, so that it would silently be neither trained nor
/// saved.
enum UnfoundPart {
    /// A `@Parameter` or `@Buffer` inside of a value.
    case tensor
    /// A module in a value that is no array and no dictionary, and that describes itself to reflection.
    case module(in: Any.Type)
    /// Structures in structures, more than are looked into.
    case depth

    /// The first part in a property's value that reflection does not find; `nil` if all are found. Modules inside look
    /// after their own parts.
    init?(in value: Any) {
        self.init(in: value, depth: 0)
    }

    private init?(in value: Any, depth: Int) {
        if value is any SlotHolder {
            self = .tensor
            return
        }
        if neverHoldsModules(type(of: value)) { return nil }
        if let optional = value as? any OptionalValue {
            guard let wrapped = optional.wrappedValue else { return nil }
            self.init(in: wrapped, depth: depth)
            return
        }
        let mirror: Mirror
        if let container = value as? any ModuleContainer {
            if neverHoldsModules(type(of: container).elementType) { return nil }
            mirror = Mirror(reflecting: value)
        } else if value is any CustomReflectable {
            guard UnfoundPart.hasModules(value) else { return nil }
            self = .module(in: type(of: value))
            return
        } else {
            mirror = Mirror(reflecting: value)
        }
        switch mirror.displayStyle {
        case .tuple, .struct, .enum, .collection, .dictionary:
            guard depth < ModuleNode.greatestDepth else {
                self = .depth
                return
            }
            for child in mirror.children {
                if let part = UnfoundPart(in: child.value, depth: depth + 1) {
                    self = part
                    return
                }
            }
            return nil
        default:
            return nil
        }
    }

    /// Whether a value that describes itself, as the collections of other packages do, has modules in it.
    private static func hasModules(_ value: Any) -> Bool {
        if let sequence = value as? any Sequence {
            let type = elementType(of: sequence)
            if neverHoldsModules(type) { return false }
            if holdsModules(type) { return true }
        }
        let mirror = Mirror(reflecting: value)
        guard mirror.displayStyle != .class else { return false }
        // A long list whose first elements are no modules has none.
        return mirror.children.prefix(100).contains { ModuleNode($0.value) != nil }
    }

    private static func elementType<Elements: Sequence>(of elements: Elements) -> Any.Type { Elements.Element.self }

    /// What the error says about the property.
    func description(of property: String) -> String {
        switch self {
        case .tensor:
            "'\(property)' has a @Parameter or @Buffer inside, which is found only as a property of a module: put it into "
                + "a module of its own"
        case .module(let type):
            "'\(property)' has modules in a \(type), in which they are not found: put them into an array, a dictionary, or "
                + "properties of their own"
        case .depth:
            "'\(property)' has more than \(ModuleNode.greatestDepth) structures in each other, and modules are not looked "
                + "for any deeper: put it into an object that is no module, or the modules into an array"
        }
    }
}
