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
}
