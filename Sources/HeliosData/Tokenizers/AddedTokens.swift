import Torch

/// A token that is found in a text before anything else is done with it, such as `[MASK]`.
struct AddedToken: Sendable {
    var id: Int32
    /// The text itself.
    var content: String
    /// Whether it is found only where no letter or digit touches it.
    var isSingleWord = false
    /// Whether white space before it belongs to it.
    var takesLeft = false
    /// Whether white space after it belongs to it.
    var takesRight = false
    /// Whether it is looked for in the normalized text, and not in the text as it is.
    var isNormalized = false
    /// Whether it is no part of the language, so that decoding can leave it out.
    var isSpecial = false
}

/// A part of a text: one token, or bytes between tokens.
enum TextPart: Equatable {
    case token(Int32)
    case text(Range<Int>)
}

/// Finds tokens in a text: the leftmost first, and of those that begin in one place the longest.
struct AddedTokenFinder: Sendable {
    private let contents: [[UInt8]]
    private let tokens: [AddedToken]
    /// The tokens that begin with each byte, the longest first.
    private let candidates: [[Int]]

    /// - Parameter normalize: what the texts that are looked at have gone through.
    init(_ tokens: [AddedToken], normalize: ([UInt8]) -> [UInt8]) {
        let contents = tokens.map { normalize(Array($0.content.utf8)) }
        var candidates = [[Int]](repeating: [], count: 256)
        // The first of several equal ones counts.
        for index in tokens.indices.sorted(by: { (-contents[$0].count, $0) < (-contents[$1].count, $1) }) {
            if let first = contents[index].first { candidates[Int(first)].append(index) }
        }
        self.tokens = tokens
        self.contents = contents
        self.candidates = candidates
    }

    /// Whether there is nothing to find.
    var isEmpty: Bool { tokens.isEmpty }

    /// The parts of a text, in order.
    func parts(of text: [UInt8]) -> [TextPart] {
        guard !isEmpty else { return text.isEmpty ? [] : [.text(0..<text.count)] }
        var parts: [TextPart] = []
        text.withUnsafeBytes { text in
            // Where the last part ends, and where the search continues.
            var (end, position) = (0, 0)
            while position < text.count {
                guard let index = token(at: position, in: text) else {
                    position += 1
                    continue
                }
                let token = tokens[index]
                let start = position
                position += contents[index].count
                if token.isSingleWord, touchesWord(start, position, text) { continue }
                var (left, right) = (start, position)
                if token.takesLeft { left = max(end, spaceStart(before: left, in: text)) }
                if token.takesRight { right = spaceEnd(from: right, in: text) }
                if end < left { parts.append(.text(end..<left)) }
                parts.append(.token(token.id))
                end = right
            }
            if end < text.count { parts.append(.text(end..<text.count)) }
        }
        return parts
    }

    /// The longest token that begins at a position.
    @inline(__always)
    private func token(at position: Int, in text: UnsafeRawBufferPointer) -> Int? {
        let candidates = candidates[Int(text[position])]
        guard !candidates.isEmpty else { return nil }
        return candidates.first { index in
            let content = contents[index]
            return content.count <= text.count - position
                && text[position..<position + content.count].elementsEqual(content)
        }
    }

    private func touchesWord(_ start: Int, _ end: Int, _ text: UnsafeRawBufferPointer) -> Bool {
        if start > 0, isWord(text.character(at: text.characterStart(before: start))) { return true }
        return end < text.count && isWord(text.character(at: end))
    }

    private func isWord(_ value: UInt32) -> Bool {
        Unicode.Scalar(value)?.isWordCharacter ?? false
    }

    private func spaceStart(before end: Int, in text: UnsafeRawBufferPointer) -> Int {
        var start = end
        while start > 0 {
            let before = text.characterStart(before: start)
            guard isSpace(text.character(at: before)) else { break }
            start = before
        }
        return start
    }

    private func spaceEnd(from start: Int, in text: UnsafeRawBufferPointer) -> Int {
        var end = start
        while end < text.count, isSpace(text.character(at: end)) { end += text.characterLength(at: end) }
        return end
    }

    private func isSpace(_ value: UInt32) -> Bool {
        Unicode.Scalar(value)?.properties.isWhitespace ?? false
    }
}

extension Unicode.Scalar {
    /// Whether the character is a letter, mark, decimal digit or connector, as Unicode Technical Standard 18 (annex C)
    /// has `\w`.
    var isWordCharacter: Bool {
        switch properties.generalCategory {
        case .decimalNumber, .connectorPunctuation, .nonspacingMark, .spacingMark, .enclosingMark: true
        default: properties.isAlphabetic || properties.isJoinControl
        }
    }
}
