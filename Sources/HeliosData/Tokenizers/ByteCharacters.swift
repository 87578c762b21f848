/// The characters that stand for bytes in the vocabularies of byte-level models.
///
/// The table is that of GPT-2: the visible characters of Latin-1 stand for themselves, and the others for the
/// characters from U+0100 on (A. Radford and others, Language Models are Unsupervised Multitask Learners, 2019).
enum ByteCharacters {
    /// The character of each byte.
    static let characters: [Unicode.Scalar] = {
        var next: UInt32 = 0x100
        return (0...255).map { byte -> Unicode.Scalar in
            switch UInt8(byte) {
            case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF: return Unicode.Scalar(UInt8(byte))
            default:
                defer { next += 1 }
                // Up to U+0143, all of which are characters.
                return Unicode.Scalar(next) ?? " "
            }
        }
    }()

    /// The byte of each character.
    private static let bytes: [Unicode.Scalar: UInt8] = Dictionary(
        characters.enumerated().map { ($1, UInt8($0)) }, uniquingKeysWith: { first, _ in first })

    /// The bytes that a token stands for; `nil` if one of its characters stands for none.
    static func bytes(of token: String) -> [UInt8]? {
        var result: [UInt8] = []
        for scalar in token.unicodeScalars {
            guard let byte = bytes[scalar] else { return nil }
            result.append(byte)
        }
        return result
    }
}
