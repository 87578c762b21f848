import Torch

/// Where the arguments of a generated call come from, asked for in the order of PyTorch's schema by their names there.
protocol OperationArguments {
    func tensor(_ name: String) throws -> Tensor
    func optionalTensor(_ name: String) throws -> Tensor?
    func tensors(_ name: String) throws -> [Tensor]
    func optionalTensors(_ name: String) throws -> [Tensor?]
    /// One that the operation writes into.
    func writtenTensor(_ name: String) throws -> Tensor
    func writtenTensors(_ name: String) throws -> [Tensor]

    func scalar(_ name: String) throws -> Scalar
    func optionalScalar(_ name: String) throws -> Scalar?
    func scalars(_ name: String) throws -> [Scalar]
    func integer(_ name: String) throws -> Int
    func optionalInteger(_ name: String) throws -> Int?
    func integers(_ name: String) throws -> [Int]
    func optionalIntegers(_ name: String) throws -> [Int]?
    func real(_ name: String) throws -> Double
    func optionalReal(_ name: String) throws -> Double?
    func reals(_ name: String) throws -> [Double]
    func optionalReals(_ name: String) throws -> [Double]?
    func boolean(_ name: String) throws -> Bool
    func optionalBoolean(_ name: String) throws -> Bool?
    func string(_ name: String) throws -> String
    func optionalString(_ name: String) throws -> String?

    /// One of an enumeration's cases, for which PyTorch takes a string.
    func option<Option: OperationOption>(_ name: String) throws -> Option
    func numberedOption<Option: NumberedOption>(_ name: String) throws -> Option
    func optionalOption<Option: OperationOption>(_ name: String) throws -> Option?

    func dtype(_ name: String) throws -> DType
    func optionalDType(_ name: String) throws -> DType?
    func memoryFormat(_ name: String) throws -> MemoryFormat
    func optionalMemoryFormat(_ name: String) throws -> MemoryFormat?
    func device(_ name: String) throws -> Device
    func optionalDevice(_ name: String) throws -> Device?
    func optionalGenerator(_ name: String) throws -> Generator?
}

/// An enumeration of PyTorch's strings.
typealias OperationOption = CaseIterable & RawRepresentable<String>

/// An enumeration of PyTorch's numbers.
typealias NumberedOption = CaseIterable & RawRepresentable<Int>

extension Tensor {
    /// A plain result as a tensor, so that all results are of one type.
    init(plain value: Bool) throws {
        try self.init([value], shape: [])
    }

    init(plain value: Int) throws {
        try self.init([value], shape: [])
    }

    init(plain value: Double) throws {
        try self.init([value], shape: [])
    }

    init(plain value: DType) throws {
        try self.init(plain: Int(value.rawValue))
    }
}
