/// Writes JSON in UTF-8.
///
/// JSON has no words for infinite numbers and for what is not a number: these are written as the strings `"inf"`,
/// `"-inf"` and `"nan"`.
package struct JSONWriter {
    package enum Layout: Sendable {
        /// Without spaces, byte for byte as the reference implementation of safetensors writes it.
        case compact
        /// On one line, with a space behind each comma and colon.
        case line
        /// On several lines, indented by two spaces for each level. An array of plain values stays on one line.
        case indented
    }

    private let layout: Layout
    private var bytes: [UInt8] = []

    package static func write(_ value: JSONValue, layout: Layout = .compact) -> [UInt8] {
        var writer = JSONWriter(layout: layout)
        writer.write(value, indentation: layout == .indented ? 0 : nil)
        return writer.bytes
    }

    private init(layout: Layout) {
        self.layout = layout
    }

    private mutating func write(_ value: JSONValue, indentation: Int?) {
        switch value {
        case .null: bytes += "null".utf8
        case .bool(let value): bytes += "\(value)".utf8
        case .int(let value): bytes += "\(value)".utf8
        case .double(let value) where value.isNaN: bytes += "\"nan\"".utf8
        case .double(let value) where value.isInfinite: bytes += (value < 0 ? "\"-inf\"" : "\"inf\"").utf8
        case .double(let value): bytes += "\(value)".utf8
        case .string(let text): write(text)
        case .array(let elements):
            let isPlain = !elements.contains { $0.isNested }
            list(elements, in: "[]", isPlain ? nil : indentation) { writer, element, inner in
                writer.write(element, indentation: inner)
            }
        case .object(let members):
            list(members, in: "{}", indentation) { writer, member, inner in
                writer.write(member.key)
                writer.bytes += (writer.layout == .compact ? ":" : ": ").utf8
                writer.write(member.value, indentation: inner)
            }
        }
    }

    /// - Parameter indentation: the spaces before the line of the closing bracket; `nil` keeps all on one line.
    private mutating func list<Element>(
        _ elements: [Element], in brackets: String, _ indentation: Int?,
        write: (inout JSONWriter, Element, Int?) -> Void
    ) {
        bytes += brackets.utf8.prefix(1)
        let inner = indentation.map { $0 + 2 }
        for (number, element) in elements.enumerated() {
            if number > 0 { bytes.append(UInt8(ascii: ",")) }
            if let inner {
                breakLine(inner)
            } else if number > 0, layout != .compact {
                bytes.append(UInt8(ascii: " "))
            }
            write(&self, element, inner)
        }
        if let indentation, !elements.isEmpty { breakLine(indentation) }
        bytes += brackets.utf8.suffix(1)
    }

    private mutating func breakLine(_ indentation: Int) {
        bytes.append(UInt8(ascii: "\n"))
        bytes += repeatElement(UInt8(ascii: " "), count: indentation)
    }

    private mutating func write(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": bytes += [UInt8(ascii: "\\"), UInt8(scalar.value)]
            case "\u{8}": bytes += "\\b".utf8
            case "\t": bytes += "\\t".utf8
            case "\n": bytes += "\\n".utf8
            case "\u{C}": bytes += "\\f".utf8
            case "\r": bytes += "\\r".utf8
            // JSON allows DEL and the control characters after it, which would move a terminal's cursor.
            case "\u{0}"..<" ",
                "\u{7F}"..."\u{9F}" where layout != .compact:
                bytes += (scalar.value < 0x10 ? "\\u000" : "\\u00").utf8
                bytes += String(scalar.value, radix: 16).utf8
            default: bytes += scalar.utf8
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}

extension JSONValue {
    /// The text of a document over several lines.
    package var text: String {
        String(decoding: JSONWriter.write(self, layout: .indented), as: UTF8.self)
    }

    /// The text on one line.
    package var line: String {
        String(decoding: JSONWriter.write(self, layout: .line), as: UTF8.self)
    }

    fileprivate var isNested: Bool {
        switch self {
        case .array, .object: true
        default: false
        }
    }
}
