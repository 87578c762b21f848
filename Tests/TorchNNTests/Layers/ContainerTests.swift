import TestSupport
import Testing
import Torch
import TorchNN

@Suite(.standardGenerator)
struct ContainerTests {
    static let family: LayerFamily = LayerFamily(
        name: "container",
        makers: [
            "sequential": .layer {
                try Sequential(
                    Conv2d(1, 2, kernelSize: 3, padding: 1), BatchNorm2d(2), ReLU(inPlace: true),
                    MaxPool2d(kernelSize: 2), Flatten(), Dropout(), Linear(8, 3))
            },
            "module list": .module({ ModuleList<any Layer>([try Linear(2, 3), try Linear(3, 2), ReLU()]) }) {
                layers, x in
                [try layers[2](layers[1](layers[0](x[0])))]
            },
            "module dict": .module({ try ["second": Linear(3, 2), "first": Linear(2, 3)] as ModuleDict<Linear> }) {
                layers, x in
                [try member("second", of: layers)(member("first", of: layers)(x[0]))]
            },
        ])

    @Test("an empty sequence gives its input back")
    func emptySequenceIsIdentity() throws {
        let input = try Tensor([1.0, 2.0])
        #expect(try Sequential()(input).isSame(as: input))
    }

    @Test("equal neighbours in a list share a line, as in PyTorch")
    func equalNeighboursShareALine() throws {
        let list = ModuleList([ReLU(), ReLU()])
        #expect(list.description == "ModuleList(\n  (0-1): 2 x ReLU()\n)")
    }

    @Test("a dictionary of modules keeps its order, and one name has one module")
    func dictionaryKeepsOrder() throws {
        let dictionary: ModuleDict<ReLU> = ["b": ReLU(), "a": ReLU(), "b": ReLU(inPlace: true)]
        #expect(dictionary.names == ["b", "a"])
        #expect(dictionary["b"]?.inPlace == true)
        dictionary["b"] = nil
        #expect(dictionary.names == ["a"])
    }
}
