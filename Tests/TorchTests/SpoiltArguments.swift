import Torch

/// The arguments of a call that PyTorch takes, some of them replaced at random: what gets past an operation's first
/// checks more often than chance alone.
struct SpoiltArguments: OperationArguments {
    let good: RecordedArguments
    let odd: FuzzedArguments
    /// How many of a hundred arguments are replaced.
    let share: UInt64

    private func either<Value>(_ value: Value, _ other: () throws -> Value) rethrows -> Value {
        try odd.fuzzer.chance(share) ? other() : value
    }

    func tensor(_ name: String) throws -> Tensor {
        let value = try good.tensor(name)
        return try either(value) { try spoilt(value, name) }
    }
    func optionalTensor(_ name: String) throws -> Tensor? {
        try either(good.optionalTensor(name)) { try odd.optionalTensor(name) }
    }
    func tensors(_ name: String) throws -> [Tensor] {
        let values = try good.tensors(name)
        return try either(values) {
            try odd.fuzzer.bool ? odd.tensors(name) : values.map { try either($0) { try odd.tensor(name) } }
        }
    }
    func optionalTensors(_ name: String) throws -> [Tensor?] {
        try either(good.optionalTensors(name)) { try odd.optionalTensors(name) }
    }
    func writtenTensor(_ name: String) throws -> Tensor { try tensor(name) }
    func writtenTensors(_ name: String) throws -> [Tensor] { try tensors(name) }

    /// Another tensor, or this one with another type, a size less, or places that are not there.
    private func spoilt(_ tensor: Tensor, _ name: String) throws -> Tensor {
        switch odd.fuzzer.pick([0, 0, 1, 2, 3, 4]) {
        case 0: try odd.tensor(name)
        case 1: try tensor.to(odd.fuzzer.dtype)
        case 2: try tensor.dimensionCount > 0 ? tensor.narrow(dim: -1, start: 0, length: 0) : tensor
        case 3: try tensor.dimensionCount > 0 ? tensor.narrow(dim: 0, start: 0, length: 1) : tensor
        default: try tensor.mul(odd.fuzzer.pick([-1, 0, 7, 1000]))
        }
    }

    func scalar(_ name: String) throws -> Scalar { try either(good.scalar(name)) { odd.scalar(name) } }
    func optionalScalar(_ name: String) -> Scalar? { either(good.optionalScalar(name)) { odd.optionalScalar(name) } }
    func scalars(_ name: String) throws -> [Scalar] { try either(good.scalars(name)) { odd.scalars(name) } }
    func integer(_ name: String) throws -> Int { try either(good.integer(name)) { odd.integer(name) } }
    func optionalInteger(_ name: String) -> Int? { either(good.optionalInteger(name)) { odd.optionalInteger(name) } }
    func integers(_ name: String) throws -> [Int] { try either(good.integers(name)) { odd.integers(name) } }
    func optionalIntegers(_ name: String) -> [Int]? {
        either(good.optionalIntegers(name)) { odd.optionalIntegers(name) }
    }
    func real(_ name: String) throws -> Double { try either(good.real(name)) { odd.real(name) } }
    func optionalReal(_ name: String) -> Double? { either(good.optionalReal(name)) { odd.optionalReal(name) } }
    func reals(_ name: String) throws -> [Double] { try either(good.reals(name)) { odd.reals(name) } }
    func optionalReals(_ name: String) -> [Double]? { either(good.optionalReals(name)) { odd.optionalReals(name) } }
    func boolean(_ name: String) throws -> Bool { try either(good.boolean(name)) { odd.boolean(name) } }
    func optionalBoolean(_ name: String) -> Bool? { either(good.optionalBoolean(name)) { odd.optionalBoolean(name) } }
    func string(_ name: String) throws -> String { try either(good.string(name)) { odd.string(name) } }
    func optionalString(_ name: String) -> String? { either(good.optionalString(name)) { odd.optionalString(name) } }
    func option<Option: OperationOption>(_ name: String) throws -> Option {
        try either(good.option(name)) { odd.option(name) }
    }
    func numberedOption<Option: NumberedOption>(_ name: String) throws -> Option {
        try either(good.numberedOption(name)) { odd.numberedOption(name) }
    }
    func optionalOption<Option: OperationOption>(_ name: String) throws -> Option? {
        try either(good.optionalOption(name)) { odd.optionalOption(name) }
    }

    func dtype(_ name: String) throws -> DType { try either(good.dtype(name)) { odd.dtype(name) } }
    func optionalDType(_ name: String) -> DType? { either(good.optionalDType(name)) { odd.optionalDType(name) } }
    func memoryFormat(_ name: String) throws -> MemoryFormat {
        try either(good.memoryFormat(name)) { odd.memoryFormat(name) }
    }
    func optionalMemoryFormat(_ name: String) -> MemoryFormat? {
        either(good.optionalMemoryFormat(name)) { odd.optionalMemoryFormat(name) }
    }
    func device(_ name: String) -> Device { either(good.device(name)) { odd.device(name) } }
    func optionalDevice(_ name: String) -> Device? { either(good.optionalDevice(name)) { odd.optionalDevice(name) } }
    func optionalGenerator(_ name: String) throws -> Generator? {
        try either(good.optionalGenerator(name)) { try odd.optionalGenerator(name) }
    }
}
