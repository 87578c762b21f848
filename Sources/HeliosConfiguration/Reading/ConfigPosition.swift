import Helios

/// Where a part of a configuration comes from: a file, an override on the command line, the program's defaults.
public struct ConfigSource: Sendable, Hashable {
    /// What errors call it: the path of a file, `--set optimizer.lr=0.1`.
    public let name: String
    /// Whether a part has a line and a column.
    let hasLines: Bool
    /// The number of the layer: a greater one lies on top of a smaller one.
    var layer = 0

    /// What the program says if nobody else does.
    static let defaults = ConfigSource(name: "the program's defaults", hasLines: false)
}

/// The place of a key or a value in its source.
public struct ConfigPosition: Sendable, Hashable, CustomStringConvertible {
    public let source: ConfigSource
    /// The number of the line, from 1; 1 for a source without lines.
    public let line: Int
    /// The number of the character in the line, from 1; 1 for a source without lines.
    public let column: Int

    /// As compilers write it: `digits.yaml:3:5`.
    public var description: String {
        let name = VisibleText.of(source.name)
        return source.hasLines ? "\(name):\(line):\(column)" : name
    }

    static func start(of source: ConfigSource) -> ConfigPosition {
        ConfigPosition(source: source, line: 1, column: 1)
    }
}

/// Something that is wrong with a configuration, and where: `digits.yaml:3:5: there is no option 'epoch'; did you mean
/// 'epochs'?`
public struct ConfigFault: DescribedError, Equatable {
    /// The place; `nil` if it is nowhere in particular.
    public let position: ConfigPosition?
    /// What is wrong, in a sentence.
    public let message: String

    init(_ message: String, at position: ConfigPosition?) {
        (self.position, self.message) = (position, message)
    }

    /// A part of a configuration in a message: what is very long is cut off.
    static func shown(_ text: String, length: Int = 80) -> String {
        let start = String(text.prefix(length))
        return VisibleText.of(start.utf8.count < text.utf8.count ? "\(start)…" : start)
    }

    public var description: String { position.map { "\($0): \(message)" } ?? message }
}
