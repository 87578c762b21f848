import TestSupport
import Testing

@testable import Helios

@Suite(.standardGenerator) struct StatefulPropertiesTests {
    private class Base: Model<Int> {
        let encoder: Linear
        let number = 3

        init() throws {
            encoder = try Linear(2, 2)
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
            decoder = try Linear(2, 1)
            blocks = [try Linear(1, 1), try Linear(1, 1)]
            heads = ["b": try Linear(1, 1), "a": try Linear(1, 1)]
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
}
