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
                Sequential(
                    Conv2d(1, 2, kernelSize: 3, padding: 1), BatchNorm2d(2), ReLU(inPlace: true),
                    MaxPool2d(kernelSize: 2), Flatten(), Dropout(), Linear(8, 3))
            },
            "module list": .module({ ModuleList<any Layer>([Linear(2, 3), Linear(3, 2), ReLU()]) }) {
                layers, x in
                [try layers[2](layers[1](layers[0](x[0])))]
            },
            "module dict": .module({ ["second": Linear(3, 2), "first": Linear(2, 3)] as ModuleDict<Linear> }) {
                layers, x in
                [try member("second", of: layers)(member("first", of: layers)(x[0]))]
            },
        ])

    @Test("an empty sequence gives its input back")
    func emptySequenceIsIdentity() throws {
        let input = try Tensor([1.0, 2.0])
        #expect(try Sequential()(input).isSame(as: input))
    }

    @Test("equal neighbors in a list share a line, as in PyTorch")
    func equalNeighborsShareALine() throws {
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

    @Test("a closure lists the layers of a sequence, with conditions, loops, and arrays")
    func closuresListLayers() throws {
        func network(depth: Int, dropsOut: Bool, last: any Layer) -> Sequential {
            Sequential {
                Linear(4, 8)
                for _ in 0..<depth {
                    Linear(8, 8)
                    if dropsOut { Dropout(p: 0.1) }
                    ReLU()
                }
                if dropsOut { Tanh() } else { Sigmoid() }
                [Linear(8, 8), Linear(8, 3)]
                last
            }
        }
        func types(_ network: Sequential) -> [String] { network.map { "\(type(of: $0))" } }
        #expect(
            types(network(depth: 1, dropsOut: true, last: Identity()))
                == ["Linear", "Linear", "Dropout", "ReLU", "Tanh", "Linear", "Linear", "Identity"])
        #expect(
            types(network(depth: 2, dropsOut: false, last: Softmax(dim: 1)))
                == ["Linear", "Linear", "ReLU", "Linear", "ReLU", "Sigmoid", "Linear", "Linear", "Softmax"])
        #expect(try network(depth: 2, dropsOut: false, last: Identity())(Tensor.zeros([2, 4])).shape == [2, 3])
        #expect(Sequential {}.count == 0)
        struct Stop: Error {}
        func failing() throws -> Linear { throw Stop() }
        #expect(throws: Stop.self) { try Sequential { try failing() } }
    }

    @Test("a sequence has a count, positions, parts that share its weights, and elements to iterate over")
    func sequencesAreCollections() throws {
        let network = Sequential {
            Linear(4, 8); ReLU(); Linear(8, 3)
        }
        #expect(network.count == 3)
        #expect(network[1] is ReLU)
        let head = network[..<2]
        #expect(head.count == 2 && head[0] === network[0])
        try expectSameBits(network[2](head(Tensor.ones([1, 4]))), network(Tensor.ones([1, 4])))
        #expect(network.filter { $0 is Linear }.count == 2)
    }
}
