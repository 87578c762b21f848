import Torch

/// Modules by name, in the order in which they were added: `heads.first.weight`.
///
/// You can also use a property that is a dictionary of modules; its modules are in alphabetical order, because a
/// dictionary has no order.
/// ```swift
/// let heads: ModuleDict = ["classes": Linear(8, 10), "boxes": Linear(8, 4)]
/// let logits = try heads["classes"]?(x)
/// ```
public final class ModuleDict<Element>: Module, Sequence, ExpressibleByDictionaryLiteral {
    /// The modules with their names. Elements that are not modules are not found.
    public private(set) var elements: [(name: String, module: Element)] = []

    /// If a name occurs several times, the last of its modules is used.
    public init(_ elements: [(String, Element)] = []) {
        super.init()
        for (name, module) in elements { self[name] = module }
    }

    public convenience init(dictionaryLiteral elements: (String, Element)...) {
        self.init(elements)
    }

    public var count: Int { elements.count }
    public var names: [String] { elements.map(\.name) }

    /// The module with a name; assigning `nil` removes it.
    public subscript(name: String) -> Element? {
        get { elements.first { $0.name == name }?.module }
        set {
            let position = elements.firstIndex { $0.name == name }
            switch (position, newValue) {
            case (let position?, let module?): elements[position].module = module
            case (let position?, nil): elements.remove(at: position)
            case (nil, let module?): elements.append((name, module))
            case (nil, nil): break
            }
        }
    }

    public func makeIterator() -> IndexingIterator<[(name: String, module: Element)]> {
        elements.makeIterator()
    }

    override func childNodes() -> [(key: String, node: ModuleNode)] {
        elements.compactMap { name, module in ModuleNode(module).map { (key: name, node: $0) } }
    }
}
