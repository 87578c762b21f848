import TestSupport
import Testing

@testable import TorchNN

/// What reflection does not find must be an error, since it would be neither trained nor saved.
@Suite(.standardGenerator)
struct UnfoundPartTests {
    /// A collection of its own, which shows its elements to reflection as `Deque` does.
    private struct Ring<Element>: Sequence, CustomReflectable {
        var elements: [Element]

        func makeIterator() -> IndexingIterator<[Element]> { elements.makeIterator() }
        var customMirror: Mirror { Mirror(self, unlabeledChildren: elements, displayStyle: .collection) }
    }

    private struct Box<Content> { var content: Content }

    /// A list whose links are structures in structures.
    private indirect enum Chain {
        case end
        case link(Linear, Chain)

        static func of(_ count: Int) -> Chain {
            (0..<count).reduce(.end) { chain, _ in .link(Linear(1, 1, bias: false), chain) }
        }
    }

    private final class Holder<Value>: Module {
        var value: Value
        var rows: [String] = ["a"]

        init(_ value: Value) { self.value = value }
    }

    @Test("structures are looked into, however many are in each other")
    func deepStructures() throws {
        let deep = Box(content: Box(content: Box(content: Box(content: Box(content: Box(content: Linear(1, 1)))))))
        #expect(try Holder(deep).parameters().count == 2)
        #expect(try Holder(Chain.of(20)).parameters().count == 20)
        let optional: Box<Linear??>? = Box(content: Linear(1, 1))
        #expect(try Holder(optional).parameters().count == 2)
        #expect(try Holder((1, Linear(1, 1)) as (Int, Linear)?).parameters().count == 2)
        #expect(try Holder(nil as Box<Linear>?).parameters().isEmpty)
    }

    @Test("more structures than are looked into are an error")
    func tooDeep() throws {
        let error = #expect(throws: ModuleError.self) { try Holder(Chain.of(200)).parameters() }
        #expect(error?.description.contains("'value' has more than 100 structures in each other") == true)
    }

    @Test("modules in a collection that is no array and no dictionary are an error, also if there are none yet")
    func collections() throws {
        for ring in [Ring(elements: [Linear(1, 1)]), Ring(elements: [])] {
            let error = #expect(throws: ModuleError.self) { try Holder(ring).parameters() }
            #expect(error?.description.contains("'value' has modules in a Ring<Linear>") == true)
        }
        #expect(throws: ModuleError.self) { try Holder(Box(content: Ring(elements: [(1, Linear(1, 1))]))).stateDict() }
        for ring in [Ring(elements: [1, 2]), Ring(elements: [])] {
            #expect(throws: Never.self) { try Holder(ring).parameters() }
        }
    }

    private protocol Named {}
    private final class NamedLinear: Module, Named { let layer = Linear(1, 1) }
    private final class LazyParts: Module {
        lazy var pair = (Linear(1, 1), 2)
        lazy var box = Box(content: Linear(1, 1))
        lazy var named: any Named = NamedLinear()
        lazy var count = 3
        lazy var table = ["a": 1]
    }

    @Test("modules that a lazy property makes after the network was used are an error, whatever its type")
    func lateParts() throws {
        let uses: [(String, (LazyParts) -> Void)] = [
            ("pair", { _ = $0.pair }), ("box", { _ = $0.box }), ("named", { _ = $0.named }),
        ]
        for (name, use) in uses {
            let late = LazyParts()
            _ = try late.parameters()
            use(late)
            let error = #expect(throws: ModuleError.self) { try late.parameters() }
            #expect(error?.description.contains("'\(name)' is a lazy var whose modules were made after") == true)
            // In time it is a child like any other.
            let early = LazyParts()
            use(early)
            #expect(try early.parameters().count == 2)
            #expect(try early.parameters().count == 2)
        }
    }

    @Test("a lazy property without modules may be used at any time")
    func latePlainValues() throws {
        let network = LazyParts()
        _ = try network.parameters()
        #expect(network.count == 3 && network.table.count == 1)
        #expect(throws: Never.self) { try network.parameters() }
    }
}
