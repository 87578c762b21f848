import Foundation
import Torch

/// How a text is changed before it is divided into words.
indirect enum Normalizer: Sendable {
    case bert(BertNormalizer)
    /// Unicode's normal forms.
    case nfc, nfd, nfkc, nfkd
    case lowercase
    case stripAccents
    case strip(left: Bool, right: Bool)
    case sequence([Normalizer])

    /// The changed text.
    func callAsFunction(_ text: [UInt8]) -> [UInt8] {
        switch self {
        case .bert(let normalizer): normalizer(text)
        case .sequence(let steps): steps.reduce(text) { $1($0) }
        case .nfc:
            text.isASCII
                ? text : Array(String(decoding: text, as: UTF8.self).precomposedStringWithCanonicalMapping.utf8)
        case .nfd:
            text.isASCII ? text : Array(String(decoding: text, as: UTF8.self).decomposedStringWithCanonicalMapping.utf8)
        case .nfkc:
            text.isASCII
                ? text : Array(String(decoding: text, as: UTF8.self).precomposedStringWithCompatibilityMapping.utf8)
        case .nfkd:
            text.isASCII
                ? text : Array(String(decoding: text, as: UTF8.self).decomposedStringWithCompatibilityMapping.utf8)
        case .lowercase: text.lowercased
        case .stripAccents:
            text.isASCII
                ? text
                : text.mapScalars { scalar, output in
                    switch scalar.properties.generalCategory {
                    case .nonspacingMark, .spacingMark, .enclosingMark: break
                    default: output.append(scalar)
                    }
                }
        case .strip(let left, let right):
            {
                var scalars = String(decoding: text, as: UTF8.self).unicodeScalars[...]
                if left { scalars = scalars.drop { $0.properties.isWhitespace } }
                if right { while scalars.last?.properties.isWhitespace ?? false { scalars.removeLast() } }
                return Array(String(scalars).utf8)
            }()
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
                    for scalar in [" ", scalar, " "] { output.append(scalar) }
                } else {
                    output.append(scalar)
                }
            }
        }
        if stripsAccents {
            text = Array(String(decoding: text, as: UTF8.self).decomposedStringWithCanonicalMapping.utf8)
            text = text.mapScalars { scalar, output in
                if scalar.properties.generalCategory != .nonspacingMark { output.append(scalar) }
            }
        }
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

    /// The text of the characters that `body` makes of each character.
    fileprivate func mapScalars(_ body: (Unicode.Scalar, inout String.UnicodeScalarView) -> Void) -> [UInt8] {
        var output = String.UnicodeScalarView()
        for scalar in String(decoding: self, as: UTF8.self).unicodeScalars { body(scalar, &output) }
        return Array(String(output).utf8)
    }

    /// The text in lower case, each character by itself.
    fileprivate var lowercased: [UInt8] {
        if isASCII { return map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 } }
        return mapScalars { scalar, output in
            output.append(contentsOf: scalar.properties.lowercaseMapping.unicodeScalars)
        }
    }
}
