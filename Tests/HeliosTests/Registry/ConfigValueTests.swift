import Helios
import Testing

@Suite struct ConfigValueTests {
    @Test("literals make a tree that keeps its order")
    func literals() {
        let tree: ConfigValue = ["type": "AdamW", "lr": 1e-3, "betas": [0.9, 1], "amsgrad": true, "last": nil]
        #expect(tree["betas"] == .list([.double(0.9), .int(1)]))
        #expect(tree["none"] == nil)
        #expect(tree["lr"]?["deeper"] == nil)
        #expect(tree.description == "{type: \"AdamW\", lr: 0.001, betas: [0.9, 1], amsgrad: true, last: null}")
    }

    @Test("the last of several values for one name counts")
    func repeatedName() {
        #expect((["a": 1, "b": 2, "a": 3] as ConfigValue).description == "{a: 3, b: 2}")
    }

    @Test("a name that must be there is found, or the nearest names are listed")
    func values() throws {
        let tree: ConfigValue = ["optimizer": "SGD", "loss": "L1Loss"]
        #expect(try tree.value("loss") == "L1Loss")
        let error = #expect(throws: ConfigurationError.self) { try tree.value("optimiser") }
        #expect(
            error?.description
                == "the configuration has no 'optimiser'; did you mean 'optimizer'? (there are: optimizer, loss)")
        #expect(throws: ConfigurationError.self) { try ([] as ConfigValue).value("loss") }
    }

    @Test("an error says what a value is")
    func typeDescriptions() {
        let values: [(ConfigValue, String)] = [
            (nil, "null"), (false, "false"), (3, "the number 3"), (0.5, "the number 0.5"), ("a", "the string \"a\""),
            ([1], "the list [1]"), (["a": 1], "the dictionary {a: 1}"),
        ]
        for (value, text) in values { #expect(value.typeDescription == text) }
    }

    @Test("what is long or deep is cut off")
    func cutOff() {
        let long = ConfigValue.list(Array(repeating: "abcdefgh", count: 100_000))
        #expect(long.description.count < 200)
        #expect(ConfigValue.string(String(repeating: "x", count: 1_000_000)).description.count < 100)
        var deep: ConfigValue = 1
        for _ in 0..<1000 { deep = [deep] }
        #expect(deep.description == "[[[[[[[[[…]]]]]]]]]")
    }
}
