import Torch

/// WordPiece: a word is divided into the longest tokens that there are, from left to right (Y. Wu and others, Google's
/// Neural Machine Translation System, 2016).
struct WordPieceModel: Sendable {
    private let vocabulary: ByteTable
    private let unknown: Int32
    private let prefix: [UInt8]
    private let greatestLength: Int
    /// No token is longer, in bytes.
    private let greatestTokenSize: Int

    /// - Parameters:
    ///   - vocabulary: the tokens with their numbers.
    ///   - unknownToken: the token for a word that cannot be divided.
    ///   - prefix: the prefix of each token that does not begin a word, as in `##ing`.
    ///   - greatestLength: a word of more characters is unknown.
    /// - Throws: an error without the path if the vocabulary lacks the unknown token.
    init(vocabulary: [(token: String, id: Int32)], unknownToken: String, prefix: String, greatestLength: Int) throws {
        var table = ByteTable()
        for (token, id) in vocabulary { table.insert(token, id) }
        guard let unknown = table.value(unknownToken) else {
            throw FormatFault.invalid("the vocabulary does not have the unknown token '\(unknownToken.shortened)'")
        }
        self.vocabulary = table
        self.unknown = unknown
        self.prefix = Array(prefix.utf8)
        self.greatestLength = greatestLength
        greatestTokenSize = vocabulary.reduce(0) { max($0, $1.token.utf8.count) }
    }

    /// Adds the tokens of a word.
    func encode(_ word: UnsafeRawBufferPointer, into tokens: inout [Int32]) {
        // Each character has one byte that does not continue another.
        guard word.count <= greatestLength || word.count(where: { $0 & 0xC0 != 0x80 }) <= greatestLength else {
            tokens.append(unknown)
            return
        }
        let before = tokens.count
        var piece: [UInt8] = []
        var start = 0
        while start < word.count {
            var end = min(word.count, start + greatestTokenSize)
            if end < word.count { end = word.characterStart(before: end + 1) }
            var found: Int32?
            while end > start {
                let part = UnsafeRawBufferPointer(rebasing: word[start..<end])
                if start == 0 {
                    found = vocabulary.value(part)
                } else {
                    piece.removeAll(keepingCapacity: true)
                    piece += prefix
                    piece += part
                    found = piece.withUnsafeBytes { vocabulary.value($0) }
                }
                if found != nil { break }
                end = word.characterStart(before: end)
            }
            guard let found else {
                tokens.removeSubrange(before...)
                tokens.append(unknown)
                return
            }
            tokens.append(found)
            start = end
        }
    }
}
