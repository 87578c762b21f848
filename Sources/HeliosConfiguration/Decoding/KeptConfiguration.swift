import Helios

extension ConfigLayers {
    /// The options that the layers say, and a configuration of all of them that can be kept in a file.
    ///
    /// A text that has a variable of the environment in it stays the reference that it was, such as `${env:TOKEN}`: the
    /// variable may be a secret. Numbers, truth values, choices and the names of what registries make are kept as what
    /// they are, so that whoever reads the file gets the same ones.
    ///
    /// - Throws: as `decode`.
    public func decodeToKeep<Options: ConfigOptions>(
        _ type: Options.Type = Options.self
    ) throws -> (options: Options, kept: ConfigValue) {
        let node = try node(of: type)
        let options = try ConfigDecoder.decode(type, from: node, path: "")
        let encoded = try ConfigEncoder.encode(options)
        return (options, Self.kept(encoded.value, encoded.form, node))
    }

    /// A value as a file has it that is read again.
    ///
    /// - Parameter node: where the value was read, if it was.
    private static func kept(_ value: ConfigValue, _ form: ConfigForm, _ node: ConfigNode?) -> ConfigValue {
        if let template = node?.origin?.template, form.mayBeSecret(value) { return .string(template) }
        switch value {
        case .dictionary(let members):
            return .dictionary(
                .init(
                    members.map { name, member in
                        (name, kept(member, form.member(name, of: value), node?.member(name)?.node))
                    }, uniquingKeysWith: { $1 }))
        case .list(let elements):
            let nodes: [ConfigNode] = if case .list(let nodes)? = node?.content { nodes } else { [] }
            return .list(
                elements.enumerated().map { position, element in
                    kept(element, form.element, nodes.indices.contains(position) ? nodes[position] : nil)
                })
        default: return value.escapingReferences
        }
    }
}

extension ConfigForm {
    /// Whether a value is a text that can be anything, or has texts in it.
    fileprivate func mayBeSecret(_ value: ConfigValue) -> Bool {
        switch (value, self) {
        case (.null, _), (.bool, _), (.int, _), (.double, _): false
        case (_, .optional(let form)): form.mayBeSecret(value)
        case (.string, .choice), (.string, .made): false
        case (.string, .either(let forms)): forms.allSatisfy { $0.mayBeSecret(value) }
        default: true
        }
    }

    /// The form of a member of a dictionary that has this form.
    func member(_ name: String, of value: ConfigValue) -> ConfigForm {
        switch self {
        case .optional(let form): form.member(name, of: value)
        case .map(let form): form
        case .options(let fields): fields.first { $0.name == name }?.form ?? .any
        case .made(let registry):
            if name == "type" {
                .choice(registry.names)
            } else {
                registry.option(name, of: value)?.form ?? .any
            }
        case .either(let forms):
            // What may be a dictionary.
            forms.first {
                switch $0 {
                case .options, .map, .made: true
                default: false
                }
            }?.member(name, of: value) ?? .any
        default: .any
        }
    }

    /// The form of an element of a list that has this form.
    var element: ConfigForm {
        switch self {
        case .list(let form): form
        case .optional(let form): form.element
        case .either(let forms):
            forms.first { if case .list = $0 { true } else { false } }?.element ?? .any
        default: .any
        }
    }
}

extension AnyRegistry {
    /// What is known of an option of what a value names.
    func option(_ name: String, of value: ConfigValue) -> RegistrySignature.Option? {
        guard case .string(let type)? = value["type"], let signature = try? self.signature(of: type) else { return nil }
        let key = OptionName.key(name)
        return signature.options.first { OptionName.key($0.name) == key }
    }
}
