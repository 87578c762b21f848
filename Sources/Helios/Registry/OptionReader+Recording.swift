/// What an option may be, as the maker that reads it says.
struct OptionForm: Sendable {
    let form: ConfigForm
    let check: @Sendable (ConfigValue, ConfigPlace) throws -> Void

    init(form: ConfigForm, check: @escaping @Sendable (ConfigValue, ConfigPlace) throws -> Void = { _, _ in }) {
        (self.form, self.check) = (form, check)
    }

    init<Value: ConfigDecodable>(_ type: Value.Type) {
        self.init(form: type.configForm) { _ = try Value($0, at: $1) }
    }

    init<Choice: CaseIterable>(choice: Choice.Type, isOptional: Bool = false) {
        let names = Choice.allCases.map { OptionReader.name(of: $0) }
        self.init(form: isOptional ? .optional(.choice(names)) : .choice(names)) { value, place in
            if isOptional, value == .null { return }
            _ = try OptionReader.choice(value, place, among: names)
        }
    }
}

/// Writes down what a maker reads of its options, and gives it stand-ins for them.
final class SignatureRecording {
    private var forms: [String: OptionForm] = [:]

    /// Takes note of what an option may be. The first note of an option counts: it comes from what knows most.
    func note(_ name: String, _ form: OptionForm) {
        let key = OptionName.key(name)
        if forms[key] == nil { forms[key] = form }
    }

    func form(of name: String) -> OptionForm {
        forms[OptionName.key(name)] ?? OptionForm(form: .any)
    }

    /// Values of which every type that an option can have takes one.
    private static let standIns: [ConfigValue] = [
        1, 0.5, true, "relu", [1], [1, 1], [1, 1, 1], ["relu"], [:], nil,
    ]

    /// A value for an option that has no default.
    func standIn<Value: ConfigDecodable>(for name: String, as type: Value.Type) throws -> Value {
        let place = ConfigPlace(owner: "a stand-in", option: name)
        for value in Self.standIns {
            if let found = try? Value(value, at: place) { return found }
        }
        throw ConfigurationError("there is no stand-in for '\(name)'")
    }

    /// The default, unless it makes something large.
    func small<Value>(_ standard: Value) -> Value {
        guard let number = standard as? Int, number > 64 else { return standard }
        return 64 as? Value ?? standard
    }
}
