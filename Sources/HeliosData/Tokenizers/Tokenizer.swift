import Foundation
import Torch
import TorchSerialization

/// Divides texts into tokens as a file `tokenizer.json` of Hugging Face's package `tokenizers` says, and makes texts of
/// tokens.
///
/// ```swift
/// let tokenizer = try Tokenizer(URL(filePath: "gpt2/tokenizer.json"))
/// let ids = try tokenizer.encode("Hello, world!").ids
/// print(try tokenizer.decode(ids))
/// ```
/// It supports byte-pair encoding (with bytes, as in GPT-2 and its successors, or with characters) and WordPiece (as in
/// BERT), with the normalizers, ways to divide texts and templates that belong to them. The tokens are those of the
/// package. Anything else in a file is an error that names it.
///
/// A tokenizer can be used from several threads at a time.
public struct Tokenizer: Sendable {
    /// How long texts are cut; `nil` leaves them as they are.
    public var truncation: TokenizerTruncation?
    /// How texts of a batch get one length; `nil` leaves them as they are.
    public var padding: TokenizerPadding?

    let model: TokenModel
    let normalizer: Normalizer?
    let preTokenizer: PreTokenizer?
    let postProcessor: PostProcessor
    let decoder: TokenDecoder
    let vocabulary: TokenVocabulary
    private let rawFinder: AddedTokenFinder
    private let normalizedFinder: AddedTokenFinder
    private let caches: WordCachePool

    /// Reads a tokenizer.
    ///
    /// - Parameter url: a file `tokenizer.json`.
    /// - Throws: `DataFileError` if the file does not exist, is damaged, or has a part that is not supported.
    public init(_ url: URL) throws {
        let file = try DataFile(url, expecting: "a tokenizer (tokenizer.json)")
        self = try TokenizerFile.read(file)
    }

    init(
        model: TokenModel, normalizer: Normalizer?, preTokenizer: PreTokenizer?, postProcessor: PostProcessor,
        decoder: TokenDecoder, vocabulary: TokenVocabulary
    ) {
        self.model = model
        self.normalizer = normalizer
        self.preTokenizer = preTokenizer
        self.postProcessor = postProcessor
        self.decoder = decoder
        self.vocabulary = vocabulary
        caches = WordCachePool()
        rawFinder = AddedTokenFinder(vocabulary.added.filter { !$0.isNormalized }) { $0 }
        normalizedFinder = AddedTokenFinder(vocabulary.added.filter(\.isNormalized)) { normalizer?($0) ?? $0 }
    }

    // MARK: Texts to tokens

    /// The tokens of a text, or of two that belong together.
    ///
    /// - Parameters:
    ///   - text: the text.
    ///   - pair: a second text, such as the answer to a question.
    ///   - addSpecialTokens: whether the tokens of the template come with them, such as `[CLS]`.
    /// - Throws: `DataError` if a pattern of the tokenizer takes too long on the text, or the texts cannot be cut as
    ///   `truncation` says.
    public func encode(
        _ text: String, pair: String? = nil, addSpecialTokens: Bool = true
    ) throws -> TokenizerEncoding {
        try encode([(text, pair)], addSpecialTokens)[0]
    }

    /// The tokens of several texts, which `padding` gives one length.
    ///
    /// - Throws: as for one text.
    public func encode(batch texts: [String], addSpecialTokens: Bool = true) throws -> [TokenizerEncoding] {
        try encode(texts.map { ($0, nil) }, addSpecialTokens)
    }

    /// The tokens of several pairs of texts, which `padding` gives one length.
    ///
    /// - Throws: as for one text.
    public func encode(
        batch pairs: [(String, String)], addSpecialTokens: Bool = true
    ) throws -> [TokenizerEncoding] {
        try encode(pairs.map { ($0.0, $0.1) }, addSpecialTokens)
    }

    /// The numbers of the tokens of a text and nothing else: without a template, and neither cut nor filled. For the
    /// data of a language model.
    ///
    /// - Throws: `DataError` if a pattern of the tokenizer takes too long on the text.
    public func ids(_ text: String) throws -> [Int] {
        try tokens(Array(text.utf8)).map { Int($0) }
    }

    private func encode(_ texts: [(String, String?)], _ addSpecialTokens: Bool) throws -> [TokenizerEncoding] {
        var encodings = try texts.map { text, pair in
            var first = TokenizerEncoding(try tokens(Array(text.utf8)), type: 0)
            var second = try pair.map { TokenizerEncoding(try tokens(Array($0.utf8)), type: 1) }
            let processor = addSpecialTokens ? postProcessor : postProcessor.withoutTokens
            try truncation?(&first, &second, added: processor.addedCount(isPair: pair != nil))
            return processor([first] + (second.map { [$0] } ?? []))
        }
        try padding?(&encodings)
        return encodings
    }

    /// The tokens of a text.
    ///
    /// - Parameters:
    ///   - text: in UTF-8.
    ///   - isStart: whether nothing is before it, so that a space may be put there.
    func tokens(_ text: [UInt8], isStart: Bool = true) throws -> [Int32] {
        var tokens: [Int32] = []
        // Only the first part of a text that is divided can lack a space.
        var isStart = isStart
        try caches.withCache { cache in
            for part in rawFinder.parts(of: text) {
                switch part {
                case .token(let id): tokens.append(id)
                case .text(let range):
                    let piece = range.count == text.count ? text : Array(text[range])
                    try addNormalized(normalizer?(piece) ?? piece, isStart: isStart, &tokens, &cache)
                }
                isStart = true
            }
        }
        return tokens
    }

    private func addNormalized(
        _ text: [UInt8], isStart: Bool, _ tokens: inout [Int32], _ cache: inout WordCache
    ) throws {
        var isStart = isStart
        for part in normalizedFinder.parts(of: text) {
            switch part {
            case .token(let id): tokens.append(id)
            case .text(let range):
                var words = Words(range.count == text.count ? text : Array(text[range]))
                if let preTokenizer { try words.divide(by: preTokenizer, isStart: isStart) }
                words.text.withUnsafeBytes { bytes in
                    for range in words.ranges {
                        cache.append(UnsafeRawBufferPointer(rebasing: bytes[range]), to: &tokens, model.encode)
                    }
                }
            }
            isStart = true
        }
    }

    // MARK: Tokens to texts

    /// The text of some tokens. If they end in the middle of a character, or have one that is damaged, U+FFFD stands
    /// for it.
    ///
    /// - Parameter skipSpecialTokens: whether tokens such as `[CLS]` are left out.
    /// - Throws: `DataError` for a number that is no token.
    public func decode(_ ids: [Int], skipSpecialTokens: Bool = true) throws -> String {
        var tokens: [String] = []
        for id in ids {
            guard let token = vocabulary.token(id) else { throw DataError("the tokenizer has no token \(id)") }
            if !skipSpecialTokens || !vocabulary.isSpecial(token) { tokens.append(token) }
        }
        return decoder(tokens)
    }

    /// The number of tokens, with those that were added.
    public var vocabularySize: Int { vocabulary.count }

    /// The spelling of a token, as the file has it; `nil` if there is none of this number.
    public func token(_ id: Int) -> String? { vocabulary.token(id) }

    /// The number of a token; `nil` if there is none of this spelling.
    public func id(of token: String) -> Int? { vocabulary.id(token).map { Int($0) } }
}

/// What makes tokens of a word.
enum TokenModel: Sendable {
    case bytePair(BytePairModel)
    case wordPiece(WordPieceModel)

    func encode(_ word: UnsafeRawBufferPointer, into tokens: inout [Int32]) {
        switch self {
        case .bytePair(let model): model.encode(word, into: &tokens)
        case .wordPiece(let model): model.encode(word, into: &tokens)
        }
    }
}

/// All tokens of a tokenizer, by number and by spelling.
struct TokenVocabulary: Sendable {
    let added: [AddedToken]
    private let tokens: [Int32: String]
    private var ids = ByteTable()
    private var special = ByteTable()

    /// - Parameters:
    ///   - model: the tokens of the model.
    ///   - added: those that were added, whose spelling counts if both have a number.
    ///   - normalizer: what those that are looked for in the normalized text are spelled in, as the package has it.
    init(_ model: [(token: String, id: Int32)], added: [AddedToken], _ normalizer: Normalizer?) {
        self.added = added
        var tokens: [Int32: String] = [:]
        tokens.reserveCapacity(model.count + added.count)
        for (token, id) in model { tokens[id] = token }
        for token in added {
            let bytes = Array(token.content.utf8)
            let isChanged = token.isNormalized && normalizer != nil
            tokens[token.id] = isChanged ? String(decoding: normalizer?(bytes) ?? bytes, as: UTF8.self) : token.content
            ids.insert(token.content, token.id)
            if token.isSpecial { special.insert(token.content, token.id) }
        }
        for (token, id) in model { ids.insert(token, id) }
        self.tokens = tokens
    }

    var count: Int { tokens.count }

    /// The greatest number that a token has.
    var greatestID: Int32 { tokens.keys.max() ?? 0 }

    func token(_ id: Int) -> String? { Int32(exactly: id).flatMap { tokens[$0] } }

    func id(_ token: String) -> Int32? { ids.value(token) }

    func isSpecial(_ token: String) -> Bool { special.count > 0 && special.value(token) != nil }
}
