/// A line of the live view: pieces of text, each with a style.
struct ViewLine: Equatable {
    enum Style: Equatable {
        case plain
        /// What is there to be looked up, not to be noticed: names and the empty part of a bar.
        case faint
        /// What moves: bars and sparklines.
        case accent

        fileprivate var code: String? {
            switch self {
            case .plain: nil
            case .faint: "2"
            case .accent: "36"
            }
        }
    }

    private(set) var pieces: [(text: String, style: Style)] = []
    /// How many columns it takes.
    private(set) var columns = 0

    /// Appends a text, with what would act on the terminal made visible.
    mutating func append(_ text: String, _ style: Style = .plain) {
        let text = VisibleText.of(text)
        guard !text.isEmpty else { return }
        pieces.append((text, style))
        columns += TerminalText.columns(of: text)
    }

    /// Appends spaces up to a column.
    mutating func pad(to column: Int) {
        append(String(repeating: " ", count: max(column - columns, 0)))
    }

    /// The text without styles.
    var text: String {
        pieces.map(\.text).joined()
    }

    /// The text as a terminal takes it, with escape sequences for the styles.
    var styledText: String {
        pieces.map { piece in piece.style.code.map { "\u{1B}[\($0)m\(piece.text)\u{1B}[0m" } ?? piece.text }.joined()
    }

    static func == (left: ViewLine, right: ViewLine) -> Bool {
        left.pieces.elementsEqual(right.pieces) { $0 == $1 }
    }
}
