import TestSupport
import Testing
import Torch
import TorchNN

private final class Mixture: Module {
    let weights: ParameterList
    let gains: ParameterDict

    init(_ weights: ParameterList, _ gains: ParameterDict) {
        self.weights = weights
        self.gains = gains
    }
}

@Suite(.standardGenerator)
struct ParameterListTests {
    @Test("lists and dictionaries draw, name and print their parameters as in PyTorch")
    func agreesWithPyTorch() throws {
        let recorded = try ParametrizationFixture.read().lists
        try manualSeed(7)
        let list = ParameterList([try Tensor.randn([2, 3]), try Tensor.randn([4])])
        let table: ParameterDict = ["left": try Tensor.randn([2]), "right": try Tensor.randn([3, 1])]
        for (name, module) in ["list": list as Module, "dict": table] {
            let expected = try #require(recorded[name])
            #expect(module.description == expected.description)
            let state = try module.stateDict()
            #expect(Set(state.keys.map(\.description)) == Set(expected.state.keys))
            for (key, value) in expected.state { try expectClose(state.tensor(.string(key)), value.tensor) }
        }
    }

    @Test("a module finds them: keys, gradients, state")
    func modulesFindThem() throws {
        let shared = try Tensor.ones([2]).requiresGrad_()
        let mixture = Mixture([shared, try Tensor.zeros([1])], ["b": try Tensor.ones([1]), "a": try Tensor.ones([3])])
        #expect(try mixture.namedParameters().map(\.name) == ["weights.0", "weights.1", "gains.b", "gains.a"])
        #expect(mixture.weights[0].isSame(as: shared))
        #expect(try mixture.parameters().allSatisfy { $0.requiresGrad })
        let other = Mixture(
            [try Tensor.zeros([2]), try Tensor.ones([1])], ["b": try Tensor([5.0]), "a": try Tensor.ones([3])])
        try other.loadStateDict(mixture.stateDict())
        try expectSameBits(other.weights[0].detach(), shared.detach())
        try expectSameBits(#require(other.gains["b"]).detach(), Tensor([1.0]))
    }

    @Test("they grow, shrink and replace")
    func theyChange() throws {
        let list = ParameterList()
        list.append(try Tensor([1.0]))
        list.append(contentsOf: [try Tensor([2.0]), try Tensor([3.0])])
        list[1] = try Tensor([4.0, 5.0])
        #expect(list.count == 3 && list.map(\.shape) == [[1], [2], [1]])
        #expect(try list.namedParameters().map(\.name) == ["0", "1", "2"])
        list.elements = [try Tensor([1.0])]
        #expect(try list.parameters().count == 1)
        let table: ParameterDict = ["b": try Tensor([1.0]), "a": try Tensor([2.0]), "b": try Tensor([3.0, 4.0])]
        #expect(table.names == ["b", "a"] && table["b"]?.shape == [2])
        table["b"] = nil
        #expect(table.names == ["a"] && table.map(\.name) == ["a"] && table["b"] == nil)
    }
}
