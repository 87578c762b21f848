/// Writes the C declarations and the C++ bodies that call libtorch's dispatcher.
struct CEmitter {
    /// The line that says where the text comes from.
    let notice: String

    // MARK: Files

    func header(_ operations: [Operation]) -> String {
        var lines = [
            notice,
            "#ifndef CTORCH_OPERATIONS_H",
            "#define CTORCH_OPERATIONS_H",
            "",
            "#include \"CTorchTypes.h\"",
            "",
            "#ifdef __cplusplus",
            "extern \"C\" {",
            "#endif",
            "",
            "#pragma clang assume_nonnull begin",
            "",
        ]
        for operation in operations {
            lines += prototype(operation, end: ";")
        }
        lines += [
            "",
            "#pragma clang assume_nonnull end",
            "",
            "#ifdef __cplusplus",
            "}",
            "#endif",
            "",
            "#endif",
        ]
        return lines.joined(separator: "\n") + "\n"
    }

    func source(_ operations: [Operation]) -> String {
        let includes = Set(operations.map { Naming.header($0.schema.name) }).sorted().map { "#include <\($0)>" }
        var lines = [
            notice, "#include \"CTorchOperations.h\"", "", "#include \"../Arguments.h\"", "#include \"../Guard.h\"",
            "#include \"../Preconditions.h\"", "",
        ]
        lines += includes
        lines += ["", "using namespace ctorch;", "", "#pragma clang assume_nonnull begin"]
        for operation in operations {
            lines += [""] + definition(operation)
        }
        lines += ["", "#pragma clang assume_nonnull end"]
        return lines.joined(separator: "\n") + "\n"
    }

    // MARK: Declarations

    private func prototype(_ operation: Operation, end: String) -> [String] {
        let parameters = operation.arguments.flatMap(parameters) + outputs(operation)
        let list = parameters.isEmpty ? ["void"] : parameters
        let open = "\(returnType(operation))\(Naming.cFunction(operation))("
        return Layout.list(open, list, ")" + end, indent: 0, step: 4, hangs: false)
    }

    private func returnType(_ operation: Operation) -> String {
        switch operation.result {
        case .tensor: "CTTensor *_Nullable "
        case .tensorList: "CTInteger "
        default: "bool "
        }
    }

    private func outputs(_ operation: Operation) -> [String] {
        switch operation.result {
        case .none, .tensor: []
        case .tensorList: ["CTTensor *_Nonnull *_Nullable *_Nonnull out"]
        case .several(let parts):
            parts.enumerated().flatMap { index, part in
                part.isList
                    ? ["CTTensor *_Nonnull *_Nullable *_Nonnull out\(index)", "CTInteger *out\(index)Count"]
                    : ["CTTensor *_Nullable *_Nonnull out\(index)"]
            }
        case .bool: ["bool *out"]
        case .integer: ["CTInteger *out"]
        case .real: ["double *out"]
        case .dtype: ["int32_t *out"]
        }
    }

    private func parameters(_ argument: Operation.Argument) -> [String] {
        let name = Naming.cArgument(argument)
        func list(_ element: String) -> [String] {
            ["\(element) *_Nullable \(name)", "CTInteger \(name)Count"]
        }
        switch argument.kind {
        case .tensor: return ["CTTensor *\(name)"]
        case .optionalTensor: return ["CTTensor *_Nullable \(name)"]
        case .tensorList: return list("CTTensor *_Nonnull const")
        case .optionalTensorList: return list("CTTensor *_Nullable const")
        case .scalar: return ["CTScalar \(name)"]
        case .optionalScalar: return ["CTOptionalScalar \(name)"]
        case .scalarList: return list("const CTScalar")
        case .integer: return ["CTInteger \(name)"]
        case .optionalInteger: return ["CTOptionalInteger \(name)"]
        case .integerList, .optionalIntegerList: return list("const CTInteger")
        case .real: return ["double \(name)"]
        case .optionalReal: return ["CTOptionalReal \(name)"]
        case .realList, .optionalRealList: return list("const double")
        case .bool: return ["bool \(name)"]
        case .optionalBool: return ["int8_t \(name)"]
        case .dtype, .optionalDType, .memoryFormat, .optionalMemoryFormat: return ["int32_t \(name)"]
        case .device, .optionalDevice: return ["CTDevice \(name)"]
        case .optionalGenerator: return ["CTGenerator *_Nullable \(name)"]
        case .string: return ["const char *\(name)"]
        case .optionalString: return ["const char *_Nullable \(name)"]
        case .optionalLayout: return []
        }
    }

    // MARK: Definitions

    private func definition(_ operation: Operation) -> [String] {
        let tensors = operation.arguments.filter { $0.kind == .tensor || $0.kind == .optionalTensor }
        let inputs = tensors.map(Naming.cArgument).joined(separator: ", ")
        let arguments = "\"\(operation.schema.name)\", {\(inputs)}"
        let called = Naming.calledOverload(operation)
        let expressions = operation.arguments.map(passedValue(of: operation))
        func call(_ before: String, _ after: String) -> [String] {
            let open = "\(before)at::_ops::\(called)::call("
            return Layout.list(open, expressions, ")\(after);", indent: 2, step: 4, hangs: false)
        }
        let failed: String
        let body: [String]
        switch operation.result {
        case .none:
            failed = "false"
            body = call("", "") + ["  return true;"]
        case .tensor:
            failed = "nullptr"
            body = call("return owned(", ")")
        case .tensorList:
            failed = "-1"
            body = call("return ownedList(", ", out)")
        case .several(let parts):
            let results = parts.indices.map { "result\($0)" }.joined(separator: ", ")
            failed = "false"
            body =
                call("auto [\(results)] = ", "")
                // Lists first: handing one over may fail, handing a tensor over may not, and nothing is to leak.
                + parts.indices.filter { parts[$0].isList }
                .map { "  *out\($0)Count = ownedList(std::move(result\($0)), out\($0));" }
                + parts.indices.filter { !parts[$0].isList }.map { "  *out\($0) = owned(std::move(result\($0)));" }
                + ["  return true;"]
        case .bool, .integer, .real:
            failed = "false"
            body = call("*out = ", "") + ["  return true;"]
        case .dtype:
            failed = "false"
            body = call("*out = static_cast<int32_t>(", ")") + ["  return true;"]
        }
        // No closure and no template: what is compiled a thousand times has to be little.
        return prototype(operation, end: " try {") + precondition(operation) + body
            + ["} catch (...) {", "  recordFailure(\(arguments));", "  return \(failed);", "}"]
    }

    /// The C++ value for each argument of an operation.
    private func passedValue(of operation: Operation) -> (Operation.Argument) -> String {
        let takesNumbersAsTensors = Naming.calledOverload(operation) != operation.dispatcherName
        return { argument in
            takesNumbersAsTensors && argument.kind == .scalar && argument.schema.name == "other"
                ? "wrappedNumber(\(Naming.cArgument(argument)))" : expression(argument)
        }
    }

    /// A check of what libtorch takes on trust.
    private func precondition(_ operation: Operation) -> [String] {
        switch Naming.precondition(operation) {
        case nil: return []
        case .call(let function, let names):
            let values = names.compactMap { name in
                operation.arguments.first { $0.schema.name == name }.map(passedValue(of: operation))
            }
            guard values.count == names.count else { return [] }
            return Layout.list("\(function)(", values, ");", indent: 2, step: 4, hangs: false)
        case .equalCounts:
            let lists = operation.arguments.filter { $0.kind == .tensorList || $0.kind == .scalarList }
            guard lists.count > 1 else { return [] }
            let counts = lists.map { "\(Naming.cArgument($0))Count" }.joined(separator: ", ")
            return ["  checkEqualCounts({\(counts)});"]
        case .fusedOptimizer(let companions):
            func list(_ name: String) -> String? {
                operation.arguments.first { $0.schema.name == name }.map(Naming.cArgument).map { "{\($0), \($0)Count}" }
            }
            var items = companions.compactMap(list)
            guard let parameters = list("self"), let first = items.first, let last = items.last else { return [] }
            items[0] = "{" + first
            items[items.count - 1] = (items.count == 1 ? "{" + last : last) + "}"
            return Layout.list(
                "checkFusedOptimizer(", [parameters] + items + [list("state_steps") ?? "{}"], ");", indent: 2, step: 4,
                hangs: false)
        }
    }

    /// The C++ value that libtorch gets for an argument.
    private func expression(_ argument: Operation.Argument) -> String {
        let name = Naming.cArgument(argument)
        /// A function of Arguments.h, told apart from an argument of the same name.
        func support(_ function: String, _ arguments: String...) -> String {
            "\(function == name ? "ctorch::" : "")\(function)(\(arguments.joined(separator: ", ")))"
        }
        func list(_ function: String) -> String {
            support(function, name, "\(name)Count")
        }
        switch argument.kind {
        case .tensor: return support("borrow", name) + (argument.isWritten ? ".mutableReference()" : "")
        case .optionalTensor: return support("optionalTensor", name)
        case .tensorList: return list("definedTensors")
        case .optionalTensorList: return list("optionalTensors")
        case .scalar: return support("scalar", name)
        case .optionalScalar: return support("optionalScalar", name)
        case .scalarList: return list("scalars")
        case .optionalInteger(let isSymbolic):
            return support(isSymbolic ? "optionalSymbolicInteger" : "optionalInteger", name)
        case .integerList(let isSymbolic): return list(isSymbolic ? "symbolicIntegers" : "integers")
        case .optionalIntegerList(let isSymbolic):
            return list(isSymbolic ? "optionalSymbolicIntegers" : "optionalIntegers")
        case .optionalReal: return support("optionalReal", name)
        case .realList: return list("reals")
        case .optionalRealList: return list("optionalReals")
        case .integer, .real, .bool, .string: return name
        case .optionalBool: return support("optionalBool", name)
        case .dtype: return support("scalarType", name)
        case .optionalDType: return support("optionalScalarType", name)
        case .memoryFormat: return support("memoryFormat", name)
        case .optionalMemoryFormat: return support("optionalMemoryFormat", name)
        case .device: return support("device", name)
        case .optionalDevice: return support("optionalDevice", name)
        case .optionalGenerator: return support("optionalGenerator", name)
        case .optionalString: return support("optionalString", name)
        case .optionalLayout: return "std::nullopt"
        }
    }
}
