/// How much room text takes on a terminal.
package enum TerminalText {
    /// The beginning of a text that fits into a number of columns, with what would move the cursor made visible.
    package static func clipped(_ text: String, columns: Int) -> String {
        var result = ""
        var room = columns
        for character in VisibleText.of(text) {
            let width = self.columns(of: character)
            guard width <= room else { break }
            room -= width
            result.append(character)
        }
        return result
    }

    /// The columns of a text without control characters.
    package static func columns(of text: String) -> Int {
        text.reduce(0) { $0 + columns(of: $1) }
    }

    /// The columns of a character: two for those of East Asia and for emoji, none for a mark on its own.
    static func columns(of character: Character) -> Int {
        guard let first = character.unicodeScalars.first else { return 0 }
        if wide.contains(where: { $0.contains(first.value) }) { return 2 }
        if first.properties.isEmojiPresentation || character.unicodeScalars.contains("\u{FE0F}") { return 2 }
        switch first.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: return 1
        }
    }

    /// The blocks that Unicode's East Asian Width counts as wide or full width.
    private static let wide: [ClosedRange<UInt32>] = [
        0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x4DBF, 0x4E00...0xA4CF, 0xA960...0xA97C, 0xAC00...0xD7A3,
        0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F900...0x1F9FF,
        0x20000...0x3FFFD,
    ]
}
