import TestSupport
import Testing

@testable import Helios

@Suite(.standardGenerator) struct StatefulPropertiesTests {
    private class Base: Model<Int> {
        let encoder: Linear
        let number = 3

        init() throws {
            encoder = Linear(2, 2)
            super.init(saveName: "base")
        }
    }

    private final class Derived: Base {
        var decoder: Linear?
        var absent: Linear?
        let blocks: [Linear]
        let heads: [String: Linear]
        var optimizer: SGD!

        override init() throws {
            decoder = Linear(2, 1)
            blocks = [Linear(1, 1), Linear(1, 1)]
            heads = ["b": Linear(1, 1), "a": Linear(1, 1)]
            try super.init()
            optimizer = try SGD(encoder.parameters(), learningRate: 0.1)
        }
    }

    @Test("every stored property with a state is saved under its name, superclasses first")
    func names() throws {
        let state = try Derived().stateDict()
        #expect(state.names == ["encoder", "decoder", "blocks", "heads", "optimizer"])
        #expect(try state.list("blocks").count == 2)
        #expect(try state.dictionary("heads").names == ["a", "b"])
    }

    @Test("the state goes back where it came from")
    func roundTrip() throws {
        let (source, target) = (try Derived(), try Derived())
        try target.loadStateDict(source.stateDict(), fastInit: false)
        for (left, right) in zip(
            [target.encoder, target.blocks[1], target.heads["a"]],
            [source.encoder, source.blocks[1], source.heads["a"]])
        {
            try expectSameState(try #require(left), try #require(right))
        }
    }

    @Test("for testing, networks are enough")
    func networksOnly() throws {
        let source = try Derived()
        var state = try source.stateDict()
        state["optimizer"] = nil
        try Derived().loadStateDict(state, fastInit: true)
        #expect(throws: StateDictError.self) { try Derived().loadStateDict(state, fastInit: false) }
    }

    @Test("what does not fit is an error that names the property")
    func misfits() throws {
        for (name, value) in [
            ("encoder", StateValue.int(1)), ("blocks", .list([])), ("blocks", .dictionary([:])),
            ("heads", .dictionary([:])),
            ("decoder", .dictionary([:])),
        ] {
            var state = try Derived().stateDict()
            state[name] = value
            let error = #expect(throws: StateDictError.self) { try Derived().loadStateDict(state, fastInit: false) }
            #expect(error?.description.contains("'\(name)'") == true)
        }
    }

    @Test("several networks stand under their names in the trained state")
    func trainedState() throws {
        #expect(try Derived().trainedStateDict().names == ["encoder", "decoder", "blocks", "heads"])
    }

    @Test("training mode and evaluation mode reach every network")
    func modes() throws {
        let model = try Derived()
        try model.eval()
        #expect(!model.encoder.isTraining && !model.blocks[1].isTraining && model.heads["a"]?.isTraining == false)
        try model.train()
        #expect(model.encoder.isTraining && model.blocks[1].isTraining)
    }

    private final class Nested: Model<Int> {
        let grid: [[Linear]]
        var places: [Linear?]
        let byNumber: [Int: Linear]
        lazy var late = SGDHolder()
        let history: [Double] = [1, 2]
        var words: [String?] = ["a", nil]

        init() throws {
            grid = [[Linear(1, 1), Linear(1, 1)], [Linear(1, 1)]]
            places = [nil, Linear(1, 1)]
            byNumber = [10: Linear(1, 1), 9: Linear(1, 1)]
            super.init(saveName: "nested")
        }
    }

    private final class SGDHolder: Stateful {
        var number = 0
        func stateDict() -> StateDict { ["number": .int(number)] }
        func loadStateDict(_ state: StateDict) throws { number = try state.int("number") }
    }

    @Test("lists in lists, empty places, tables by number and lazy properties are saved and restored")
    func nested() throws {
        let (source, target) = (try Nested(), try Nested())
        source.late.number = 7
        let state = try source.stateDict()
        #expect(state.names == ["grid", "places", "byNumber", "late"])
        #expect(try state.dictionary("byNumber").keys.contains(.int(9)))
        target.late.number = 0
        try target.loadStateDict(state, fastInit: false)
        #expect(target.late.number == 7)
        for (left, right) in zip(
            target.grid.flatMap { $0 as [Linear?] } + [target.places[1], target.byNumber[9]],
            source.grid.flatMap { $0 as [Linear?] } + [source.places[1], source.byNumber[9]])
        {
            try expectSameState(try #require(left), try #require(right))
        }
        try target.eval()
        #expect(target.grid[1][0].isTraining == false && target.byNumber[10]?.isTraining == false)
    }

    @Test("a state that the model has no place for is an error, unless only the networks are wanted")
    func noPlace() throws {
        let source = try Derived()
        let state = try source.stateDict()
        let target = try Derived()
        target.optimizer = nil
        let error = #expect(throws: StateDictError.self) { try target.loadStateDict(state, fastInit: false) }
        #expect(error?.description.contains("'optimizer'") == true)
        try target.loadStateDict(state, fastInit: true)

        let nested = try Nested()
        let full = try nested.stateDict()
        nested.places = [nil, nil]
        #expect(throws: StateDictError.self) { try nested.loadStateDict(full, fastInit: false) }
    }

    @Test("two properties of one name, one private in each class, are an error that says the name")
    func sameName() throws {
        class Parent: Model<Int> {
            private let head = SGDHolder()
            init() { super.init(saveName: "parent") }
        }
        final class Child: Parent {
            private let head = SGDHolder()
        }
        #expect(try Parent().stateDict().names == ["head"])
        let error = #expect(throws: StateDictError.self) { try Child().stateDict() }
        #expect(error?.description.contains("'head'") == true)
    }

    private final class WithLoss: Model<Int> {
        let network: Linear
        let criterion = MSELoss()
        let losses: [Module] = [L1Loss(), MSELoss()]
        let weighted: CrossEntropyLoss?

        init(weights: Tensor? = nil) throws {
            network = Linear(2, 1)
            weighted = weights.map { CrossEntropyLoss(weight: $0) }
            super.init(saveName: "loss")
        }
    }

    @Test("a module without parameters and buffers is no network, and has no state; its mode changes all the same")
    func statelessModules() throws {
        let model = try WithLoss()
        #expect(try model.trainedStateDict().names == ["weight", "bias"])
        #expect(try model.stateDict().names == ["network"])
        #expect(model.namedNetworks().map(\.name) == ["network"])
        try model.eval()
        #expect(!model.criterion.isTraining && !model.losses[1].isTraining)
        // Checkpoints that were saved before have an empty state, and others none.
        var state = try model.stateDict()
        try WithLoss().loadStateDict(state, fastInit: false)
        state["criterion"] = .dictionary([:])
        state["gone"] = .dictionary([:])
        try WithLoss().loadStateDict(state, fastInit: false)
        // The weights of a loss are a buffer, as in PyTorch, and make it one.
        let weighted = try WithLoss(weights: Tensor.ones([3]))
        #expect(try weighted.trainedStateDict().names == ["network", "weighted"])
        #expect(try weighted.trainedStateDict().dictionary("weighted").names == ["weight"])
    }

    @Test("a name that an overridden stateDict adds is left to the override, and others get advice")
    func addedNames() throws {
        final class Adding: Model<Int> {
            let network: Linear
            var best = 0.0
            var last: Double?

            init() throws {
                network = Linear(2, 1)
                super.init(saveName: "adding")
            }

            override func stateDict() throws -> StateDict {
                var state = try super.stateDict()
                state["best"] = .double(best)
                if let last { state["last"] = .double(last) }
                return state
            }

            override func loadStateDict(_ state: StateDict, fastInit: Bool) throws {
                try super.loadStateDict(state, fastInit: fastInit)
                best = try state.double("best")
            }
        }
        let (source, target) = (try Adding(), try Adding())
        source.best = 0.75
        try target.loadStateDict(source.stateDict(), fastInit: false)
        #expect(target.best == 0.75)
        source.last = 1
        let error = #expect(throws: StateDictError.self) {
            try target.loadStateDict(source.stateDict(), fastInit: false)
        }
        #expect(error?.description.contains("'last'") == true)
        #expect(error?.description.contains("remove it from the state before super.loadStateDict") == true)
    }

    /// A model whose parts are in tuples and structures.
    private final class Grouped: Model<Int> {
        struct Parts {
            let network = Linear(1, 1)
            var mean = try? Tensor.zeros([1])
        }

        let pair: (Linear, SGD)
        var parts = Parts()
        let list: [(name: String, layer: Linear)] = [("a", Linear(1, 1))]
        let count = (1, 2)

        init() throws {
            let network = Linear(2, 2)
            pair = (network, try SGD(network, learningRate: 0.1, momentum: 0.9))
            super.init(saveName: "grouped")
        }
    }

    @Test("what is in tuples and structures is saved and restored, and found as networks and optimizers")
    func groups() throws {
        let (source, target) = (try Grouped(), try Grouped())
        for layer in [source.pair.0, source.parts.network, source.list[0].layer] { try Init.constant_(layer.weight, 7) }
        let state = try source.stateDict()
        #expect(state.names == ["pair", "parts", "list"])
        try target.loadStateDict(state, fastInit: false)
        for layer in [target.pair.0, target.parts.network, target.list[0].layer] {
            #expect(try layer.weight.eq(7).all().item(Bool.self))
        }
        #expect(source.namedNetworks().map(\.name) == ["pair.0", "parts.network", "list.0.1"])
        #expect(source.namedOptimizers().map(\.name) == ["pair.1"])
    }

    @Test("a tensor beside the objects of a structure is warned of, like any that cannot be restored")
    func tensorsInGroups() throws {
        let model = try Grouped()
        try model.noteSetup(withOptions: true)
        model.parts.mean = try Tensor.ones([1])
        _ = try model.stateDict()
        #expect(model.unsavedTensors == ["parts (beside its objects)"])
    }

    @Test("an optimizer that is made after setup is known, since a resume could not restore it")
    func madeLater() throws {
        final class Late: Model<Int> {
            let network = Linear(1, 1)
            var optimizer: SGD?
        }
        let model = Late(saveName: "late")
        try model.noteSetup(withOptions: true)
        #expect(StatefulProperties(of: model).namesOfObjects(since: model.setupTensors) == [])
        model.optimizer = try SGD(model.network, learningRate: 0.1)
        #expect(StatefulProperties(of: model).namesOfObjects(since: model.setupTensors) == ["optimizer"])
    }

    // MARK: Places that are not looked into

    /// A collection of its own, which shows its elements to reflection as `Deque` does.
    private struct Ring<Element>: Sequence, CustomReflectable {
        var elements: [Element]

        func makeIterator() -> IndexingIterator<[Element]> { elements.makeIterator() }
        var customMirror: Mirror { Mirror(self, unlabeledChildren: elements, displayStyle: .collection) }
    }

    private struct Experience {
        var observation: Tensor
        var reward = 0.0
    }

    private struct Box<Content> { var content: Content }

    private final class Hiding: SmallModel {
        var pool = Ring<Linear>(elements: [])
        var deep: Box<Box<Box<Box<Box<Box<Linear>>>>>>?
        var memory: [Experience] = []
        var recent = Ring<Tensor>(elements: [])
        var words = Ring(elements: ["a", "b"])

        override func setup(fastInit: Bool) throws {
            try super.setup(fastInit: fastInit)
            deep = Box(content: Box(content: Box(content: Box(content: Box(content: Box(content: Linear(1, 1)))))))
            pool.elements.append(Linear(1, 1))
        }

        override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws {
            try super.trainStep(batch, state: state)
            memory.append(Experience(observation: try .ones([1])))
            recent.elements = [try .ones([1])]
        }
    }

    @Test("objects and tensors in a place that is not looked into are warned of")
    func hiddenState() throws {
        let model = Hiding()
        let lines = try withTemporaryFolder { folder in
            let trainer = try Trainer.quiet(.epochs(2), checkpoints: .in(folder, every: 1))
            return try trainer.printedText { try trainer.fit(model, SmallData()) }.split(separator: "\n")
        }
        func count(_ text: String) -> Int { lines.count { $0.contains(text) } }
        #expect(count("the property 'pool' of Hiding holds something with a state in a Ring<Linear>") == 1)
        #expect(count("the property 'memory' of Hiding holds a tensor that is not in the checkpoint") == 1)
        #expect(count("the property 'recent' of Hiding holds a tensor that is not in the checkpoint") == 1)
        #expect(count("'words'") == 0)
        #expect(count("'deep'") == 0)
        #expect(try model.stateDict()["deep"] != nil)
    }
}
