import Torch

/// Modules in a list, with their indices as keys: `blocks.0.weight`.
///
/// You can also use a property that is an array of modules; this list is a module itself.
/// ```swift
/// let blocks = ModuleList((0..<4).map { _ in Linear(8, 8) })
/// for block in blocks { x = try block(x) }
/// ```
public final class ModuleList<Element>: Module, Sequence {
    /// The modules in order. Elements that are not modules are not found.
    public var elements: [Element]

    public init(_ elements: [Element] = []) {
        self.elements = elements
    }

    public var count: Int { elements.count }

    public subscript(position: Int) -> Element {
        get { elements[position] }
        set { elements[position] = newValue }
    }

    public func append(_ element: Element) {
        elements.append(element)
    }

    public func makeIterator() -> IndexingIterator<[Element]> {
        elements.makeIterator()
    }

    override func childNodes() -> [(key: String, node: ModuleNode)] {
        elements.enumerated().compactMap { position, element in
            ModuleNode(element).map { (key: String(position), node: $0) }
        }
    }

    override var printsEqualNeighborsOnce: Bool { true }
}
