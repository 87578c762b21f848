import Helios
import TestSupport
import Testing

@testable import HeliosCommand

@Suite("StateDescription")
struct StateDescriptionTests {
    @Test("what is written is read again, with every type, key and order")
    func roundTrip() throws {
        let plain: StateValue = .dictionary([
            "none": nil, "yes": true, "no": false, "int": .int(.min), "one": 1.0,
            "tiny": .double(.leastNonzeroMagnitude),
            "third": .double(1 / 3),
            "nan": .double(.nan), "infinity": .double(-.infinity), "minus zero": -0.0, "text": "é\u{301}\"\\\n\u{0}",
            "large": .bigInteger(BigInteger(UInt64.max)), "complex": .complex(real: .nan, imaginary: -2),
            "bytes": .bytes([0, 255]), "dtype": .dtype(.bfloat16), "device": .device("cuda:1"), "size": .size([2, 3]),
            "set": .set([1, "x"]), "list": .list([1, .list([]), .tuple([])]),
            "tuple": .tuple([0.9, "x", .dictionary([:])]), 3: "three",
            "3.5": .dictionary([-1: nil]), "float": .dictionary(["float": 1]), "dict": .dictionary(["tensor": "x"]),
        ])
        var ordered: StateDict = [.none: 1, .bool(true): 2, .double(0.5): 3, .bytes([1]): 4, .tuple([1, "a"]): 5]
        ordered.kind = .ordered
        ordered.attributes = ["_metadata": .dictionary(["version": 1])]
        let value: StateValue = .list([plain, .dictionary(ordered)])
        let text = try FlatState(value).description.json.line
        var tensors: [String: Tensor] = [:]
        try expectSameState(StateDescription(json: text).value(&tensors), value)
    }

    @Test("tensors come back to their places, and those left over are told")
    func tensors() throws {
        let tensor = try Tensor([1.0, 2])
        let flat = try FlatState(.dictionary(["a": .list([.tensor(tensor)])]))
        #expect(flat.tensors.map(\.name) == ["a.0"])
        var tensors = ["a.0": tensor, "other": tensor]
        try expectSameState(
            StateDescription(json: flat.description.json.line).value(&tensors),
            .dictionary(["a": .list([.tensor(tensor)])]))
        #expect(tensors.keys.sorted() == ["other"])
    }

    @Test(
        "what convert does not write is an error",
        arguments: [
            "", "{", "{}", "{\"float\": \"x\"}", "{\"float\": 1, \"tuple\": []}", "{\"other\": 1}",
            "{\"dtype\": \"float33\"}", "{\"complex\": [1]}", "{\"size\": [0.5]}", "{\"dict\": [[1]]}",
            "{\"dict\": [[\"a\", 1], [\"a\", 2]]}", "{\"tensor\": \"missing\"}", "{\"tensor\": 1}", "1.5",
        ])
    func errors(text: String) {
        expectError(text)
    }

    @Test("a list of lists that never ends is an error")
    func depth() {
        expectError(String(repeating: "[", count: 100_000))
    }

    private func expectError(_ text: String) {
        var tensors: [String: Tensor] = [:]
        #expect(throws: CommandError.self) { try StateDescription(json: text).value(&tensors) }
    }
}
