import Helios

// Text that comes from a file, in the columns of a terminal.
extension VisibleText {
    /// In quotation marks, and no longer than so many characters.
    static func quoted(_ text: String, limit: Int = 60) -> String {
        "\"" + clipped(of(text), limit) + "\""
    }

    /// The beginning of a text, with a sign that more follows.
    static func clipped(_ text: String, _ limit: Int) -> String {
        guard text.count > limit else { return text }
        return String(text.prefix(max(limit - 1, 0))) + "…"
    }

    /// A text with spaces behind it, or before it, up to a width.
    static func padded(_ text: String, _ width: Int, isRight: Bool = false) -> String {
        let spaces = String(repeating: " ", count: max(width - text.count, 0))
        return isRight ? spaces + text : text + spaces
    }
}

extension JSONValue {
    /// A path, in which bytes that are not text are written as `\xFF`.
    static func path(_ path: String) -> JSONValue { .string(SystemPath.visible(path)) }
}
