/// Breaks generated text into lines.
enum Layout {
    static let width = 120

    /// `open`, the items and `close` on one line if it fits; else the items in full lines between the two.
    ///
    /// - Parameters:
    ///   - indent: Spaces before the first and the last line; `step` more before the others.
    ///   - hangs: Whether `close` has a line of its own when the text is broken.
    static func list(
        _ open: String, _ items: [String], _ close: String, indent: Int, step: Int, hangs: Bool
    ) -> [String] {
        let margin = String(repeating: " ", count: indent)
        let whole = margin + open + items.joined(separator: ", ") + close
        if whole.count <= width || items.isEmpty { return [whole] }
        let inner = margin + String(repeating: " ", count: step)
        // Behind the last item comes `close`, behind all others a comma.
        let pieces = items.enumerated().map { index, item in
            index + 1 < items.count ? item + "," : hangs ? item : item + close
        }
        var lines = [margin + open]
        var current = ""
        for piece in pieces {
            let longer = current.isEmpty ? inner + piece : current + " " + piece
            if longer.count > width, !current.isEmpty {
                lines.append(current)
                current = inner + piece
            } else {
                current = longer
            }
        }
        lines.append(current)
        if hangs { lines.append(margin + close) }
        return lines
    }

    /// Words in lines that each begin with `prefix`.
    static func words(_ text: String, prefix: String) -> [String] {
        var lines: [String] = []
        var current = prefix
        for word in text.split(separator: " ") {
            if current.count > prefix.count, current.count + 1 + word.count > width {
                lines.append(current)
                current = prefix
            }
            current += (current.count > prefix.count ? " " : "") + word
        }
        return lines + [current]
    }
}
