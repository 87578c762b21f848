import Helios
import Testing

@testable import HeliosCommand

@Suite("StateTree")
struct StateTreeTests {
    @Test("tensors that share memory are told, and counted once")
    func sharing() throws {
        let base = try Tensor.zeros([4, 2])
        let tree = StateTree([
            "base": .tensor(base), "row": .tensor(try base[1]), "own": .tensor(try Tensor.zeros([3])),
        ])
        let totals = tree.totals(of: tree.root)
        #expect(tree.sharedStorages == [0])
        #expect(totals.tensors == 3)
        #expect(totals.byteCount == 4 * 2 * 4 + 3 * 4)
    }

    @Test("parameters are the numbers outside of an optimizer's state")
    func parameters() throws {
        let network: StateDict = [
            "weight": .tensor(try Tensor.zeros([2, 3])), "steps": .tensor(try Tensor.zeros([], dtype: .int64)),
        ]
        let optimizer: StateDict = [
            "state": .dictionary([0: .dictionary(["exp_avg": .tensor(try Tensor.zeros([2, 3]))])]),
            "param_groups": .list([]),
        ]
        let tree = StateTree(["network": .dictionary(network), "optimizer": .dictionary(optimizer)])
        #expect(tree.totals(of: tree.root).parameters == 6)
        #expect(tree.totals(of: tree.root).tensors == 3)
    }

    @Test("the table is aligned, and no line is longer than the terminal")
    func table() throws {
        let tree = StateTree([
            "network": .dictionary(["a.weight": .tensor(try Tensor.zeros([2, 3]))]),
            "betas": .tuple([0.9, 0.999]), "name": "a\u{1B}[31m", "none": nil, "empty": .list([]),
        ])
        let wide = StateTable(tree, from: tree.root, name: "", depth: nil).lines(columns: nil)
        #expect(
            wide == [
                "network     dictionary  1 key   24 B",
                "  a.weight  float32     [2, 3]  24 B",
                "betas       tuple       0.9, 0.999",
                "name        string      \"a\\u{1B}[31m\"",
                "none        none        none",
                "empty       list        empty",
            ])
        let narrow = StateTable(tree, from: tree.root, name: "", depth: nil).lines(columns: 20)
        #expect(narrow.count == wide.count)
        #expect(narrow.allSatisfy { $0.count <= 20 })
        #expect(StateTable(tree, from: tree.root, name: "", depth: 1).lines(columns: nil).count == 5)
    }
}

extension StateTree {
    init(_ state: StateDict) {
        self.init(.dictionary(state))
    }
}
