/// How an operation looks to a Swift caller.
struct SwiftSignature: Equatable, Sendable {
    struct Parameter: Equatable, Sendable {
        /// `nil` if the caller writes none.
        var label: String?
        var name: String
        var type: String
        var defaultValue: String?
        /// What it is in PyTorch's schema; nil for `requiresGrad`, which only PyTorch's Python functions have.
        var argument: Operation.Argument?

        /// As it stands in the declaration.
        var text: String {
            let prefix = label == nil ? "_ " : ""
            let suffix = defaultValue.map { " = \($0)" } ?? ""
            return "\(prefix)\(label == nil ? Naming.escaped(name) : name): \(type)\(suffix)"
        }
    }

    var operation: Operation
    var namespace: Naming.Namespace
    var name: String
    /// The tensor before the dot; nil for a static function.
    var receiver: Operation.Argument?
    var parameters: [Parameter]
    /// Whether callers read a property instead of calling a function: `x.mT`.
    var isProperty: Bool

    init(_ operation: Operation) throws {
        self.operation = operation
        (namespace, name) = Naming.swiftFunction(operation.schema.name)
        let property = Naming.properties[operation.schema.name]
        isProperty = property != nil
        name = property ?? name
        let isMethod = namespace == .tensor && (isProperty || Naming.isMethod(operation.function))
        receiver = isMethod ? operation.arguments.first : nil
        let passed = operation.arguments.dropFirst(isMethod ? 1 : 0).filter { $0.kind != .optionalLayout }
        parameters = []
        for argument in passed {
            let name = Naming.swiftArgument(argument)
            let isUnlabeled = Naming.isUnlabeled(
                argument, of: operation, isMethod: isMethod, behind: parameters.map(\.label))
            let option = try Naming.option(argument, of: operation)
            parameters.append(
                Parameter(
                    label: isUnlabeled ? nil : name,
                    name: name,
                    type: option?.swiftType(argument.kind) ?? SwiftSignature.type(argument.kind),
                    defaultValue: try SwiftSignature.defaultValue(argument, option)
                        ?? Naming.addedDefaults["\(operation.schema.fullName) \(argument.schema.name)"],
                    argument: argument))
            // In the place where PyTorch's Python functions have it.
            if argument.kind == .optionalDevice, operation.makesTensor {
                parameters.append(
                    Parameter(
                        label: "requiresGrad", name: "requiresGrad", type: "Bool", defaultValue: "false",
                        argument: nil))
            }
        }
    }

    /// The same function for one dimension, `sum(dim: 1)` beside `sum(dims: [0, 1])`; nil if PyTorch takes lists only.
    ///
    /// The schema says that one number may stand for a list by the list's length: `int[1] dim`.
    var forOneDimension: SwiftSignature? {
        guard !Naming.needsSeveralDimensions.contains(operation.schema.fullName) else { return nil }
        var result = self
        var isChanged = false
        for index in parameters.indices {
            guard let argument = parameters[index].argument, argument.schema.type.listCount == 1,
                let singular = Naming.singulars[parameters[index].name]
            else { continue }
            result.parameters[index].name = singular
            if parameters[index].label != nil { result.parameters[index].label = singular }
            result.parameters[index].type = "Int"
            result.parameters[index].defaultValue = nil
            isChanged = true
        }
        return isChanged ? result : nil
    }

    /// The function with its labels, as in `add(_:alpha:)`.
    var description: String {
        if isProperty { return "\(namespace.rawValue).\(name)" }
        let labels = parameters.map { "\($0.label ?? "_"):" }.joined()
        return "\(namespace.rawValue).\(name)(\(labels))"
    }

    // MARK: Types

    static func type(_ kind: ArgumentKind) -> String {
        switch kind {
        case .tensor: "Tensor"
        case .optionalTensor: "Tensor?"
        case .tensorList: "[Tensor]"
        case .optionalTensorList: "[Tensor?]"
        case .scalar: "any ScalarConvertible"
        case .optionalScalar: "(any ScalarConvertible)?"
        case .scalarList: "[Scalar]"
        case .integer: "Int"
        case .optionalInteger: "Int?"
        case .integerList: "[Int]"
        case .optionalIntegerList: "[Int]?"
        case .real: "Double"
        case .optionalReal: "Double?"
        case .realList: "[Double]"
        case .optionalRealList: "[Double]?"
        case .bool: "Bool"
        case .optionalBool: "Bool?"
        case .dtype: "DType"
        case .optionalDType: "DType?"
        case .memoryFormat: "MemoryFormat"
        case .optionalMemoryFormat: "MemoryFormat?"
        case .device: "Device"
        case .optionalDevice: "Device?"
        case .optionalGenerator: "Generator?"
        case .string: "String"
        case .optionalString: "String?"
        case .optionalLayout: "Never"
        }
    }

    var resultType: String? {
        switch operation.result {
        case .none: returnedArgument == nil ? nil : "Tensor"
        case .tensor: "Tensor"
        case .tensorList: "[Tensor]"
        case .several(let parts): "(\(parts.map(SwiftSignature.element).joined(separator: ", ")))"
        case .bool: "Bool"
        case .integer: "Int"
        case .real: "Double"
        case .dtype: "DType"
        }
    }

    /// A part of a tuple, as in `values: Tensor`.
    private static func element(_ part: ResultKind.Part) -> String {
        let type = part.isList ? "[Tensor]" : "Tensor"
        return part.name.map { "\(Naming.lowerCamelCase($0)): \(type)" } ?? type
    }

    /// The written argument that an operation in place returns, so that calls can be chained.
    var returnedArgument: Operation.Argument? {
        guard operation.result == .none, operation.schema.results.count == 1,
            let written = operation.arguments.first(where: \.isWritten), written.kind == .tensor
        else { return nil }
        return written
    }

    // MARK: Defaults

    /// The default of an argument as Swift spells it; `nil` if the caller has to give it.
    ///
    /// Tensors, generators and memory formats that may be none are none unless given, whatever the schema says.
    static func defaultValue(_ argument: Operation.Argument, _ option: Naming.Option? = nil) throws -> String? {
        switch argument.kind {
        case .optionalTensor, .optionalGenerator, .optionalMemoryFormat: return "nil"
        default: break
        }
        guard let text = argument.schema.defaultValue else { return nil }
        if text == "None" { return "nil" }
        if let option, argument.kind == .integer { return ".\(option.caseNames[text] ?? text)" }
        switch argument.kind {
        case .integerList, .optionalIntegerList, .realList, .optionalRealList:
            return try list(text)
        case .tensorList, .scalarList, .optionalTensorList:
            guard text == "[]" else { throw UnsupportedType(type: "the default \(text)") }
            return "[]"
        case .bool, .optionalBool, .scalar, .optionalScalar, .integer, .optionalInteger, .real, .optionalReal:
            return try literal(text)
        case .dtype, .optionalDType:
            guard let name = dtypes[text] else { throw UnsupportedType(type: "the default \(text)") }
            return ".\(name)"
        case .memoryFormat, .optionalMemoryFormat:
            guard text == "contiguous_format" else { throw UnsupportedType(type: "the default \(text)") }
            return ".contiguous"
        case .string, .optionalString:
            guard let option else { return text }
            let value = text.filter { $0 != "\"" && $0 != "'" }
            return ".\(option.caseNames[value] ?? value)"
        default:
            throw UnsupportedType(type: "the default \(text)")
        }
    }

    /// `[0,1]`, or one number for all.
    private static func list(_ text: String) throws -> String {
        let inside = text.hasPrefix("[") ? text.dropFirst().dropLast() : text[...]
        let items = inside.split(whereSeparator: { $0 == "," || $0 == " " })
        return "[\(try items.map { try literal(String($0)) }.joined(separator: ", "))]"
    }

    private static func literal(_ text: String) throws -> String {
        switch text {
        case "True": return "true"
        case "False": return "false"
        case "inf": return ".infinity"
        default:
            guard Double(text) != nil else { throw UnsupportedType(type: "the default \(text)") }
            return text
        }
    }

    private static let dtypes = ["long": "int64", "float": "float32", "double": "float64", "int": "int32"]
}
