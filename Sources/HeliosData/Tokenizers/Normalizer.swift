/// How a text is changed before it is divided into words.
indirect enum Normalizer: Sendable {
    case bert(BertNormalizer)
    case normalForm(NormalForm)
    case lowercase
    case stripAccents
    case strip(left: Bool, right: Bool)
    case sequence([Normalizer])

    /// The changed text.
    func callAsFunction(_ text: [UInt8]) -> [UInt8] {
        switch self {
        case .bert(let normalizer): normalizer(text)
        case .sequence(let steps): steps.reduce(text) { $1($0) }
        case .normalForm(let form): form(text)
        case .lowercase: text.lowercased
        case .stripAccents: text.withoutMarks([.nonspacingMark, .spacingMark, .enclosingMark])
        case .strip(let left, let right): Normalizer.stripped(text, left: left, right: right)
        }
    }

    /// The text without white space at its ends.
    private static func stripped(_ text: [UInt8], left: Bool, right: Bool) -> [UInt8] {
        text.withUnsafeBytes { text in
            func isSpace(_ position: Int) -> Bool {
                Unicode.Scalar(text.character(at: position))?.properties.isWhitespace ?? false
            }
            var (start, end) = (0, text.count)
            while left, start < end, isSpace(start) { start += text.characterLength(at: start) }
            while right, start < end, isSpace(text.characterStart(before: end)) {
                end = text.characterStart(before: end)
            }
            return Array(text[start..<end])
        }
    }
}

/// BERT's changes to a text.
struct BertNormalizer: Sendable {
    /// Drops control characters, and makes all white space one space each.
    var cleansText = true
    /// Puts spaces around the characters of Chinese.
    var separatesChinese = true
    /// Drops the accents of letters.
    var stripsAccents = true
    var lowercases = true

    func callAsFunction(_ text: [UInt8]) -> [UInt8] {
        if text.isASCII { return changeASCII(text) }
        var text = text
        if cleansText || separatesChinese {
            text = text.mapScalars { scalar, output in
                if cleansText, scalar.isDroppedByBert { return }
                let scalar = cleansText && scalar.properties.isWhitespace ? " " : scalar
                if separatesChinese, scalar.isChinese {
                    output.append(0x20)
                    output.append(utf8: scalar)
                    output.append(0x20)
                } else {
                    output.append(utf8: scalar)
                }
            }
        }
        if stripsAccents { text = NormalForm.nfd(text).withoutMarks([.nonspacingMark]) }
        return lowercases ? text.lowercased : text
    }

    private func changeASCII(_ text: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(text.count)
        for byte in text {
            switch byte {
            case 0x09, 0x0A, 0x0D: output.append(cleansText ? 0x20 : byte)
            case 0x00..<0x20, 0x7F: if !cleansText { output.append(byte) }
            case 0x41...0x5A: output.append(lowercases ? byte | 0x20 : byte)
            default: output.append(byte)
            }
        }
        return output
    }
}

extension Unicode.Scalar {
    /// Whether BERT drops the character when it cleans a text.
    fileprivate var isDroppedByBert: Bool {
        switch value {
        case 0, 0xFFFD: return true
        case 0x09, 0x0A, 0x0D: return false
        default: break
        }
        return switch properties.generalCategory {
        case .control, .format, .privateUse, .surrogate: true
        default: false
        }
    }

    /// Whether the character is in one of the blocks that BERT takes for Chinese.
    fileprivate var isChinese: Bool {
        switch value {
        case 0x4E00...0x9FFF, 0x3400...0x4DBF, 0x20000...0x2A6DF, 0x2A700...0x2B73F, 0x2B740...0x2B81F,
            0x2B920...0x2CEAF,
            0xF900...0xFAFF, 0x2F800...0x2FA1F:
            true
        default: false
        }
    }
}

extension [UInt8] {
    /// Whether a text has no character beyond ASCII.
    var isASCII: Bool { allSatisfy { $0 < 0x80 } }

    /// The text in lower case, each character by itself.
    fileprivate var lowercased: [UInt8] {
        mapScalars { scalar, output in
            switch scalar.value {
            case 0x41...0x5A: output.append(UInt8(scalar.value) | 0x20)
            case 0..<0x80: output.append(UInt8(scalar.value))
            default: output += scalar.properties.lowercaseMapping.utf8
            }
        }
    }

    /// The text without the characters of some categories.
    fileprivate func withoutMarks(_ categories: Set<Unicode.GeneralCategory>) -> [UInt8] {
        isASCII
            ? self
            : mapScalars { scalar, output in
                if scalar.isASCII || !categories.contains(scalar.properties.generalCategory) {
                    output.append(utf8: scalar)
                }
            }
    }

    /// The text that `body` makes of the characters.
    fileprivate func mapScalars(_ body: (Unicode.Scalar, inout [UInt8]) -> Void) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(count)
        withUnsafeBytes { text in
            var position = 0
            while position < text.count {
                if let scalar = Unicode.Scalar(text.character(at: position)) { body(scalar, &output) }
                position += text.characterLength(at: position)
            }
        }
        return output
    }

    /// Adds a character in UTF-8.
    fileprivate mutating func append(utf8 scalar: Unicode.Scalar) {
        if scalar.isASCII {
            append(UInt8(scalar.value))
        } else {
            self += scalar.utf8
        }
    }
}
