import Helios

/// Checks what a configuration says about something that a registry makes, before it is made.
enum EntryCheck {
    /// Returns the value with the registry's names of the options.
    ///
    /// - Parameter owner: what errors call it; `nil` for something that is no part of anything.
    /// - Throws: `ConfigFault` for a name that is not registered, and for options that are unknown, missing or of
    ///   another type.
    static func checked(
        _ node: ConfigNode, _ registry: any AnyRegistry, path: String, owner: String? = nil, depth: Int = 0
    ) throws -> ConfigValue {
        guard let typeNode = node.text != nil ? node : node.members?.first(where: { $0.key == "type" })?.node,
            let name = typeNode.text
        else {
            throw ConfigDecoder.mustBe("a name, or a dictionary with a name as 'type'", node, path)
        }
        let signature: RegistrySignature?
        do {
            signature = try registry.signature(of: name)
        } catch {
            throw ConfigFault("\(ConfigDecoder.name(path)): \(error)", at: typeNode.position)
        }
        let owner = owner.map { "\($0) \(name)" } ?? "\(registry.kind) \(name)"
        var values: [(String, ConfigValue)] = [("type", .string(name))]
        for (member, option) in try options(of: node, signature, owner) {
            guard let option else {
                values.append((member.key, member.node.value))
                continue
            }
            let place = (owner: owner, option: member.key, path: ConfigDecoder.join(path, member.key))
            if !isMade(option.form) {
                try check(member.node, owner: owner) {
                    try option.validate(member.node.value, at: ConfigPlace(owner: owner, option: member.key))
                }
            }
            values.append((option.name, try part(member.node, option.form, place, depth)))
        }
        if let signature {
            let given = Set(values.map { OptionName.key($0.0) })
            for option in signature.options
            where option.defaultText == nil && signature.isComplete && !given.contains(OptionName.key(option.name)) {
                throw ConfigFault(
                    "\(owner): the option '\(option.name)' is needed, and not given", at: node.position)
            }
        }
        // A name alone stays one.
        if node.text != nil { return .string(name) }
        return .dictionary(.init(values, uniquingKeysWith: { $1 }))
    }

    /// The options that are given, each with what is known of it.
    private static func options(
        of node: ConfigNode, _ signature: RegistrySignature?, _ owner: String
    ) throws -> [(ConfigNode.Member, RegistrySignature.Option?)] {
        var found: [(member: ConfigNode.Member, option: RegistrySignature.Option?)] = []
        var places: [String: Int] = [:]
        for member in node.members ?? [] where member.key != "type" {
            let key = member.optionKey
            let option = signature?.options.first { OptionName.key($0.name) == key }
            if option == nil, let signature, signature.isComplete {
                let names = signature.options.map(\.name)
                let all = names.isEmpty ? "there are none" : "there are: \(names.joined(separator: ", "))"
                throw ConfigFault(
                    "\(owner): no option '\(ConfigFault.shown(member.key))'"
                        + "\(question(member.key, names)) (\(all))", at: member.position)
            }
            guard let place = places[key] else {
                places[key] = found.count
                found.append((member, option))
                continue
            }
            let other = found[place].member
            let (own, before) = (member.position.source.layer, other.position.source.layer)
            guard own != before else {
                throw ConfigFault(
                    "\(owner): '\(other.key)' and '\(member.key)' are one option: give it once", at: member.position)
            }
            if own > before { found[place] = (member, option) }
        }
        return found
    }

    /// Asks for the option that was meant, in PyTorch's spelling or in Swift's.
    private static func question(_ key: String, _ names: [String]) -> String {
        let question = NearNames.question(key, among: names)
        guard question.isEmpty else { return question }
        let near = NearNames.nearest(to: OptionName.key(key), among: names.map { OptionName.key($0) })
        let found = names.first { OptionName.key($0) == near.first }
        return found.map { "; did you mean '\($0)'?" } ?? ""
    }

    /// Whether a value names something that a registry makes.
    private static func isMade(_ form: ConfigForm) -> Bool {
        switch form {
        case .made: true
        case .optional(let form), .list(let form), .map(let form): isMade(form)
        case .either(let forms): forms.contains(where: isMade)
        default: false
        }
    }

    private static func part(
        _ node: ConfigNode, _ form: ConfigForm, _ place: (owner: String, option: String, path: String), _ depth: Int
    ) throws -> ConfigValue {
        guard depth < 32 else { throw ConfigFault("parts of parts, more than 32 deep", at: node.position) }
        switch form {
        case .made(let registry):
            return try checked(
                node, registry, path: place.path, owner: "\(place.owner), \(place.option)", depth: depth + 1)
        case .optional(let form): return node.isNull ? .null : try part(node, form, place, depth)
        case .either(let forms):
            let isList = if case .list = node.content { true } else { false }
            let form = forms.first { if case .list = $0 { isList } else { !isList } }
            return try form.map { try part(node, $0, place, depth) } ?? node.value
        case .list(let form) where isMade(form):
            guard case .list(let elements) = node.content else {
                throw ConfigDecoder.mustBe("a list", node, place.path)
            }
            return .list(
                try elements.enumerated().map { number, element in
                    let suffix = "[\(number)]"
                    return try part(
                        element, form, (place.owner, place.option + suffix, place.path + suffix), depth)
                })
        case .map(let form) where isMade(form):
            guard let members = node.members else { throw ConfigDecoder.mustBe("a dictionary", node, place.path) }
            return .dictionary(
                .init(
                    try members.map { member in
                        let suffix = ".\(member.key)"
                        let inner = (place.owner, place.option + suffix, place.path + suffix)
                        return (member.key, try part(member.node, form, inner, depth))
                    }, uniquingKeysWith: { $1 }))
        default: return node.value
        }
    }

    private static func check(_ node: ConfigNode, owner: String, _ body: () throws -> Void) throws {
        do {
            try body()
        } catch let error as ConfigFault {
            throw error
        } catch {
            throw ConfigFault("\(error)", at: node.position)
        }
    }
}
