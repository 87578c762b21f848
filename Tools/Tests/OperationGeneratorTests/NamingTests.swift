import Testing

@testable import OperationGenerator

@Suite struct NamingTests {
    @Test("names are Swift's, and keep the underscore of an operation in place")
    func spelling() {
        #expect(Naming.lowerCamelCase("max_pool2d") == "maxPool2d")
        #expect(Naming.lowerCamelCase("add_") == "add_")
        #expect(Naming.lowerCamelCase("_foreach_add_") == "foreachAdd_")
        #expect(Naming.lowerCamelCase("LU") == "lu")
        #expect(Naming.lowerCamelCase("LU_data") == "luData")
        #expect(Naming.lowerCamelCase("mT") == "mT")
        #expect(Naming.lowerCamelCase("") == "")
        #expect(Naming.lowerCamelCase("__") == "__")
        #expect(Naming.escaped("repeat") == "`repeat`")
        #expect(Naming.escaped("sum") == "sum")
    }

    @Test("a prefix of PyTorch's is a namespace here")
    func namespaces() {
        #expect(Naming.swiftFunction("linalg_norm") == (.linalg, "norm"))
        #expect(Naming.swiftFunction("fft_rfft") == (.fft, "rfft"))
        #expect(Naming.swiftFunction("index_select") == (.tensor, "indexSelect"))
        #expect(Naming.swiftFunction("linalg_") == (.tensor, "linalg_"))
    }

    @Test("C functions and headers follow the dispatcher's names")
    func functionsInC() throws {
        #expect(try Naming.cFunction(Samples.operation(Samples.add)) == "ct_add_Tensor")
        #expect(try Naming.cFunction(Samples.operation(Samples.foreachAdd)) == "ct_foreach_add__Scalar")
        #expect(Naming.header("add_") == "ATen/ops/add_ops.h")
        #expect(Naming.header("__and__") == "ATen/ops/__and___ops.h")
    }

    @Test("a number beside a tensor calls the overload for tensors, as in Python")
    func calledOverloads() throws {
        #expect(try Naming.calledOverload(Samples.operation(Samples.addScalar)) == "add_Tensor")
        #expect(try Naming.calledOverload(Samples.operation(Samples.add)) == "add_Tensor")
        func called(_ schema: String) throws -> String { try Naming.calledOverload(Samples.operation(schema)) }
        #expect(try called("mul_.Scalar(Tensor(a!) self, Scalar other) -> Tensor(a!)") == "mul__Tensor")
        #expect(try called("floor_divide.Scalar(Tensor self, Scalar other) -> Tensor") == "floor_divide")
        #expect(
            try called("floor_divide_.Scalar(Tensor(a!) self, Scalar other) -> Tensor(a!)") == "floor_divide__Tensor")
        #expect(
            try called("div.Scalar_mode(Tensor self, Scalar other, *, str? rounding_mode) -> Tensor")
                == "div_Tensor_mode")
        #expect(try called("remainder.Scalar(Tensor self, Scalar other) -> Tensor") == "remainder_Scalar")
    }

    @Test("arguments that say nothing new have no label; lists of dimensions are called so")
    func labels() throws {
        #expect(try Samples.signature(Samples.add).description == "Tensor.add(_:alpha:)")
        #expect(try Samples.signature(Samples.sumDims).description == "Tensor.sum(dims:keepDim:dtype:)")
        #expect(try Samples.signature(Samples.transpose).description == "Tensor.transpose(_:_:)")
        #expect(
            try Samples.signature(Samples.zeros, isMethod: false).description
                == "Tensor.zeros(_:dtype:device:requiresGrad:pinMemory:)")
        #expect(try Samples.signature(Samples.solve, isMethod: false).description == "Linalg.solve(_:_:left:)")
        #expect(try Samples.signature(Samples.gelu, isMethod: false).description == "Tensor.gelu(_:approximate:)")
        #expect(
            try Samples.signature(Samples.foreachAdd, isMethod: false).description == "Tensor.foreachAdd_(_:scalar:)")
    }

    @Test("operands stand in a row without labels; a label that comes first ends the row")
    func operands() throws {
        func description(_ schema: String, isMethod: Bool = true) throws -> String {
            try Samples.signature(schema, isMethod: isMethod).description
        }
        let addmm = "addmm(Tensor self, Tensor mat1, Tensor mat2, *, Scalar beta=1, Scalar alpha=1) -> Tensor"
        #expect(try description(addmm) == "Tensor.addmm(_:_:beta:alpha:)")
        #expect(
            try description("linalg_lu_solve(Tensor LU, Tensor pivots, Tensor B) -> Tensor", isMethod: false)
                == "Linalg.luSolve(_:pivots:b:)")
        #expect(
            try description("scatter.src(Tensor self, int dim, Tensor index, Tensor src) -> Tensor")
                == "Tensor.scatter(dim:index:src:)")
        #expect(
            try description("polygamma(int n, Tensor self) -> Tensor", isMethod: false) == "Tensor.polygamma(n:_:)")
        #expect(try description("f(Tensor self, *, int[] size) -> Tensor") == "Tensor.f(size:)")
    }

    @Test("a string or a number is a case of an enumeration, and a string that no table knows is an error")
    func options() throws {
        let division = try Samples.signature(Samples.divMode)
        #expect(division.parameters.map(\.type) == ["Tensor", "Tensor.RoundingMode?"])
        let gelu = try Samples.signature(Samples.gelu, isMethod: false)
        #expect(gelu.parameters[1].text == "approximate: Tensor.GELUApproximation = .none")
        let eigh = try Samples.signature("linalg_eigh(Tensor self, str UPLO=\"L\") -> Tensor", isMethod: false)
        #expect(eigh.parameters[1].text == "uplo: Linalg.Triangle = .lower")
        let inPlace = try Samples.signature("scatter_.reduce(Tensor(a!) self, *, str reduce) -> Tensor(a!)")
        #expect(inPlace.parameters[0].type == "Tensor.ScatterOperation")
        let text = try Samples.signature("einsum(str equation, Tensor[] tensors) -> Tensor", isMethod: false)
        #expect(text.parameters[0].type == "String")
        let loss = try Samples.signature(
            "l1_loss(Tensor self, Tensor target, int reduction=Mean) -> Tensor", isMethod: false)
        #expect(loss.parameters[2].text == "reduction: Reduction = .mean")
        let error = #expect(throws: UnsupportedType.self) { try Samples.signature("f(Tensor self, str how) -> Tensor") }
        #expect(error?.type.contains("the string how") == true)
    }

    @Test("an argument named as a word of C++ has another name in C")
    func keywords() throws {
        let operation = try Samples.operation("f(Tensor self, int register, int double) -> Tensor")
        #expect(operation.arguments.map(Naming.cArgument) == ["self", "registerValue", "doubleValue"])
    }
}
