import Foundation
import Helios

/// A value that `--json` prints.
enum JSONValue: Equatable {
    case null
    case bool(Bool)
    case int(Int)
    case double(Double)
    case string(String)
    case array([JSONValue])
    /// In the order in which it is printed.
    case object([(key: String, value: JSONValue)])

    static func == (left: JSONValue, right: JSONValue) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.bool(let left), .bool(let right)): left == right
        case (.int(let left), .int(let right)): left == right
        case (.double(let left), .double(let right)): left == right || left.isNaN && right.isNaN
        case (.string(let left), .string(let right)): left == right
        case (.array(let left), .array(let right)): left == right
        case (.object(let left), .object(let right)):
            left.count == right.count && zip(left, right).allSatisfy { $0.key == $1.key && $0.value == $1.value }
        default: false
        }
    }
}

extension JSONValue {
    /// A path, in which bytes that are no text are written as `\xFF`.
    static func path(_ path: String) -> JSONValue { .string(SystemPath.visible(path)) }

    /// The text of a whole document, over several lines. Foundation's encoder would sort the keys.
    var text: String {
        var text = ""
        write(to: &text, indentation: "")
        return text
    }

    /// On one line.
    var line: String {
        var text = ""
        write(to: &text, indentation: nil)
        return text
    }

    private func write(to text: inout String, indentation: String?) {
        switch self {
        case .null: text += "null"
        case .bool(let value): text += value ? "true" : "false"
        case .int(let value): text += String(value)
        // JSON has no word for these.
        case .double(let value) where value.isNaN: text += "\"nan\""
        case .double(let value) where value.isInfinite: text += value < 0 ? "\"-inf\"" : "\"inf\""
        case .double(let value): text += "\(value)"
        case .string(let value): text += JSONValue.quoted(value)
        case .array(let elements):
            let isFlat = !elements.contains { $0.isNested }
            JSONValue.write(elements.count, "[", "]", to: &text, isFlat ? nil : indentation) { index, text, inner in
                elements[index].write(to: &text, indentation: inner)
            }
        case .object(let entries):
            JSONValue.write(entries.count, "{", "}", to: &text, indentation) { index, text, inner in
                text += JSONValue.quoted(entries[index].key) + ": "
                entries[index].value.write(to: &text, indentation: inner)
            }
        }
    }

    private var isNested: Bool {
        switch self {
        case .array, .object: true
        default: false
        }
    }

    private static func write(
        _ count: Int, _ open: String, _ close: String, to text: inout String, _ indentation: String?,
        element: (Int, inout String, String?) -> Void
    ) {
        text += open
        let inner = indentation.map { $0 + "  " }
        for index in 0..<count {
            if let inner { text += "\n" + inner } else if index > 0 { text += " " }
            element(index, &text, inner)
            if index < count - 1 { text += "," }
        }
        if let indentation, count > 0 { text += "\n" + indentation }
        text += close
    }

    /// Escapes what JSON demands, and the control characters that would move a terminal's cursor.
    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case _ where scalar.properties.generalCategory == .control:
                result += String(format: "\\u%04x", scalar.value)
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
