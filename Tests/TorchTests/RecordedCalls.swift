import TestSupport
import Testing
import Torch

/// Calls of generated operations with what PyTorch answered, as generated_operations.py writes them.
struct RecordedCalls: Decodable {
    struct Call: Decodable {
        let operation: String
        let arguments: [RecordedArgument?]
        let results: [RecordedTensor]
        /// Under which later calls take the first result.
        let name: String?
    }

    let inputs: [String: RecordedTensor]
    let calls: [Call]
    /// Why there is no call of an operation.
    let unrecorded: [String: String]?

    /// The inputs themselves.
    func tensors() throws -> [String: Tensor] {
        try inputs.compactMapValues { try $0.tensor() }
    }

    /// Makes every call and records an issue if an answer differs; returns how many there were.
    func replay() throws -> Int {
        var tensors = try tensors()
        for call in calls {
            let number = try #require(operationNames.firstIndex(of: call.operation), "\(call.operation)")
            do {
                // As the script does, so that random numbers come out the same.
                try manualSeed(0)
                let results = try callOperation(number, RecordedArguments(call.arguments, tensors: tensors))
                // In the script's order in memory: some operations refuse others.
                if let name = call.name { tensors[name] = try results.first?.contiguous() }
                try #require(results.count == call.results.count, "\(call.operation)")
                for (actual, expected) in zip(results, call.results) {
                    try expected.expect(actual, call.operation)
                }
            } catch {
                Issue.record("\(call.operation): \(error)")
            }
        }
        return calls.count
    }
}

/// One argument; of the properties one is there.
struct RecordedArgument: Decodable {
    let tensor: String?
    let tensors: [String?]?
    let int: Int?
    let ints: [Int]?
    let real: Double?
    let reals: [Double]?
    let bool: Bool?
    let string: String?
    let scalars: [RecordedArgument]?
    let dtype: Int32?
    let seed: UInt64?
    let memoryFormat: Int32?

    private enum CodingKeys: String, CodingKey {
        case tensor, tensors, int, ints, real, reals, bool, string, scalars, dtype, seed
        case memoryFormat = "memory_format"
    }

    var scalar: Scalar? {
        int.map(Scalar.integer) ?? real.map(Scalar.real) ?? bool.map(Scalar.boolean)
    }
}

/// The arguments of one call, in their order.
final class RecordedArguments: OperationArguments {
    private var remaining: ArraySlice<RecordedArgument?>
    private let tensors: [String: Tensor]

    init(_ arguments: [RecordedArgument?], tensors: [String: Tensor]) {
        remaining = arguments[...]
        self.tensors = tensors
    }

    private func next() -> RecordedArgument? {
        remaining.popFirst() ?? nil
    }

    /// A copy, as in Python, since some operations write into more than they say.
    private func named(_ name: String) throws -> Tensor {
        try #require(tensors[name], "no tensor \(name)").clone()
    }

    func tensor(_ name: String) throws -> Tensor { try named(#require(next()?.tensor)) }
    func optionalTensor(_ name: String) throws -> Tensor? { try next()?.tensor.map(named) }
    func tensors(_ name: String) throws -> [Tensor] {
        try #require(next()?.tensors).map { try named(#require($0)) }
    }
    func optionalTensors(_ name: String) throws -> [Tensor?] { try #require(next()?.tensors).map { try $0.map(named) } }
    func writtenTensor(_ name: String) throws -> Tensor { try tensor(name) }
    func writtenTensors(_ name: String) throws -> [Tensor] { try tensors(name) }

    func scalar(_ name: String) throws -> Scalar { try #require(next()?.scalar) }
    func optionalScalar(_ name: String) -> Scalar? { next()?.scalar }
    func scalars(_ name: String) throws -> [Scalar] {
        try #require(next()?.scalars).map { try #require($0.scalar) }
    }
    func integer(_ name: String) throws -> Int { try #require(next()?.int) }
    func optionalInteger(_ name: String) -> Int? { next()?.int }
    func integers(_ name: String) throws -> [Int] { try #require(next()?.ints) }
    func optionalIntegers(_ name: String) -> [Int]? { next()?.ints }
    func real(_ name: String) throws -> Double { try #require(next()?.real) }
    func optionalReal(_ name: String) -> Double? { next()?.real }
    func reals(_ name: String) throws -> [Double] { try #require(next()?.reals) }
    func optionalReals(_ name: String) -> [Double]? { next()?.reals }
    func boolean(_ name: String) throws -> Bool { try #require(next()?.bool as Bool?) }
    func optionalBoolean(_ name: String) -> Bool? { next()?.bool }
    func string(_ name: String) throws -> String { try #require(next()?.string) }
    func optionalString(_ name: String) -> String? { next()?.string }
    func option<Option: OperationOption>(_ name: String) throws -> Option {
        let option: Option? = try optionalOption(name)
        return try #require(option, "no \(name)")
    }
    func numberedOption<Option: NumberedOption>(_ name: String) throws -> Option {
        let number = try integer(name)
        return try #require(Option(rawValue: number), "\(Option.self) has no case for PyTorch's \(name) \(number)")
    }
    func optionalOption<Option: OperationOption>(_ name: String) throws -> Option? {
        guard let string = next()?.string else { return nil }
        guard let option = Option(rawValue: string) else {
            throw StateDictError("\(Option.self) has no case for PyTorch's \(name) '\(string)'")
        }
        return option
    }

    func dtype(_ name: String) throws -> DType { try DType(rawValue: #require(next()?.dtype)) }
    func optionalDType(_ name: String) -> DType? { (next()?.dtype).map(DType.init) }
    func memoryFormat(_ name: String) throws -> MemoryFormat {
        try MemoryFormat(rawValue: #require(next()?.memoryFormat))
    }
    func optionalMemoryFormat(_ name: String) -> MemoryFormat? {
        _ = next()
        return nil
    }
    func device(_ name: String) -> Device {
        _ = next()
        return .cpu
    }
    func optionalDevice(_ name: String) -> Device? {
        _ = next()
        return nil
    }
    func optionalGenerator(_ name: String) throws -> Generator? {
        try (next()?.seed).map { try Generator(seed: $0) }
    }
}
