/// A place in a configuration, for error messages: `optimizer AdamW: 'betas[1]'`.
public struct ConfigPlace: Sendable {
    /// The object that the configuration creates there: `optimizer AdamW`.
    public let owner: String
    /// The option: `betas[1]`.
    public let option: String

    package init(owner: String, option: String) {
        self.owner = owner
        self.option = option
    }

    /// The place of an element of the list at this place.
    public subscript(_ position: Int) -> ConfigPlace {
        ConfigPlace(owner: owner, option: "\(option)[\(position)]")
    }

    /// The place of a member of the dictionary at this place.
    public subscript(_ name: String) -> ConfigPlace {
        ConfigPlace(owner: owner, option: "\(option).\(name.prefix(80))")
    }

    /// Returns the error that this place contains something other than `wanted`, such as "a number".
    public func mustBe(_ wanted: String, not value: ConfigValue) -> ConfigurationError {
        ConfigurationError("\(owner): '\(option)' must be \(wanted), not \(value.typeDescription)")
    }

    /// The error of this place that a sentence describes.
    func error(_ sentence: String) -> ConfigurationError {
        ConfigurationError("\(owner): '\(option)' \(sentence)")
    }
}
