import Torch

/// Arguments at random for the generated calls, likely ones by their names: places where an index is asked for, a mask
/// where a mask is.
struct FuzzedArguments: OperationArguments {
    let fuzzer: Fuzzer

    init(seed: UInt64) {
        fuzzer = Fuzzer(seed: seed)
    }

    private static let places: Set<String> = [
        "index", "indices", "target", "targets", "batch_sizes", "offsets", "offset", "pivots", "LU_pivots",
        "input_lengths", "target_lengths", "lengths", "sorter", "repeats", "tensor_indices_or_sections",
    ]
    private static let equations = [
        "ij,jk->ik", "ii", "ij->ji", "i,i->", "bij,bjk", "->", "i", "no words", "ijk->", "",
    ]

    // MARK: Tensors

    func tensor(_ name: String) throws -> Tensor {
        if FuzzedArguments.places.contains(name) { return try fuzzer.indices() }
        if name.contains("mask") || name == "condition" { return try fuzzer.mask() }
        return try fuzzer.tensor()
    }

    func optionalTensor(_ name: String) throws -> Tensor? {
        try fuzzer.chance(60) ? tensor(name) : nil
    }

    func tensors(_ name: String) throws -> [Tensor] {
        // Two, mostly: operations on several lists want them of one length.
        try (0..<fuzzer.pick([2, 2, 2, 2, 2, 2, 0, 1, 3])).map { _ in try tensor(name) }
    }

    func optionalTensors(_ name: String) throws -> [Tensor?] {
        try (0..<fuzzer.pick([0, 1, 2, 2, 3])).map { _ in try optionalTensor(name) }
    }

    func writtenTensor(_ name: String) throws -> Tensor { try fuzzer.tensor() }
    func writtenTensors(_ name: String) throws -> [Tensor] { try tensors(name) }

    // MARK: Numbers

    func scalar(_ name: String) -> Scalar {
        // The degree of a polynomial is how many steps its value takes.
        name == "n" ? .integer(fuzzer.pick([-1, 0, 1, 2, 5, 9])) : fuzzer.scalar
    }

    func optionalScalar(_ name: String) -> Scalar? { fuzzer.optional(scalar(name)) }
    func scalars(_ name: String) -> [Scalar] { (0..<fuzzer.pick([2, 2, 2, 0, 1, 3])).map { _ in scalar(name) } }
    func integer(_ name: String) -> Int { fuzzer.int }
    func optionalInteger(_ name: String) -> Int? { fuzzer.optional(fuzzer.int) }
    func integers(_ name: String) -> [Int] { fuzzer.chance(50) ? fuzzer.sizes : fuzzer.pair }
    func optionalIntegers(_ name: String) -> [Int]? { fuzzer.optional(integers(name)) }
    func real(_ name: String) -> Double { fuzzer.real }
    func optionalReal(_ name: String) -> Double? { fuzzer.optional(fuzzer.real) }
    func reals(_ name: String) -> [Double] { (0..<fuzzer.pick([0, 1, 2, 3])).map { _ in fuzzer.real } }
    func optionalReals(_ name: String) -> [Double]? { fuzzer.optional(reals(name)) }
    func boolean(_ name: String) -> Bool { fuzzer.bool }
    func optionalBoolean(_ name: String) -> Bool? { fuzzer.optional(fuzzer.bool) }

    // MARK: Words

    func string(_ name: String) -> String {
        name == "equation" ? fuzzer.pick(FuzzedArguments.equations) : fuzzer.text
    }

    func optionalString(_ name: String) -> String? { fuzzer.optional(string(name)) }
    func option<Option: OperationOption>(_ name: String) -> Option { fuzzer.pick(Array(Option.allCases)) }
    func numberedOption<Option: NumberedOption>(_ name: String) -> Option { fuzzer.pick(Array(Option.allCases)) }
    func optionalOption<Option: OperationOption>(_ name: String) -> Option? { fuzzer.optional(option(name)) }
    func dtype(_ name: String) -> DType { fuzzer.dtype }
    func optionalDType(_ name: String) -> DType? { fuzzer.chance(30) ? fuzzer.dtype : nil }
    func memoryFormat(_ name: String) -> MemoryFormat { MemoryFormat(rawValue: fuzzer.pick([0, 1, 2, 3, 9])) }
    func optionalMemoryFormat(_ name: String) -> MemoryFormat? { fuzzer.chance(20) ? memoryFormat(name) : nil }
    func device(_ name: String) -> Device { fuzzer.chance(80) ? .cpu : .cuda(fuzzer.int) }
    func optionalDevice(_ name: String) -> Device? { fuzzer.chance(20) ? device(name) : nil }
    func optionalGenerator(_ name: String) throws -> Generator? { try fuzzer.generator() }
}
