import Foundation
import Torch
import TorchSerialization

extension TokenFile {
    /// Writes the tokens of a text part by part, so that the text and its tokens may be larger than the memory.
    ///
    /// The tokens are those of `Tokenizer.ids` for the whole text: the text is divided only where one line ends in a
    /// letter or digit of ASCII and the next begins with one, since no supported way to find words joins these. If the
    /// tokenizer has something of its own that could (a token with a line feed in it, or one that takes white space, or
    /// a pattern that is not known), the text is read as a whole.
    ///
    /// - Parameters:
    ///   - text: a file in UTF-8.
    ///   - tokenizer: makes the tokens; its template, truncation and padding are not used.
    ///   - url: the file of the tokens.
    ///   - width: how it holds the numbers; `nil` for the least that all tokens of the tokenizer fit, but `uint16` at
    ///     least.
    /// - Returns: the number of tokens.
    /// - Throws: `DataFileError` if a file cannot be read or written, or the text is not in UTF-8.
    @discardableResult
    public static func write(
        text: URL, tokenizer: Tokenizer, to url: URL, width: TokenSequence.Width? = nil
    ) throws -> Int {
        var chunks = try TextChunks(text, partSize: tokenizer.canDivideTexts ? 1 << 20 : .max)
        var isFirst = true
        let width = width ?? (tokenizer.vocabulary.greatestID <= Int32(UInt16.max) ? .uint16 : .uint32)
        return try write(to: url, width) {
            guard let chunk = try chunks.next() else { return nil }
            defer { isFirst = false }
            return try tokenizer.tokens(chunk, isStart: isFirst).map { Int($0) }
        }
    }
}

/// A text in parts. No token can cross the end of a part.
struct TextChunks {
    private let file: DataFile
    private let partSize: Int
    /// Where the part of the file that has not been given yet begins.
    private var position = 0

    /// - Parameter partSize: how long parts are at least, in bytes.
    init(_ url: URL, partSize: Int) throws {
        file = try DataFile(url, expecting: "a text")
        self.partSize = partSize
    }

    /// The next part; `nil` at the end.
    mutating func next() throws -> [UInt8]? {
        guard position < file.size else { return nil }
        var chunk: [UInt8] = []
        var searched = 1
        while true {
            let rest = file.size - position - chunk.count
            chunk += try file.read(at: position + chunk.count, count: min(partSize, rest))
            guard partSize < rest else { break }
            if let end = TextChunks.lastDivision(chunk, from: searched) {
                chunk.removeSubrange(end...)
                break
            }
            searched = chunk.count - 1
        }
        guard String(validating: chunk, as: UTF8.self) != nil else {
            throw file.fault("it is not text in UTF-8, somewhere behind byte \(position)", at: .byte(position))
        }
        position += chunk.count
        return chunk
    }

    /// The last place after a line feed that is between two letters or digits.
    private static func lastDivision(_ text: [UInt8], from start: Int) -> Int? {
        var index = text.count - 2
        while index >= start {
            if text[index] == 0x0A, isPlain(text[index - 1]), isPlain(text[index + 1]) { return index + 1 }
            index -= 1
        }
        return nil
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: false
        }
    }
}

extension Tokenizer {
    /// Whether the tokens of a text are those of its lines, if it is divided between a letter and another.
    fileprivate var canDivideTexts: Bool {
        vocabulary.added.allSatisfy { token in
            !token.takesLeft && !token.takesRight && !token.isSingleWord && !token.content.utf8.contains(0x0A)
        } && (preTokenizer?.dividesLines ?? false) && (normalizer?.keepsLines ?? true)
    }
}

extension PreTokenizer {
    /// Whether a word never has a line feed between two letters or digits of ASCII, nor depends on what comes after it.
    fileprivate var dividesLines: Bool {
        switch self {
        case .byteLevel(_, let pattern): pattern != nil
        case .bert, .whitespace, .whitespaceSplit: true
        case .split(let pattern, let behavior, _):
            (behavior == .isolated || behavior == .removed) && PreTokenizer.knownPatterns.contains(pattern)
        case .digits, .punctuation: false
        case .sequence(let steps):
            // A space before each word that another step has found would be one too many, or too few, at a division.
            steps.first?.dividesLines ?? false && !steps.dropFirst().contains(where: \.addsPrefixSpace)
        }
    }

    private var addsPrefixSpace: Bool {
        if case .byteLevel(let adds, _) = self { adds } else { false }
    }

    /// The patterns of GPT-2, GPT-4 (also Llama 3's), Qwen and GPT-4o.
    private static let knownPatterns: [SplitPattern] = [
        gpt2Pattern,
        #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#,
        #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#,
        #"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|"#
            + #"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|"#
            + #"\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"#,
    ].compactMap { try? SplitPattern($0) }
}

extension Normalizer {
    /// Whether each line is changed by itself.
    fileprivate var keepsLines: Bool {
        switch self {
        case .strip: false
        case .sequence(let steps): steps.allSatisfy(\.keepsLines)
        default: true
        }
    }
}
