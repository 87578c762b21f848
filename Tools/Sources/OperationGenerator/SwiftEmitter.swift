/// Writes the Swift methods that call the C functions.
struct SwiftEmitter {
    /// The line that says where the text comes from.
    let notice: String
    var descriptions = Descriptions()

    // MARK: Files

    /// The file of one section: an extension of each namespace that its functions belong to.
    func file(section: String, _ signatures: [SwiftSignature]) -> (name: String, text: String) {
        let extensions = Naming.Namespace.allCases.compactMap { namespace -> String? in
            let members = signatures.filter { $0.namespace == namespace }.flatMap { signature in
                [function(signature)] + (signature.forOneDimension.map { [forwarding($0, to: signature)] } ?? [])
            }
            guard !members.isEmpty else { return nil }
            let body = members.map { $0.joined(separator: "\n") }.joined(separator: "\n\n")
            return "extension \(namespace.rawValue) {\n\(body)\n}\n"
        }
        return ("\(section)Operations.swift", "\(head)import CTorch\n\n" + extensions.joined(separator: "\n"))
    }

    /// The declarations of the namespaces beside `Tensor`; nil if there are none.
    func namespaces(_ signatures: [SwiftSignature]) -> String? {
        let used = Naming.Namespace.allCases.filter { namespace in
            namespace != .tensor && signatures.contains { $0.namespace == namespace }
        }
        guard !used.isEmpty else { return nil }
        let declarations = used.map { namespace in
            "/// PyTorch's `torch.\(namespace.rawValue.lowercased())`.\npublic enum \(namespace.rawValue) {}"
        }
        return head + declarations.joined(separator: "\n\n") + "\n"
    }

    private var head: String {
        notice + "\n// swift-format-ignore-file: AlwaysUseLowerCamelCase\n\n"
    }

    // MARK: Functions

    private func function(_ signature: SwiftSignature) -> [String] {
        if signature.isProperty {
            return comment(signature)
                + ["    public var \(signature.name): Tensor {", "        get throws {"]
                + body(signature).map { "    " + $0 } + ["        }", "    }"]
        }
        return comment(signature) + declaration(signature) + body(signature) + ["    }"]
    }

    /// The function for one dimension, which calls the one for several.
    private func forwarding(_ signature: SwiftSignature, to several: SwiftSignature) -> [String] {
        let arguments = zip(signature.parameters, several.parameters).map { one, other in
            let name = Naming.escaped(one.name)
            return (other.label.map { "\($0): " } ?? "") + (one.type == other.type ? name : "[\(name)]")
        }
        // Behind `self`, since a name such as `var` alone would be a keyword.
        let call = "\(signature.receiver == nil ? "" : "self.")\(Naming.escaped(signature.name))("
        return [
            "    /// The same for one dimension: `\(several.description)` with a list of one."
        ] + declaration(signature)
            + Layout.list("try " + call, arguments, ")", indent: 8, step: 4, hangs: false) + ["    }"]
    }

    private func comment(_ signature: SwiftSignature) -> [String] {
        let schema = signature.operation.schema
        let description = descriptions[schema.name].map { Layout.words($0, prefix: "    /// ") + ["    ///"] } ?? []
        return description + Layout.words("`\(schema)`", prefix: "    /// ") + ["    ///"]
            + Layout.words(sentence(signature), prefix: "    /// ")
    }

    /// What becomes of memory: new, shared or written into.
    private func sentence(_ signature: SwiftSignature) -> String {
        let operation = signature.operation
        func name(_ argument: Operation.Argument) -> String {
            argument == signature.receiver ? "`self`" : "`\(Naming.swiftArgument(argument))`"
        }
        let written = operation.arguments.filter(\.isWritten).map(name)
        let writes = written.isEmpty ? nil : "Writes into \(written.formattedAsList)."
        let shared = Set(operation.schema.results.flatMap { $0.alias?.sets ?? [] })
        let source = operation.arguments.first { !shared.isDisjoint(with: $0.schema.alias?.sets ?? []) }
        let isList = operation.result == .tensorList
        let returns: String
        switch operation.result {
        case .none: returns = ""
        case .tensor, .tensorList:
            if let source, Naming.returnsItselfWherePossible.contains(operation.schema.name) {
                returns = "Returns \(name(source)) where nothing changes, otherwise a new tensor."
            } else if let source, Naming.sharesOnlyWherePossible.contains(operation.schema.name) {
                returns = "Returns a view of \(name(source)) where it can, otherwise a new tensor."
            } else if let source {
                returns = isList ? "Returns views of \(name(source))." : "Returns a view of \(name(source))."
            } else {
                returns = isList ? "Returns new tensors." : "Returns a new tensor."
            }
        case .several: returns = "Returns new tensors."
        case .bool, .integer, .real, .dtype: returns = "Returns a plain value."
        }
        return [writes, returns].compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: " ")
    }

    private func declaration(_ signature: SwiftSignature) -> [String] {
        let access = Naming.isInternal(signature.operation.schema.name) ? "package" : "public"
        let storage = signature.receiver == nil ? "static func" : "func"
        let result = signature.resultType.map { " -> \($0)" } ?? ""
        let discardable = signature.returnedArgument == nil ? [] : ["    @discardableResult"]
        let open = "\(access) \(storage) \(Naming.escaped(signature.name))("
        return discardable
            + Layout.list(
                open, signature.parameters.map(\.text), ") throws\(result) {", indent: 4, step: 4, hangs: true)
    }

    private func body(_ signature: SwiftSignature) -> [String] {
        let operation = signature.operation
        let passed = operation.arguments.flatMap { expressions($0, in: signature) }
        let function = Naming.cFunction(operation)
        func call(_ open: String, outputs: [String] = [], close: String = ")") -> [String] {
            let items = passed + outputs
            let whole = Layout.list("\(open)\(function)(", items, ")\(close)", indent: 8, step: 4, hangs: false)
            guard whole.count > 1, !close.isEmpty else { return whole }
            // Two calls, one inside the other: each has its line.
            guard let split = open.lastIndex(of: "(") else { return whole }
            let outer = String(open[...split])
            let inner = String(open[open.index(after: split)...])
            return ["        \(outer)"]
                + Layout.list("\(inner)\(function)(", items, ")\(close)", indent: 12, step: 4, hangs: false)
        }
        func plainResult(_ start: String, _ result: String) -> [String] {
            ["        var out = \(start)"] + call("try check(", outputs: ["&out"]) + ["        return \(result)"]
        }
        let kept = keptAlive(signature)
        let keep = kept.isEmpty ? [] : ["        defer { keepAlive(\(kept)) }"]
        switch operation.result {
        case .none:
            let back = signature.returnedArgument.map { ["        return \(value($0, in: signature))"] } ?? []
            return keep + call("try check(") + back
        case .tensor:
            let open = "try Tensor(owning: "
            if signature.parameters.contains(where: { $0.argument == nil }) {
                return keep + call("let result = " + open) + ["        return try result.requiringGrad(requiresGrad)"]
            }
            // The only expression of a function needs no return.
            return keep + call((keep.isEmpty ? "" : "return ") + open)
        case .tensorList:
            return keep + ["        var results: UnsafeMutablePointer<OpaquePointer>?"]
                + call("let count = ", outputs: ["&results"], close: "")
                + ["        return try [Tensor](owning: results, count: count)"]
        case .several(let parts):
            let outputs = parts.enumerated().flatMap { index, part in
                part.isList ? ["&out\(index)", "&count\(index)"] : ["&out\(index)"]
            }
            let variables = parts.enumerated().flatMap { index, part in
                part.isList
                    ? [
                        "        var out\(index): UnsafeMutablePointer<OpaquePointer>?",
                        "        var count\(index) = 0",
                    ] : ["        var out\(index): OpaquePointer?"]
            }
            let back = parts.enumerated().map { index, part in
                part.isList
                    ? "[Tensor](owning: out\(index), count: count\(index))" : "Tensor(owning: out\(index))"
            }
            return keep + variables + call("try check(", outputs: outputs)
                + Layout.list("return try (", back, ")", indent: 8, step: 4, hangs: true)
        case .bool: return keep + plainResult("false", "out")
        case .integer: return keep + plainResult("0", "out")
        case .real: return keep + plainResult("0.0", "out")
        case .dtype: return keep + plainResult("DType.float32.rawValue", "DType(rawValue: out)")
        }
    }

    /// The objects whose pointers C gets, which have to live until it returns.
    private func keptAlive(_ signature: SwiftSignature) -> String {
        let kept = signature.operation.arguments.filter { argument in
            switch argument.kind {
            case .tensor, .optionalTensor, .tensorList, .optionalTensorList, .optionalGenerator: true
            default: false
            }
        }
        let names = kept.map { value($0, in: signature) }
        return names.count > 1 ? "(\(names.joined(separator: ", ")))" : names.joined()
    }

    private func value(_ argument: Operation.Argument, in signature: SwiftSignature) -> String {
        argument == signature.receiver ? "self" : Naming.escaped(Naming.swiftArgument(argument))
    }

    /// The C arguments that one Swift argument becomes.
    private func expressions(_ argument: Operation.Argument, in signature: SwiftSignature) -> [String] {
        if argument == signature.receiver { return ["pointer"] }
        let name = value(argument, in: signature)
        switch argument.kind {
        case .tensor: return ["\(name).pointer"]
        case .optionalTensor, .optionalGenerator: return ["\(name)?.pointer"]
        case .tensorList, .optionalTensorList: return ["\(name).pointers", "\(name).count"]
        case .scalarList: return ["\(name).c", "\(name).count"]
        case .integerList, .realList: return [name, "\(name).count"]
        case .optionalIntegerList, .optionalRealList: return [name, "\(name)?.count ?? -1"]
        case .integer:
            let isNumber = signature.parameters.contains { $0.argument == argument && $0.type == "Int" }
            return [isNumber ? name : "\(name).rawValue"]
        case .real, .bool: return [name]
        case .string, .optionalString:
            let isText = signature.parameters.contains { $0.argument == argument && $0.type.hasPrefix("String") }
            return [isText ? name : argument.kind == .string ? "\(name).rawValue" : "\(name)?.rawValue"]
        case .scalar, .optionalScalar, .optionalInteger, .optionalReal, .optionalBool, .device, .optionalDevice,
            .optionalDType, .optionalMemoryFormat:
            return ["\(name).c"]
        case .dtype, .memoryFormat: return ["\(name).rawValue"]
        case .optionalLayout: return []
        }
    }
}

extension [String] {
    /// `a`, `a and b`, `a, b and c`.
    fileprivate var formattedAsList: String {
        guard let last, count > 1 else { return joined() }
        return dropLast().joined(separator: ", ") + " and " + last
    }
}
