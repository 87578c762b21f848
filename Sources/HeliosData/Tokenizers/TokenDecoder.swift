import Torch

/// How tokens become a text again.
indirect enum TokenDecoder: Sendable {
    /// The tokens with spaces between them.
    case spaces
    /// The bytes that the tokens' characters stand for.
    case byteLevel
    /// Tokens that begin with a prefix belong to the word before them.
    case wordPiece(prefix: String, cleansUp: Bool)
    /// Tokens that end in a suffix end a word.
    case bytePair(suffix: String)
    /// The tokens without anything between them.
    case fuse
    case sequence([TokenDecoder])

    /// The text of some tokens.
    func callAsFunction(_ tokens: [String]) -> String {
        if case .spaces = self { return tokens.joined(separator: " ") }
        return steps(tokens).joined()
    }

    private func steps(_ tokens: [String]) -> [String] {
        switch self {
        case .spaces: tokens
        case .fuse: [tokens.joined()]
        case .sequence(let decoders): decoders.reduce(tokens) { $1.steps($0) }
        case .byteLevel:
            // A character may be divided among tokens.
            [String(decoding: tokens.flatMap { ByteCharacters.bytes(of: $0) ?? Array($0.utf8) }, as: UTF8.self)]
        case .wordPiece(let prefix, let cleansUp):
            tokens.enumerated().map { index, token in
                var text = token
                if index > 0 {
                    text = token.utf8.starts(with: prefix.utf8) ? token.dropping(prefix) : " " + token
                }
                return cleansUp ? TokenDecoder.cleanedUp(text) : text
            }
        case .bytePair(let suffix):
            tokens.enumerated().map { index, token in
                token.replacing(suffix, with: index == tokens.count - 1 ? "" : " ")
            }
        }
    }

    /// Takes out the spaces before what English writes without one.
    private static func cleanedUp(_ text: String) -> String {
        let changes = [
            (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"), (" 'm", "'m"),
            (" do not", " don't"), (" 's", "'s"), (" 've", "'ve"), (" 're", "'re"),
        ]
        guard text.utf8.contains(0x20) else { return text }
        return changes.reduce(text) { $0.replacing($1.0, with: $1.1) }
    }
}

extension String {
    /// The text after its prefix.
    fileprivate func dropping(_ prefix: String) -> String {
        String(unicodeScalars.dropFirst(prefix.unicodeScalars.count))
    }

    /// The text with all places of another replaced. Scalars are compared, not what looks alike.
    fileprivate func replacing(_ text: String, with other: String) -> String {
        let (bytes, wanted) = (Array(utf8), Array(text.utf8))
        guard !wanted.isEmpty, bytes.count >= wanted.count else { return self }
        var (result, position): ([UInt8], Int) = ([], 0)
        while position < bytes.count {
            if bytes[position...].starts(with: wanted) {
                result += other.utf8
                position += wanted.count
            } else {
                result.append(bytes[position])
                position += 1
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
