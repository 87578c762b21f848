import Foundation

/// Unicode's normal forms (Unicode Standard Annex 15).
enum NormalForm: Sendable {
    case nfc, nfd, nfkc, nfkd

    /// The text in the normal form.
    ///
    /// Characters of ASCII have no other form, so only the runs of other characters are changed, each by itself, together
    /// with the character before it, which an accent may join. This is exact, and far faster than to change a long text.
    func callAsFunction(_ text: [UInt8]) -> [UInt8] {
        guard !text.isASCII else { return text }
        var output: [UInt8] = []
        output.reserveCapacity(text.count)
        text.withUnsafeBytes { text in
            var position = 0
            while position < text.count {
                guard text[position] >= 0x80 else {
                    output.append(text[position])
                    position += 1
                    continue
                }
                let end = NormalForm.runEnd(text, position)
                // The character before the run is taken back from the output, where it is unchanged.
                let hasBase = position > 0 && text[position - 1] < 0x80
                if hasBase { output.removeLast() }
                let run = text[(hasBase ? position - 1 : position)..<end]
                output += changed(String(decoding: run, as: UTF8.self)).utf8
                position = end
            }
        }
        return output
    }

    private func changed(_ text: String) -> String {
        switch self {
        case .nfc: text.precomposedStringWithCanonicalMapping
        case .nfd: text.decomposedStringWithCanonicalMapping
        case .nfkc: text.precomposedStringWithCompatibilityMapping
        case .nfkd: text.decomposedStringWithCompatibilityMapping
        }
    }

    /// The end of the run of characters beyond ASCII that begins at a position. A long run ends before a character that
    /// joins none before it.
    private static func runEnd(_ text: UnsafeRawBufferPointer, _ start: Int) -> Int {
        var end = start
        while end < text.count, text[end] >= 0x80 {
            if end - start > 256, beginsAnew(text.character(at: end)) { break }
            end += text.characterLength(at: end)
        }
        return end
    }

    /// Whether a character never becomes one with those before it: an ideograph, a syllable of Hangul, a letter of a
    /// script with two cases.
    private static func beginsAnew(_ value: UInt32) -> Bool {
        switch value {
        case 0x3400...0x9FFF, 0xAC00...0xD7A3: return true
        default:
            guard let properties = Unicode.Scalar(value)?.properties else { return false }
            return properties.generalCategory == .lowercaseLetter || properties.generalCategory == .uppercaseLetter
        }
    }
}
