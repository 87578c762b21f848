/// What an argument is to the generated code: each kind has one spelling in C, one in C++ and one in Swift.
public enum ArgumentKind: Equatable, Sendable {
    case tensor, optionalTensor, tensorList, optionalTensorList
    case scalar, optionalScalar, scalarList
    case integer, optionalInteger(isSymbolic: Bool)
    case integerList(isSymbolic: Bool), optionalIntegerList(isSymbolic: Bool)
    case real, optionalReal, realList, optionalRealList
    case bool, optionalBool
    case dtype, optionalDType, memoryFormat, optionalMemoryFormat, device, optionalDevice
    case optionalGenerator
    case string, optionalString
    /// Not offered to the caller: always the default.
    case optionalLayout

    /// Throws for a type that no generated code can pass.
    public init(_ type: Schema.ValueType) throws {
        if type.isList {
            self = try ArgumentKind(list: type)
            return
        }
        let isOptional = type.isOptional
        switch type.base {
        case "Tensor": self = isOptional ? .optionalTensor : .tensor
        case "Scalar": self = isOptional ? .optionalScalar : .scalar
        case "int": self = isOptional ? .optionalInteger(isSymbolic: false) : .integer
        case "SymInt": self = isOptional ? .optionalInteger(isSymbolic: true) : .integer
        case "float": self = isOptional ? .optionalReal : .real
        case "bool": self = isOptional ? .optionalBool : .bool
        case "ScalarType": self = isOptional ? .optionalDType : .dtype
        case "MemoryFormat": self = isOptional ? .optionalMemoryFormat : .memoryFormat
        case "Device": self = isOptional ? .optionalDevice : .device
        case "str": self = isOptional ? .optionalString : .string
        case "Generator" where isOptional: self = .optionalGenerator
        case "Layout" where isOptional: self = .optionalLayout
        default: throw UnsupportedType(type: type.description)
        }
    }

    private init(list type: Schema.ValueType) throws {
        switch (type.base, type.hasOptionalElements, type.isOptional) {
        case ("Tensor", false, false): self = .tensorList
        case ("Tensor", true, false): self = .optionalTensorList
        case ("Scalar", false, false): self = .scalarList
        case ("int", false, false): self = .integerList(isSymbolic: false)
        case ("int", false, true): self = .optionalIntegerList(isSymbolic: false)
        case ("SymInt", false, false): self = .integerList(isSymbolic: true)
        case ("SymInt", false, true): self = .optionalIntegerList(isSymbolic: true)
        case ("float", false, false): self = .realList
        case ("float", false, true): self = .optionalRealList
        default: throw UnsupportedType(type: type.description)
        }
    }
}

public struct UnsupportedType: Error, Equatable, CustomStringConvertible {
    public var type: String

    public var description: String {
        "no way to pass \(type)"
    }
}

/// What an operation gives back.
public enum ResultKind: Equatable, Sendable {
    /// Nothing, or what was written into an argument.
    case none
    case tensor
    case tensorList
    /// Several tensors or lists of tensors, with their names if the schema gives any.
    case several([Part])
    case bool, integer, real, dtype

    /// One of several results.
    public struct Part: Equatable, Sendable {
        public var name: String?
        public var isList = false
    }

    public init(_ results: [Schema.Result]) throws {
        if results.allSatisfy({ $0.alias?.isWritten == true }) {
            self = .none
            return
        }
        let types = results.map(\.type.description)
        switch types {
        case ["Tensor"]: self = .tensor
        case ["Tensor[]"]: self = .tensorList
        case ["bool"]: self = .bool
        case ["int"], ["SymInt"]: self = .integer
        case ["float"]: self = .real
        case ["ScalarType"]: self = .dtype
        default:
            guard types.allSatisfy({ $0 == "Tensor" || $0 == "Tensor[]" }) else {
                throw UnsupportedType(type: "(\(types.joined(separator: ", "))) as a result")
            }
            self = .several(results.map { Part(name: $0.name, isList: $0.type.isList) })
        }
    }
}

/// An operation that can be made: its schema with the kinds of what goes in and out.
public struct Operation: Equatable, Sendable {
    public struct Argument: Equatable, Sendable {
        public var schema: Schema.Argument
        public var kind: ArgumentKind

        /// Whether the operation writes into it.
        public var isWritten: Bool { schema.alias?.isWritten == true }
    }

    public var function: NativeFunction
    public var section: String
    public var arguments: [Argument]
    public var result: ResultKind

    public var schema: Schema { function.schema }

    /// Throws `UnsupportedType`.
    public init(_ choice: Selection.Choice) throws {
        function = choice.function
        section = choice.section
        arguments = try function.schema.arguments.map { argument in
            let kind = try ArgumentKind(argument.type)
            if kind == .optionalTensor, argument.alias?.isWritten == true {
                throw UnsupportedType(type: "an optional tensor that is written into")
            }
            return Argument(schema: argument, kind: kind)
        }
        result = try ResultKind(function.schema.results)
    }

    /// Whether it makes a tensor out of nothing but its arguments, as `zeros` does, or as `zeros_like` does for another
    /// tensor: then PyTorch's Python functions take `requires_grad` too.
    public var makesTensor: Bool {
        let names = Set(schema.arguments.filter(\.isKeywordOnly).map(\.name))
        return names.isSuperset(of: ["dtype", "layout", "device", "pin_memory"]) && result == .tensor
            && schema.results.allSatisfy { $0.alias == nil }
    }

    /// The operation's class in `at::_ops`.
    public var dispatcherName: String {
        schema.overload.isEmpty ? schema.name : "\(schema.name)_\(schema.overload)"
    }
}
