import Torch
import TorchSerialization

/// Reads what a file `tokenizer.json` says.
enum TokenizerFile {
    /// The largest files of tokenizers have 20 MB.
    private static let greatestSize = 1 << 28

    static func read(_ file: DataFile) throws -> Tokenizer {
        guard file.size <= greatestSize else { throw file.fault("it is too large for a tokenizer: \(file.size) bytes") }
        let bytes = try file.read(at: 0, count: file.size)
        let value: JSONValue
        do {
            value = try JSONReader.parse(bytes, greatestDepth: 32, comparesBytes: true)
        } catch {
            let place = bytes.withUnsafeBytes { $0.textPlace(of: error.position) }
            throw file.fault(error.what, at: place)
        }
        return try naming(file.path) { try tokenizer(JSONField(value, "the file")) }
    }

    private static func tokenizer(_ file: JSONField) throws -> Tokenizer {
        let normalizer = try file.optional("normalizer").map(NormalizerReader.read)
        let preTokenizer = try file.optional("pre_tokenizer").map(PreTokenizerReader.read)
        let (model, tokens) = try TokenModelReader.read(
            file.field("model"), isByteLevel: preTokenizer?.isByteLevel ?? false)
        let vocabulary = TokenVocabulary(tokens, added: try addedTokens(file), normalizer)
        var tokenizer = Tokenizer(
            model: model, normalizer: normalizer, preTokenizer: preTokenizer,
            postProcessor: try file.optional("post_processor").map(PostProcessorReader.read) ?? .none,
            decoder: try file.optional("decoder").map(TokenDecoderReader.read) ?? .spaces, vocabulary: vocabulary)
        tokenizer.truncation = try file.optional("truncation").map(truncation)
        tokenizer.padding = try file.optional("padding").map(padding)
        return tokenizer
    }

    private static func addedTokens(_ file: JSONField) throws -> [AddedToken] {
        var contents: Set<[UInt8]> = []
        return try (file.optional("added_tokens")?.elements() ?? []).map { field in
            let token = AddedToken(
                id: try field.field("id").token(), content: try field.field("content").string(),
                isSingleWord: try field.optional("single_word")?.bool() ?? false,
                takesLeft: try field.optional("lstrip")?.bool() ?? false,
                takesRight: try field.optional("rstrip")?.bool() ?? false,
                isNormalized: try field.optional("normalized")?.bool() ?? false,
                isSpecial: try field.optional("special")?.bool() ?? false)
            guard contents.insert(Array(token.content.utf8)).inserted else {
                throw FormatFault.invalid("\(field.name) is there twice: '\(token.content.shortened)'")
            }
            return token
        }
    }

    private static func truncation(_ field: JSONField) throws -> TokenizerTruncation {
        // The stride is for what is cut off, which is not kept here.
        TokenizerTruncation(
            length: try field.field("max_length").count(),
            strategy: try field.optional("strategy")?.choice() ?? .longestFirst,
            direction: try field.optional("direction")?.choice() ?? .right)
    }

    private static func padding(_ field: JSONField) throws -> TokenizerPadding {
        var padding = TokenizerPadding(
            id: try Int(field.field("pad_id").token()),
            multiple: try field.optional("pad_to_multiple_of")?.count(),
            direction: try field.optional("direction")?.choice() ?? .right,
            typeID: try field.optional("pad_type_id")?.count() ?? 0)
        // Either a word, or an object with the length.
        let strategy = try field.field("strategy")
        if case .string("BatchLongest") = strategy.value { return padding }
        padding.length = try strategy.field("Fixed").count()
        return padding
    }
}

/// A value in a file with the way to it, for errors.
struct JSONField {
    let value: JSONValue
    /// The way to the value, as in "model.vocab".
    let name: String

    init(_ value: JSONValue, _ name: String) {
        self.value = value
        self.name = name
    }

    /// The value of a key; `nil` if it is null or not there.
    func optional(_ key: String) throws -> JSONField? {
        guard case .object(let members) = value else { throw wrong("an object") }
        // Compared as Swift does: the keys asked for have no character in two forms.
        guard let member = members.first(where: { $0.key == key }), member.value != .null else { return nil }
        return JSONField(member.value, name == "the file" ? key : "\(name).\(key)")
    }

    func field(_ key: String) throws -> JSONField {
        guard let field = try optional(key) else { throw FormatFault.invalid("\(name) lacks '\(key)'") }
        return field
    }

    func members() throws -> [JSONValue.Member] {
        guard case .object(let members) = value else { throw wrong("an object") }
        return members
    }

    func elements() throws -> [JSONField] {
        guard case .array(let elements) = value else { throw wrong("an array") }
        return elements.enumerated().map { JSONField($1, "\(name)[\($0)]") }
    }

    func string() throws -> String {
        guard case .string(let text) = value else { throw wrong("a text") }
        return text
    }

    func bool() throws -> Bool {
        guard case .bool(let value) = value else { throw wrong("true or false") }
        return value
    }

    /// A number of things.
    func count() throws -> Int {
        guard case .int(let number) = value, 0...(1 << 40) ~= number else { throw wrong("a count") }
        return number
    }

    /// The number of a token.
    func token() throws -> Int32 {
        guard case .int(let number) = value, let token = Int32(exactly: number), token >= 0 else {
            throw wrong("the number of a token")
        }
        return token
    }

    /// One of the words of an enumeration.
    func choice<Choice: RawRepresentable>() throws -> Choice where Choice.RawValue == String {
        let word = try string()
        guard let choice = Choice(rawValue: word) else { throw unsupported("'\(word.shortened)'") }
        return choice
    }

    /// The kind of a part, which is in its field "type".
    func type() throws -> String { try field("type").string() }

    func wrong(_ wanted: String) -> FormatFault { .invalid("\(name) is not \(wanted)") }

    func unsupported(_ what: String) -> FormatFault { .unsupported("\(name) is \(what), which is not supported") }
}
