import Helios

// Text from a file in the columns of a terminal.
extension VisibleText {
    /// Returns a text in quotation marks, with no more than `limit` columns between them.
    static func quoted(_ text: String, limit: Int = 60) -> String {
        "\"" + clipped(of(text), limit) + "\""
    }

    /// Returns the beginning of a text, with a sign that more follows.
    static func clipped(_ text: String, _ limit: Int) -> String {
        guard TerminalText.columns(of: text) > limit else { return text }
        return TerminalText.clipped(text, columns: max(limit - 1, 0)) + "…"
    }

    /// Returns a text with spaces behind it, or before it, up to a width.
    static func padded(_ text: String, _ width: Int, isRight: Bool = false) -> String {
        let spaces = String(repeating: " ", count: max(width - TerminalText.columns(of: text), 0))
        return isRight ? spaces + text : text + spaces
    }
}

extension JSONValue {
    /// A path, in which bytes that are not text are written as `\xFF`.
    static func path(_ path: String) -> JSONValue { .string(SystemPath.visible(path)) }
}
