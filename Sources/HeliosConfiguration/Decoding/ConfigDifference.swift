import Helios

/// An option that a training was configured with differently.
public struct ConfigDifference: Sendable, Hashable, CustomStringConvertible {
    /// The names from the root on, with dots between them.
    public let key: String
    /// What it was; `nil` if it was not given.
    public let former: ConfigValue?
    /// What it is; `nil` if it is not given.
    public let current: ConfigValue?

    public var description: String {
        "'\(ConfigFault.shown(key))' was \(Self.text(former)) and is \(Self.text(current))"
    }

    private static func text(_ value: ConfigValue?) -> String { value.map { "\($0)" } ?? "not given" }
}

extension ConfigOptions {
    /// What makes another training than a configuration that was kept before (see `ConfigLayers.decodeToKeep`): all
    /// options that differ, but those that `changeableOptions` names.
    ///
    /// An option that the program did not have when the other was kept counts as its default.
    ///
    /// - Throws: what the encoding of the defaults throws.
    public static func differences(_ current: ConfigValue, from former: ConfigValue) throws -> [ConfigDifference] {
        var comparison = ConfigComparison()
        try comparison.compare(former, current, ConfigEncoder.encode(Self()).form, at: "")
        return comparison.differences
    }
}

/// Compares configurations that have the same form.
private struct ConfigComparison {
    private(set) var differences: [ConfigDifference] = []

    mutating func compare(
        _ former: ConfigValue?, _ current: ConfigValue?, _ form: ConfigForm, at path: String
    ) throws {
        guard !Self.areSame(former, current) else { return }
        switch (former, current, form) {
        case (_, _, .optional(let form)): try compare(former, current, form, at: path)
        case (.dictionary(let old)?, .dictionary(let new)?, .options(let fields)):
            for field in fields where !field.isChangeable {
                try compare(
                    old[field.name] ?? field.standard, new[field.name] ?? field.standard, field.form,
                    at: ConfigDecoder.join(path, field.name))
            }
        case (let former?, let current?, .made(let registry)):
            try compareMade(Self.expanded(former), Self.expanded(current), registry, at: path)
        case (.dictionary(let old)?, .dictionary(let new)?, _):
            for name in old.keys + new.keys.filter({ old[$0] == nil }) {
                let form = form.member(name, of: .dictionary(new))
                try compare(old[name], new[name], form, at: ConfigDecoder.join(path, name))
            }
        case (.list(let old)?, .list(let new)?, _) where old.count == new.count:
            for (position, elements) in zip(old, new).enumerated() {
                try compare(elements.0, elements.1, form.element, at: "\(path)[\(position)]")
            }
        default: differences.append(ConfigDifference(key: path, former: former, current: current))
        }
    }

    /// Compares what registries make: by its options if the type is the same, with the registry's defaults.
    private mutating func compareMade(
        _ former: ConfigValue, _ current: ConfigValue, _ registry: any AnyRegistry, at path: String
    ) throws {
        guard case .dictionary(let old) = former, case .dictionary(let new) = current, old["type"] == new["type"] else {
            let (old, new) = (former["type"] ?? former, current["type"] ?? current)
            return differences.append(ConfigDifference(key: path, former: old, current: new))
        }
        for name in old.keys + new.keys.filter({ old[$0] == nil }) {
            let option = registry.option(name, of: current)
            try compare(
                old[name] ?? option?.defaultValue, new[name] ?? option?.defaultValue, option?.form ?? .any,
                at: ConfigDecoder.join(path, name))
        }
    }

    /// A name alone stands for something without options.
    private static func expanded(_ value: ConfigValue) -> ConfigValue {
        if case .string = value { ["type": value] } else { value }
    }

    private static func areSame(_ left: ConfigValue?, _ right: ConfigValue?) -> Bool {
        switch (left, right) {
        case (.int(let whole)?, .double(let number)?), (.double(let number)?, .int(let whole)?): Double(whole) == number
        case (.double(let left)?, .double(let right)?): left == right || left.isNaN && right.isNaN
        default: left == right
        }
    }
}
