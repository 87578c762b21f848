@testable import OperationGenerator

/// Operations as native_functions.yaml (PyTorch 2.13.0) declares them, and odd ones.
enum Samples {
    static let add = "add.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor"
    static let addScalar = "add.Scalar(Tensor self, Scalar other, Scalar alpha=1) -> Tensor"
    static let addInPlace = "add_.Tensor(Tensor(a!) self, Tensor other, *, Scalar alpha=1) -> Tensor(a!)"
    static let addOut = "add.out(Tensor self, Tensor other, *, Scalar alpha=1, Tensor(a!) out) -> Tensor(a!)"
    static let zeros =
        "zeros(SymInt[] size, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? "
        + "pin_memory=None) -> Tensor"
    static let maxDim = "max.dim(Tensor self, int dim, bool keepdim=False) -> (Tensor values, Tensor indices)"
    static let split = "split.Tensor(Tensor(a -> *) self, SymInt split_size, int dim=0) -> Tensor(a)[]"
    static let transpose = "transpose.int(Tensor(a) self, int dim0, int dim1) -> Tensor(a)"
    static let equal = "equal(Tensor self, Tensor other) -> bool"
    static let gelu = "gelu(Tensor self, *, str approximate='none') -> Tensor"
    static let index = "index.Tensor(Tensor self, Tensor?[] indices) -> Tensor"
    static let sumDims =
        "sum.dim_IntList(Tensor self, int[1]? dim, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor"
    static let divMode = "div.Tensor_mode(Tensor self, Tensor other, *, str? rounding_mode) -> Tensor"
    static let foreachAdd = "_foreach_add_.Scalar(Tensor(a!)[] self, Scalar scalar) -> ()"
    static let repeated = "repeat(Tensor self, SymInt[] repeats) -> Tensor"
    static let histogram =
        "histogramdd(Tensor self, int[] bins, float[]? range=None) -> (Tensor hist, Tensor[] bin_edges)"
    static let solve = "linalg_solve(Tensor A, Tensor B, *, bool left=True) -> Tensor"
    static let sizeName = "size.Dimname(Tensor self, Dimname dim) -> int"
    static let stride = "conv1d(Tensor input, Tensor weight, Tensor? bias=None, SymInt[1] stride=1) -> Tensor"

    static func function(_ schema: String, isMethod: Bool = true) throws -> NativeFunction {
        NativeFunction(schema: try Schema(parsing: schema), isMethod: isMethod, isFunction: true)
    }

    static func operation(_ schema: String, isMethod: Bool = true) throws -> Operation {
        try Operation(Selection.Choice(function: try function(schema, isMethod: isMethod), section: "Section"))
    }

    static func signature(_ schema: String, isMethod: Bool = true) throws -> SwiftSignature {
        try SwiftSignature(try operation(schema, isMethod: isMethod))
    }
}
