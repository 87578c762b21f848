import Testing

@testable import OperationGenerator

@Suite struct PatternTests {
    private func matches(_ pattern: String, _ schema: String, tags: Set<String> = []) throws -> Bool {
        var function = try Samples.function(schema)
        function.tags = tags
        return try Pattern(pattern).matches(function)
    }

    @Test(
        "a star stands for any characters, or none",
        arguments: [
            ("add", "add", true), ("add", "add_", false), ("add*", "add_", true), ("*", "", true), ("a*d", "ad", true),
            ("a*b*c", "axxbyyc", true), ("a*b*c", "acb", false), ("*pool*d", "max_pool2d", true),
            ("aba*aba", "aba", false),
            ("a**b", "ab", true), ("*b*b", "ab", false),
        ])
    func globs(_ glob: String, _ text: String, _ expected: Bool) {
        #expect(Pattern.glob(glob, matches: text) == expected)
    }

    @Test("a word is compared with the name and with the name of the overload")
    func names() throws {
        #expect(
            try matches("add", Samples.add) && matches("add.Tensor", Samples.add) && matches("*.Tensor", Samples.add))
        #expect(try !matches("add.Scalar", Samples.add))
        #expect(try Pattern("add.Tensor").isName && !Pattern("add*").isName && !Pattern("@out").isName)
    }

    @Test("a property, or several things at once")
    func properties() throws {
        #expect(try matches("@out", Samples.addOut) && !matches("@out", Samples.addInPlace))
        #expect(try matches("@named-dimensions", Samples.sizeName) && !matches("@named-dimensions", Samples.add))
        #expect(try matches("@pointwise", Samples.add, tags: ["pointwise"]) && !matches("@pointwise", Samples.add))
        #expect(try matches("@reduction", Samples.sumDims, tags: ["reduction"]))
        #expect(try matches("@pointwise+*_", Samples.addInPlace, tags: ["pointwise"]))
        #expect(try !matches("@pointwise+*_", Samples.add, tags: ["pointwise"]))
    }
}
