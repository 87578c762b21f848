import Foundation
import Testing
import Torch

@testable import TorchSerialization

@Suite("A copy of a state") struct StateCopierTests {
    /// Tensors that share memory, are one, are views, and are of odd kinds.
    private func state() throws -> StateDict {
        let base = try Tensor(Array(0..<24).map(Float.init), shape: [4, 6])
        let complex = try Tensor.complex(base, base)
        return [
            "base": .tensor(base), "same": .tensor(base), "row": .tensor(try base[2]),
            "transposed": .tensor(try base.t()), "bits": .tensor(try base.view(dtype: .int32)),
            "list": .list([.tensor(try base.to(.bfloat16)), .int(3), .none]),
            "tuple": .tuple([.tensor(try Tensor.empty([0, 3])), .string("text")]),
            "nested": .dictionary([7: .tensor(try complex.conj()), "flag": true, "pi": 3.14]),
            "weight": .tensor(try Tensor.ones([2]).requiresGrad_()),
        ]
    }

    @Test("it is written as the same bytes")
    func sameBytes() throws {
        try withFolder { folder in
            let (first, second) = (folder.appending(path: "first.pth"), folder.appending(path: "second.pth"))
            let state = try state()
            try TorchFile.save(state, to: first)
            var copier = StateCopier()
            // The second time into the memory of the first.
            for _ in 1...2 {
                try TorchFile.save(copier.copy(state), to: second)
                #expect(try Data(contentsOf: first) == Data(contentsOf: second))
            }
        }
    }

    @Test("it keeps its values when the tensors change")
    func unchanging() throws {
        let tensor = try Tensor.zeros([3])
        var copier = StateCopier()
        let copy = try copier.copy(["a": .tensor(tensor), "b": .list([.tensor(try tensor[1])])])
        try tensor.add_(1)
        #expect(try copy.tensor("a").array(Float.self) == [0, 0, 0])
        guard case .tensor(let element)? = try copy.list("b").first else {
            Issue.record("no tensor")
            return
        }
        #expect(try element.item(Float.self) == 0)
        try copy.tensor("a").add_(5)
        #expect(try element.item(Float.self) == 5)
    }

    @Test("a tensor that was never assigned stays one, for the writer to refuse")
    func undefined() throws {
        var copier = StateCopier()
        let copy = try copier.copy(["a": .tensor(.undefined)])
        #expect(try !copy.tensor("a").isDefined)
    }

    @Test("the memory of a copy is reused for the next one, if the sizes are the same")
    func memory() throws {
        var copier = StateCopier()
        func addresses(_ sizes: [Int]) throws -> Set<TensorStorage.Identity> {
            let tensors = try sizes.map { StateValue.tensor(try Tensor.ones([$0])) }
            let copies = try copier.copy(["list": .list(tensors)]).list("list")
            return Set(
                copies.compactMap {
                    if case .tensor(let tensor) = $0 { TensorStorage.identity(of: tensor) } else { nil }
                })
        }
        let first = try addresses([10, 20, 20])
        #expect(first.count == 3)
        #expect(try addresses([20, 10, 20]) == first)
        #expect(try addresses([20, 20, 20, 10]).intersection(first).count == 3)
    }

    @Test("sparse tensors are copied too")
    func sparse() throws {
        let dense = try Tensor.eye(3)
        let sparse = try dense.toSparse()
        var copier = StateCopier()
        let copy = try copier.copy(["a": .tensor(sparse)]).tensor("a")
        #expect(try copy.toDense().equal(dense))
    }
}
