import Helios

/// A value of a configuration with the place that it was read from.
struct ConfigNode: Sendable {
    indirect enum Content: Sendable {
        /// Neither a list nor a dictionary.
        case scalar(ConfigValue)
        case list([ConfigNode])
        /// In the order in which they were read; no key is there twice.
        case dictionary([Member])
    }

    struct Member: Sendable {
        let key: String
        let position: ConfigPosition
        let node: ConfigNode
        /// The same for all spellings of an option.
        let optionKey: String

        init(key: String, position: ConfigPosition, node: ConfigNode) {
            (self.key, self.position, self.node) = (key, position, node)
            optionKey = OptionName.key(key)
        }

        /// The key with another value.
        func with(_ node: ConfigNode) -> Member {
            Member(copying: self, node)
        }

        private init(copying other: Member, _ node: ConfigNode) {
            (key, position, optionKey, self.node) = (other.key, other.position, other.optionKey, node)
        }
    }

    var content: Content
    let position: ConfigPosition
    /// How many nodes it has, itself included.
    let size: Int
    /// Where it comes from if a variable of the environment is in it.
    var origin: Origin?

    /// What a value was before variables of the environment were put into it.
    struct Origin: Sendable {
        /// The text with the references.
        let template: String
        /// The variable as it is written, if the value is nothing but a variable.
        let written: String?
    }

    init(_ content: Content, at position: ConfigPosition) {
        self.content = content
        self.position = position
        size =
            switch content {
            case .scalar: 1
            case .list(let elements): elements.reduce(1) { Self.sum($0, $1.size) }
            case .dictionary(let members): members.reduce(1) { Self.sum($0, $1.node.size) }
            }
    }

    private static func sum(_ left: Int, _ right: Int) -> Int {
        let (sum, overflow) = left.addingReportingOverflow(right)
        return overflow ? .max : sum
    }

    /// A value that has no place of its own.
    init(_ value: ConfigValue, at position: ConfigPosition) {
        switch value {
        case .list(let elements):
            self.init(.list(elements.map { ConfigNode($0, at: position) }), at: position)
        case .dictionary(let members):
            self.init(
                .dictionary(
                    members.map { Member(key: $0.key, position: position, node: ConfigNode($0.value, at: position)) }),
                at: position)
        default: self.init(.scalar(value), at: position)
        }
    }

    /// The value without its place.
    ///
    /// Of several spellings of an option the one in the topmost layer counts.
    var value: ConfigValue {
        switch content {
        case .scalar(let value): value
        case .list(let elements): .list(elements.map(\.value))
        case .dictionary(let members):
            .dictionary(.init(members.map { ($0.key, $0.node.value) }, uniquingKeysWith: { $1 }))
        }
    }

    var isNull: Bool {
        if case .scalar(.null) = content { true } else { false }
    }

    /// The text, if it is one.
    var text: String? {
        if case .scalar(.string(let text)) = content { text } else { nil }
    }

    /// The text, if it is one, or what a variable says: 42, which would be a number in a file.
    var writtenText: String? { origin?.written ?? text }

    /// Whether a variable of the environment is in it.
    var hasVariables: Bool {
        if origin != nil { return true }
        switch content {
        case .scalar: return false
        case .list(let elements): return elements.contains(where: \.hasVariables)
        case .dictionary(let members): return members.contains(where: \.node.hasVariables)
        }
    }

    var members: [Member]? {
        if case .dictionary(let members) = content { members } else { nil }
    }

    /// The member of an option, however it is spelt; of several the one in the topmost layer.
    func member(_ name: String) -> Member? {
        let key = OptionName.key(name)
        return members?.filter { $0.key == name || $0.optionKey == key }
            .max {
                ($0.position.source.layer, $0.key == name ? 1 : 0) < ($1.position.source.layer, $1.key == name ? 1 : 0)
            }
    }

    /// The name under `type`, of a dictionary that says what a registry makes.
    var typeName: String? { members?.first { $0.key == "type" }?.node.text }
}
