import Testing
import Torch

struct StateDictTests {
    @Test("keys keep their order and their kinds apart")
    func keys() {
        let state: StateDict = [
            "1": "text", 1: "number", .bool(true): "truth", .double(1.5): "real", .none: "nothing",
            .tuple([1, .tuple(["a"])]): "tuple", .bytes([1]): "bytes", .dtype(.float32): "type",
            .bigInteger(BigInteger(UInt64.max)): "large",
        ]
        #expect(state.count == 9)
        #expect(
            state.keys.map(\.description) == [
                "1", "1", "True", "1.5", "None", "(1, (a))", "1 bytes", "torch.float32", "0xffffffffffffffff",
            ])
        #expect(state.names == ["1"])
        guard case .string("tuple")? = state[.tuple([1, .tuple(["a"])])] else {
            Issue.record("no value for a tuple")
            return
        }
    }

    @Test("attributes are kept apart from the keys")
    func attributes() throws {
        var state: StateDict = ["a": 1]
        #expect(state.kind == .plain)
        #expect(state.attributes.isEmpty)
        state.kind = .ordered
        state.attributes["_metadata"] = 2
        #expect(state.names == ["a"])
        #expect(try state.attributes.int("_metadata") == 2)
        let copy = state
        state.attributes = [:]
        #expect(try copy.attributes.int("_metadata") == 2)
    }

    @Test("a value of another type is an error that names the key and the types")
    func wrongTypes() throws {
        let state: StateDict = ["bytes": .bytes([1]), "size": .size([2, 3]), "set": .set([1])]
        let error = #expect(throws: StateDictError.self) { try state.string("bytes") }
        #expect(error?.description == "'bytes' of the state must be a string, and is a bytes")
        #expect(throws: StateDictError.self) { try state.list("set") }
        #expect(throws: StateDictError.self) { try state.int("none") }
        #expect(try state.list("size").count == 2)
    }

    @Test("a key may be any string, and a path leads through dictionaries and lists")
    func paths() throws {
        let weight = try Tensor([1.0, 2])
        let state: StateDict = [
            "layers.1.weight": .tensor(weight),
            "optimizer": .dictionary(["state": .dictionary([0: .dictionary(["step": 7, "lr": 0.5])])]),
            "history": .list([.dictionary(["loss": 2]), .dictionary(["loss": 1])]), "shape": .size([2, 3]),
        ]
        let (layer, name) = (1, "history")
        #expect(try state.tensor("layers.\(layer).weight").isSame(as: weight))
        #expect(state["layers.\(layer).weight"]?.tensor?.isSame(as: weight) == true)
        #expect(try state.int("optimizer", "state", 0, "step") == 7)
        #expect(try state.double("optimizer", "state", 0, "lr") == 0.5)
        #expect(try state.double(name, layer, "loss") == 1)
        #expect(try state.list(name).count == 2)
        #expect(try state.int("shape", 1) == 3)
        #expect(try state.int(.string("shape"), 0) == 2)
        #expect(try state.dictionary("optimizer", "state").keys == [0])
    }

    @Test("an error says how far a path leads, and what is there")
    func wrongPaths() throws {
        let state: StateDict = ["a": .dictionary(["b": .list([1, 2]), "c": "text"])]
        func message(_ call: () throws -> Int) -> String? {
            #expect(throws: StateDictError.self) { try call() }?.description
        }
        #expect(message { try state.int("x") } == "the state has no 'x'; it has [\"a\"]")
        #expect(message { try state.int("a", "x", "y") } == "the state has no 'a' / 'x'; 'a' has [\"b\", \"c\"]")
        #expect(
            message { try state.int("a", "b", 2) }
                == "the state has no 'a' / 'b' / '2'; 'a' / 'b' is a list of 2 values")
        #expect(message { try state.int("a", "b", -1) } != nil)
        #expect(message { try state.int("a", "c", "d") } == "the state has no 'a' / 'c' / 'd'; 'a' / 'c' is a string")
        #expect(message { try state.int("a", "c") } == "'a' / 'c' of the state must be an int, and is a string")
    }

    @Test("a value is read as what it is, and is nil as anything else")
    func accessors() throws {
        let state: StateDict = [
            "int": 3, "double": 0.5, "bool": true, "string": "text", "tensor": .tensor(try Tensor(1)),
            "list": .list([1, "two"]), "tuple": .tuple([1]), "size": .size([4]), "dictionary": .dictionary(["a": 1]),
        ]
        #expect(state["int"]?.int == 3 && state["int"]?.double == 3 && state["int"]?.bool == nil)
        #expect(state["double"]?.double == 0.5 && state["double"]?.int == nil)
        #expect(state["bool"]?.bool == true && state["bool"]?.int == nil)
        #expect(state["string"]?.string == "text" && state["string"]?.tensor == nil)
        #expect(state["tensor"]?.tensor?.count == 1 && state["tensor"]?.dictionary == nil)
        #expect(state["list"]?[1]?.string == "two" && state["list"]?[2] == nil && state["list"]?["a"] == nil)
        #expect(state["tuple"]?[0]?.int == 1 && state["size"]?[0]?.int == 4 && state["size"]?.list?.count == 1)
        #expect(state["dictionary"]?["a"]?.int == 1 && state["dictionary"]?["b"] == nil && state["none"]?["a"] == nil)
        #expect(state["dictionary"]?.dictionary?.count == 1 && state["int"]?.list == nil)
    }
}
