import Helios
import Testing

@testable import HeliosCommand

@Suite("FlatState")
struct FlatStateTests {
    @Test("nested keys are joined by dots")
    func names() throws {
        let tensor = StateValue.tensor(try Tensor.zeros([1]))
        let flat = try FlatState(
            .dictionary(["a": .dictionary(["b.c": tensor, 0: tensor]), "d": .tuple([1, tensor])]))
        #expect(flat.tensors.map(\.name) == ["a.b.c", "a.0", "d.1"])
        #expect(try FlatState(tensor).tensors.map(\.name) == ["tensor"])
    }

    @Test("two tensors of one name, and the name that the format keeps, are errors")
    func collisions() throws {
        let tensor = StateValue.tensor(try Tensor.zeros([1]))
        #expect(throws: CommandError("two tensors would both be named 'a.b'")) {
            try FlatState(.dictionary(["a.b": tensor, "a": .dictionary(["b": tensor])]))
        }
        #expect(throws: CommandError("two tensors would both be named '0'")) {
            try FlatState(.dictionary([0: tensor, "0": tensor]))
        }
        #expect(throws: CommandError.self) { try FlatState(.dictionary(["__metadata__": tensor])) }
    }
}
