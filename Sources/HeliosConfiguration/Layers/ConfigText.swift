import Foundation
import Helios

/// Writes values as YAML.
enum ConfigText {
    /// A document, with a line for each value that is no short list.
    static func yaml(_ value: ConfigValue) -> String {
        guard case .dictionary(let members) = value, !members.isEmpty else { return "\(inline(value))\n" }
        var text = ""
        write(value, indentation: "", to: &text)
        return text
    }

    private static func write(_ value: ConfigValue, indentation: String, to text: inout String) {
        switch value {
        case .dictionary(let members):
            for (key, member) in members {
                text += "\(indentation)\(quoted(key)):"
                writeBelow(member, indentation: indentation, to: &text)
            }
        case .list(let elements):
            for element in elements {
                text += "\(indentation)-"
                // The first key may follow the dash, which only people need.
                writeBelow(element, indentation: indentation, to: &text)
            }
        default: text += "\(indentation)\(inline(value))\n"
        }
    }

    private static func writeBelow(_ value: ConfigValue, indentation: String, to text: inout String) {
        if isBlock(value) {
            text += "\n"
            write(value, indentation: indentation + "  ", to: &text)
        } else {
            text += " \(inline(value))\n"
        }
    }

    /// Whether a value takes lines of its own: what has dictionaries in it.
    private static func isBlock(_ value: ConfigValue) -> Bool {
        switch value {
        case .dictionary(let members): !members.isEmpty
        case .list(let elements):
            elements.contains { if case .dictionary(let members) = $0 { !members.isEmpty } else { isBlock($0) } }
        default: false
        }
    }

    /// A value in one line.
    static func inline(_ value: ConfigValue) -> String {
        switch value {
        case .null: "null"
        case .bool(let flag): "\(flag)"
        case .int(let number): "\(number)"
        case .double(let number): Self.number(number)
        case .string(let text): quoted(text)
        case .list(let elements): "[\(elements.map(inline).joined(separator: ", "))]"
        case .dictionary(let members):
            "{\(members.map { "\(quoted($0.key)): \(inline($0.value))" }.joined(separator: ", "))}"
        }
    }

    /// A number as YAML 1.2 writes it.
    static func number(_ value: Double) -> String {
        if value.isNaN { return ".nan" }
        if value.isInfinite { return value < 0 ? "-.inf" : ".inf" }
        return "\(value)"
    }

    /// A text that YAML reads as this one: as it is if nothing in it means anything.
    static func quoted(_ text: String) -> String {
        if text.wholeMatch(of: /[A-Za-z_\/][A-Za-z0-9_.\/+\-]*/) != nil, case .string = PlainScalar.value(of: text),
            !["yes", "no", "on", "off", "y", "n"].contains(text.lowercased())
        {
            return text
        }
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case _
            where scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) || scalar == "\u{2028}"
                || scalar == "\u{2029}" || scalar == "\u{FEFF}":
                result += "\\u" + String(format: "%04X", scalar.value)
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
