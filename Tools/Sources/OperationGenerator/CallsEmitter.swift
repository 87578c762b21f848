/// Writes a call of every operation for the tests, which give the arguments: at random, or as PyTorch was given them.
struct CallsEmitter {
    /// The line that says where the text comes from.
    let notice: String
    /// How many calls a function and a file hold, but for a file whose operations have one initial: a longer function
    /// takes the compiler longer than two of half its length.
    var callsInFile = 400
    var callsInFunction = 40

    /// The files, each with its name and text; the first one has the list of the operations.
    func files(_ signatures: [SwiftSignature]) -> [(name: String, text: String)] {
        let sorted = signatures.sorted { $0.operation.schema.fullName < $1.operation.schema.fullName }
        var calls: [(name: String, text: String)] = []
        var functions: [Range<Int>] = []
        for range in filesByInitial(sorted) {
            let parts = stride(from: range.lowerBound, to: range.upperBound, by: callsInFunction).map {
                $0..<min($0 + callsInFunction, range.upperBound)
            }
            let texts = parts.enumerated().map { index, part in
                function(number: functions.count + index, first: part.lowerBound, Array(sorted[part]))
            }
            functions += parts
            let initials = [sorted[range.lowerBound], sorted[range.upperBound - 1]].map(initial).uniqued
            calls.append(
                ("OperationCalls\(initials.joined(separator: "To")).swift", head + texts.joined(separator: "\n")))
        }
        return [(name: "OperationCalls.swift", text: list(sorted, functions: functions))] + calls
    }

    /// The places of each file's calls: those of as many initials as fit.
    private func filesByInitial(_ sorted: [SwiftSignature]) -> [Range<Int>] {
        var files: [Range<Int>] = []
        var start = 0
        for (index, signature) in sorted.enumerated()
        where index == 0 || initial(signature) != initial(sorted[index - 1]) {
            let end = sorted[index...].firstIndex { initial($0) != initial(signature) } ?? sorted.count
            if files.isEmpty || end - start > callsInFile {
                start = index
                files.append(start..<end)
            } else {
                files[files.count - 1] = start..<end
            }
        }
        return files
    }

    /// The first letter of the operation's name, as a file is named after it; PyTorch's own begin with an underscore.
    private func initial(_ signature: SwiftSignature) -> String {
        let name = signature.operation.schema.name
        return name.hasPrefix("_") ? "Internal" : name.prefix(1).uppercased()
    }

    private var head: String {
        notice + "\nimport Torch\n\n"
    }

    private func list(_ signatures: [SwiftSignature], functions: [Range<Int>]) -> String {
        var names = signatures.map { "\"\($0.operation.schema.fullName)\"" }
        if let last = names.popLast() { names.append(last + ",") }
        var lines = ["/// The operations in PyTorch's names; the place is the number of the call."]
        lines += Layout.list("let operationNames: [String] = [", names, "]", indent: 0, step: 4, hangs: true)
        lines += [
            "",
            "/// Calls an operation with arguments asked for one by one, and returns what came back or was written into.",
            "func callOperation(_ number: Int, _ x: some OperationArguments) throws -> [Tensor] {",
            "    switch number {",
        ]
        lines += functions.enumerated().map { index, range in
            "    case \(range.lowerBound)..<\(range.upperBound): try calls\(index)(number, x)"
        }
        lines += ["    default: []", "    }", "}"]
        return head + lines.joined(separator: "\n") + "\n"
    }

    private func function(number: Int, first: Int, _ signatures: [SwiftSignature]) -> String {
        var lines = [
            "func calls\(number)(_ number: Int, _ x: any OperationArguments) throws -> [Tensor] {",
            "    switch number {",
        ]
        for (index, signature) in signatures.enumerated() {
            lines += ["    case \(first + index):"] + statements(signature)
        }
        lines += ["    default: return []", "    }", "}"]
        return lines.joined(separator: "\n") + "\n"
    }

    private func statements(_ signature: SwiftSignature) -> [String] {
        let result = signature.operation.result
        switch result {
        case .none where signature.returnedArgument == nil:
            guard let written = signature.operation.arguments.first(where: \.isWritten) else {
                return call(signature, "try ", "") + ["        return []"]
            }
            let value = "        let written = try \(source(written))"
            let isList = written.kind == .tensorList
            return [value] + call(signature, "try ", "", written: written)
                + ["        return \(isList ? "written" : "[written]")"]
        case .none, .tensor: return call(signature, "return [try ", "]", or: "[result]")
        case .tensorList: return call(signature, "return try ", "")
        case .several(let parts):
            let hasLists = parts.contains(where: \.isList)
            let values = parts.enumerated().map { index, part in
                hasLists && !part.isList ? "[result.\(index)]" : "result.\(index)"
            }
            let list = hasLists ? values.joined(separator: " + ") : "[\(values.joined(separator: ", "))]"
            return call(signature, "let result = try ", "") + ["        return \(list)"]
        case .bool, .integer, .real, .dtype:
            return call(signature, "return [try Tensor(plain: ", ")]", or: "[try Tensor(plain: result)]")
        }
    }

    /// A call with `before` and `after` around it, or, if it does not fit on a line, with a return of its own behind.
    private func call(
        _ signature: SwiftSignature, _ before: String, _ after: String, or separate: String? = nil,
        written: Operation.Argument? = nil
    ) -> [String] {
        func value(_ argument: Operation.Argument) -> String {
            argument == written ? "written" : source(argument)
        }
        let receiver = signature.receiver.map(value) ?? signature.namespace.rawValue
        if signature.isProperty {
            return ["        \(before)\(receiver).\(Naming.escaped(signature.name))\(after)"]
        }
        let arguments = signature.parameters.compactMap { parameter in
            parameter.argument.map { argument in
                let isOption = !["String", "Int"].contains { parameter.type.hasPrefix($0) } && argument.isTextOrNumber
                return (parameter.label.map { "\($0): " } ?? "") + (isOption ? option(argument) : value(argument))
            }
        }
        let function = "\(receiver).\(Naming.escaped(signature.name))("
        let lines = Layout.list(before + function, arguments, ")\(after)", indent: 8, step: 4, hangs: false)
        guard let separate, lines.count > 1 else { return lines }
        return Layout.list("let result = try \(function)", arguments, ")", indent: 8, step: 4, hangs: false)
            + ["        return \(separate)"]
    }

    /// What asks for a case of an enumeration, which Swift infers from the function that is called.
    private func option(_ argument: Operation.Argument) -> String {
        let function =
            switch argument.kind {
            case .integer: "numberedOption"
            case .string: "option"
            default: "optionalOption"
            }
        return "x.\(function)(\"\(argument.schema.name)\")"
    }

    /// What asks for an argument, with its name in PyTorch.
    private func source(_ argument: Operation.Argument) -> String {
        let function: String
        switch argument.kind {
        case .tensor: function = argument.isWritten ? "writtenTensor" : "tensor"
        case .optionalTensor: function = "optionalTensor"
        case .tensorList: function = argument.isWritten ? "writtenTensors" : "tensors"
        case .optionalTensorList: function = "optionalTensors"
        case .scalar: function = "scalar"
        case .optionalScalar: function = "optionalScalar"
        case .scalarList: function = "scalars"
        case .integer: function = "integer"
        case .optionalInteger: function = "optionalInteger"
        case .integerList: function = "integers"
        case .optionalIntegerList: function = "optionalIntegers"
        case .real: function = "real"
        case .optionalReal: function = "optionalReal"
        case .realList: function = "reals"
        case .optionalRealList: function = "optionalReals"
        case .bool: function = "boolean"
        case .optionalBool: function = "optionalBoolean"
        case .dtype: function = "dtype"
        case .optionalDType: function = "optionalDType"
        case .memoryFormat: function = "memoryFormat"
        case .optionalMemoryFormat: function = "optionalMemoryFormat"
        case .device: function = "device"
        case .optionalDevice: function = "optionalDevice"
        case .optionalGenerator: function = "optionalGenerator"
        case .string: function = "string"
        case .optionalString: function = "optionalString"
        case .optionalLayout: function = "layout"
        }
        return "x.\(function)(\"\(argument.schema.name)\")"
    }
}

extension Operation.Argument {
    /// Whether it is of a type that can be an enumeration in Swift.
    fileprivate var isTextOrNumber: Bool { [.string, .optionalString, .integer].contains(kind) }
}
