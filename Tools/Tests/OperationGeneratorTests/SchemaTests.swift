import Testing

@testable import OperationGenerator

@Suite struct SchemaTests {
    @Test("a schema is read into its name, arguments and results")
    func parts() throws {
        let schema = try Schema(parsing: Samples.add)
        #expect(schema.name == "add")
        #expect(schema.overload == "Tensor")
        #expect(schema.fullName == "add.Tensor")
        #expect(schema.arguments.map(\.name) == ["self", "other", "alpha"])
        #expect(schema.arguments.map(\.type.base) == ["Tensor", "Tensor", "Scalar"])
        #expect(schema.arguments.map(\.isKeywordOnly) == [false, false, true])
        #expect(schema.arguments[2].defaultValue == "1")
        #expect(schema.results.map(\.type.description) == ["Tensor"])
    }

    @Test("lists, optional things, counts and aliases are kept apart")
    func types() throws {
        let split = try Schema(parsing: Samples.split)
        #expect(split.arguments[0].alias == Schema.Alias(sets: ["a"], isWritten: false))
        #expect(split.results[0].type.isList)
        #expect(split.results[0].alias?.sets == ["a"])
        let sum = try Schema(parsing: Samples.sumDims)
        #expect(sum.arguments[1].type == Schema.ValueType(base: "int", isList: true, listCount: 1, isOptional: true))
        let index = try Schema(parsing: Samples.index)
        #expect(index.arguments[1].type == Schema.ValueType(base: "Tensor", hasOptionalElements: true, isList: true))
        let written = try Schema(parsing: Samples.addInPlace)
        #expect(written.arguments[0].alias?.isWritten == true)
        #expect(written.results[0].alias?.isWritten == true)
        let maximum = try Schema(parsing: Samples.maxDim)
        #expect(maximum.results.map(\.name) == ["values", "indices"])
    }

    @Test("defaults are kept as they are written: words, lists and texts with commas")
    func defaults() throws {
        let schema = try Schema(
            parsing: #"f(int[2] a=[0,1], str b='x, y)', str c="q\"r", float d=-1e-05, bool e=True) -> ()"#)
        #expect(schema.arguments.map(\.defaultValue) == ["[0,1]", #""x, y)""#, #""q\"r""#, "-1e-05", "True"])
        #expect(schema.results.isEmpty)
    }

    @Test("a schema is written as it was read, without its aliases")
    func roundTrip() throws {
        for text in [Samples.add, Samples.zeros, Samples.maxDim, Samples.sumDims, Samples.index, Samples.equal] {
            #expect(try Schema(parsing: text).description == text)
        }
        #expect(
            try Schema(parsing: Samples.transpose).description
                == "transpose.int(Tensor self, int dim0, int dim1) -> Tensor")
    }

    @Test("only an overload whose results go into arguments by name is an out variant")
    func outVariants() throws {
        #expect(try Schema(parsing: Samples.addOut).isOutVariant)
        #expect(try !Schema(parsing: Samples.addInPlace).isOutVariant)
        #expect(try !Schema(parsing: Samples.add).isOutVariant)
    }

    @Test("no arguments are read too, and so are spaces where PyTorch writes none")
    func oddSpaces() throws {
        #expect(try Schema(parsing: "f() -> Tensor").arguments.isEmpty)
        #expect(try Schema(parsing: "f( Tensor a,  int b ) -> ( Tensor , int )").results.count == 2)
        #expect(try Schema(parsing: "f(*, int a) -> ()").arguments[0].isKeywordOnly)
    }

    @Test(
        "a text that is no schema is an error with the place where it ends to be one",
        arguments: [
            ("", 0), ("f", 1), ("f(", 2), ("f(Tensor)", 8), ("f(Tensor a", 10), ("f(Tensor a) ->", 14),
            ("f() -> Tensor x y", 16),
            ("f(int a=) -> ()", 8), ("f(str a='x) -> ()", 17), ("f(Tensor(a! a) -> ()", 15), ("f(int[2 a) -> ()", 7),
            ("f() Tensor", 4), ("f.(int a) -> ()", 2), ("é\u{301}(", 2),
        ] as [(String, Int)])
    func notASchema(_ text: String, _ offset: Int) {
        let error = #expect(throws: SchemaError.self) { try Schema(parsing: text) }
        #expect(error?.offset == offset)
        #expect(error?.description.contains("'\(text)'") == true)
    }
}
