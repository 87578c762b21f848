import Helios
import Testing

@testable import HeliosCommand

@Suite("StatePath")
struct StatePathTests {
    private let tree = StateTree([
        "network": .dictionary(["fc.weight": 1, "fc": .dictionary(["bias": 2])]),
        "groups": .list([.dictionary(["lr": 0.5])]), "state": .dictionary([0: "zero", "1.5": "text"]),
    ])

    @Test(
        "a key is found whatever dots it has",
        arguments: [
            ("network.fc.weight", "1"), ("network.fc.bias", "2"), ("groups.0.lr", "0.5"), ("state.0", "\"zero\""),
            ("state.1.5", "\"text\""),
        ])
    func found(path: String, expected: String) throws {
        guard case .leaf(let leaf) = tree.root.node(at: StatePath(text: path)) else {
            Issue.record("nothing at \(path)")
            return
        }
        #expect(leaf.text == expected)
    }

    @Test("what is not there is not found", arguments: ["nothing", "network.", "groups.1", "network.fc.weight.x", "."])
    func missing(path: String) {
        let node = tree.root.node(at: StatePath(text: path))
        #expect(node.map { "\($0)" } == nil)
    }

    @Test("the empty path is the whole")
    func whole() {
        #expect(tree.root.node(at: .root)?.children.count == 3)
    }

    @Test(
        "a pattern fits a key and all below it, and nothing that only begins alike",
        arguments: [
            ("model", true), ("model.user", true), ("model.user.fc.weight", true), ("mod", false), ("*.weight", true),
            ("*weight", true), ("model.*.weight", true), ("model.*.bias", false), ("*", true), ("user", false),
            ("*user", true), ("model.user.fc.weight.more", false), ("", false),
        ])
    func patterns(pattern: String, fits: Bool) {
        #expect(StatePath(text: "model.user.fc.weight").matches(pattern) == fits)
    }
}
