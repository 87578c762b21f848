/// Text that comes from elsewhere (the name of a loss, a file or a plug-in), made fit for a terminal and a log.
///
/// Characters that act instead of being seen are written as Swift writes them, `\n` or `\u{1B}`: control characters,
/// which move the cursor and begin escape sequences, those that change the direction of the text around them, and other
/// invisible ones.
package enum VisibleText {
    /// A text that is to be in one line.
    package static func of(_ text: String) -> String {
        escaped(text, isLayout: { _ in false })
    }

    /// A text that may have several lines, and tabs.
    package static func lines(of text: String) -> String {
        escaped(text, isLayout: { $0 == "\n" || $0 == "\t" })
    }

    private static func escaped(_ text: String, isLayout: (Unicode.Scalar) -> Bool) -> String {
        // Nearly all text is this, and some is printed for every step.
        if text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) { return text }
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if acts(scalar), !isLayout(scalar) {
                result.append(contentsOf: escape(scalar).unicodeScalars)
            } else {
                result.append(scalar)
            }
        }
        return String(result)
    }

    private static func acts(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        // The joiners are part of emoji, and of the scripts of several languages.
        case .format: scalar != "\u{200C}" && scalar != "\u{200D}"
        default: false
        }
    }

    private static func escape(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\n": "\\n"
        case "\r": "\\r"
        case "\t": "\\t"
        case "\0": "\\0"
        default: "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
        }
    }
}
