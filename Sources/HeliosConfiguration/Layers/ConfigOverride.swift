import Helios

/// A value for one key, as the command line gives it: `optimizer.learningRate=3e-4`.
public struct ConfigOverride: Sendable, Hashable {
    /// The names from the root on; a number counts the elements of a list, from 0.
    let path: [String]
    /// The value, as YAML writes it.
    let text: String
    let source: ConfigSource

    /// Reads `key=value`. The key has dots between the names, and numbers for the elements of a list; the value is
    /// YAML: `3e-4`, `[1, 2]`, `{type: SGD, lr: 0.1}`, `null`.
    ///
    /// - Parameter origin: what errors call it; `--set optimizer.learningRate=3e-4` unless given.
    /// - Throws: `ConfigFault` for a text without a key or without `=`.
    public init(_ text: String, origin: String? = nil) throws {
        let source = ConfigSource(name: origin ?? "--set \(text)", hasLines: false)
        guard let equals = text.firstIndex(of: "=") else {
            throw ConfigFault("it needs a key and a value, as in optimizer.lr=0.01", at: .start(of: source))
        }
        let key = text[..<equals].trimmingCharacters(in: .whitespaces)
        let path = key.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard !path.contains(""), path.count <= ConfigLimits.depth else {
            throw ConfigFault(
                "'\(ConfigFault.shown(key))' is no key: it needs names with dots between them", at: .start(of: source))
        }
        self.path = path
        self.text = String(text[text.index(after: equals)...])
        self.source = source
    }

    /// A value for one key.
    ///
    /// - Parameters:
    ///   - key: the names from the root on, with dots between them.
    ///   - origin: what errors call it: `--epochs 20`.
    public init(_ key: String, _ value: some ConfigOverrideValue, origin: String) {
        path = key.split(separator: ".").map(String.init)
        text = value.overrideText
        source = ConfigSource(name: origin, hasLines: false)
    }

    /// The value, with its place.
    func node(layer: Int) throws -> ConfigNode {
        var source = source
        source.layer = layer
        let text = text.trimmingCharacters(in: .whitespaces)
        // A document that is nothing but null would be an empty dictionary.
        if PlainScalar.value(of: text) == .null { return ConfigNode(.scalar(.null), at: .start(of: source)) }
        // What is no YAML by itself, such as `${model.width}` and `{` in a text, is a text.
        let node = text.hasPrefix("${") ? nil : try YAMLReader.read(Array(text.utf8), source)
        return node ?? ConfigNode(.scalar(.string(text)), at: .start(of: source))
    }
}

/// What an option of the command line can give a key: a number, a text, true or false.
public protocol ConfigOverrideValue {
    /// As YAML writes it.
    var overrideText: String { get }
}

extension Int: ConfigOverrideValue {
    public var overrideText: String { "\(self)" }
}

extension UInt64: ConfigOverrideValue {
    public var overrideText: String { "\(self)" }
}

extension Double: ConfigOverrideValue {
    public var overrideText: String { ConfigText.number(self) }
}

extension Bool: ConfigOverrideValue {
    public var overrideText: String { "\(self)" }
}

extension String: ConfigOverrideValue {
    public var overrideText: String { ConfigText.quoted(self) }
}

extension Array: ConfigOverrideValue where Element: ConfigOverrideValue {
    public var overrideText: String { "[\(map(\.overrideText).joined(separator: ", "))]" }
}
