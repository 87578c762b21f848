import Torch
import TorchSerialization

// The parts of a tokenizer, each as its object in the file describes it.

enum NormalizerReader {
    static func read(_ field: JSONField) throws -> Normalizer {
        switch try field.type() {
        case "BertNormalizer":
            let lowercases = try field.optional("lowercase")?.bool() ?? true
            return .bert(
                BertNormalizer(
                    cleansText: try field.optional("clean_text")?.bool() ?? true,
                    separatesChinese: try field.optional("handle_chinese_chars")?.bool() ?? true,
                    // Unless it is given, the accents go with the capitals.
                    stripsAccents: try field.optional("strip_accents")?.bool() ?? lowercases,
                    lowercases: lowercases))
        case "NFC": return .normalForm(.nfc)
        case "NFD": return .normalForm(.nfd)
        case "NFKC": return .normalForm(.nfkc)
        case "NFKD": return .normalForm(.nfkd)
        case "Lowercase": return .lowercase
        case "StripAccents": return .stripAccents
        case "Strip":
            return .strip(left: try field.field("strip_left").bool(), right: try field.field("strip_right").bool())
        case "Sequence": return .sequence(try field.field("normalizers").elements().map(read))
        case let type: throw field.unsupported("'\(type.shortened)'")
        }
    }
}

enum PreTokenizerReader {
    static func read(_ field: JSONField) throws -> PreTokenizer {
        switch try field.type() {
        case "ByteLevel":
            let usesPattern = try field.optional("use_regex")?.bool() ?? true
            return .byteLevel(
                addsPrefixSpace: try field.field("add_prefix_space").bool(),
                usesPattern ? try SplitPattern(PreTokenizer.gpt2Pattern) : nil)
        case "BertPreTokenizer": return .bert
        case "Whitespace": return .whitespace
        case "WhitespaceSplit": return .whitespaceSplit
        case "Split":
            let pattern = try field.field("pattern")
            return .split(
                try pattern.optional("Regex").map { try SplitPattern($0.string()) }
                    ?? SplitPattern(literal: pattern.field("String").string()),
                try field.field("behavior").choice(), isInverted: try field.optional("invert")?.bool() ?? false)
        case "Digits": return .digits(areSingle: try field.optional("individual_digits")?.bool() ?? false)
        case "Punctuation": return .punctuation(try field.optional("behavior")?.choice() ?? .isolated)
        case "Sequence":
            let fields = try field.field("pretokenizers").elements()
            let steps = try fields.map(read)
            // What follows would get the characters that stand for bytes.
            if let index = steps.dropLast().firstIndex(where: \.isByteLevel) {
                throw fields[index].unsupported("'ByteLevel' before other steps")
            }
            return .sequence(steps)
        case let type: throw field.unsupported("'\(type.shortened)'")
        }
    }
}

enum TokenModelReader {
    /// Reads a model and its tokens.
    ///
    /// - Parameter isByteLevel: whether the words that the model gets are bytes.
    static func read(
        _ field: JSONField, isByteLevel: Bool
    ) throws -> (TokenModel, [(token: String, id: Int32)]) {
        // Older files do not say which model it is.
        let type = try field.optional("type")?.string() ?? (try field.optional("merges") == nil ? "WordPiece" : "BPE")
        switch type {
        case "BPE":
            let vocabulary = try vocabulary(field.field("vocab"))
            let model = try bytePair(field, vocabulary, isByteLevel: isByteLevel)
            return (.bytePair(model), vocabulary)
        case "WordPiece":
            guard !isByteLevel else { throw field.unsupported("'WordPiece' on bytes") }
            let vocabulary = try vocabulary(field.field("vocab"))
            let model = try WordPieceModel(
                vocabulary: vocabulary, unknownToken: field.field("unk_token").string(),
                prefix: field.optional("continuing_subword_prefix")?.string() ?? "##",
                greatestLength: field.optional("max_input_chars_per_word")?.count() ?? 100)
            return (.wordPiece(model), vocabulary)
        default: throw field.unsupported("'\(type.shortened)'")
        }
    }

    private static func vocabulary(_ field: JSONField) throws -> [(token: String, id: Int32)] {
        var ids: Set<Int32> = []
        return try field.members().map { member in
            let id = try JSONField(member.value, "\(field.name)['\(member.key.shortened)']").token()
            guard ids.insert(id).inserted else { throw FormatFault.invalid("two tokens have the number \(id)") }
            return (member.key, id)
        }
    }

    private static func bytePair(
        _ field: JSONField, _ vocabulary: [(token: String, id: Int32)], isByteLevel: Bool
    ) throws -> BytePairModel {
        if let dropout = try field.optional("dropout"), dropout.value != .double(0), dropout.value != .int(0) {
            throw dropout.unsupported("set: merges that are left out at random")
        }
        if let fallback = try field.optional("byte_fallback"), try fallback.bool() {
            throw fallback.unsupported("true: characters that become the tokens of their bytes")
        }
        return try BytePairModel(
            vocabulary: vocabulary, merges: field.field("merges").elements().map(merge), isByteLevel: isByteLevel,
            BytePairModel.Options(
                unknownToken: field.optional("unk_token")?.string(),
                fusesUnknown: field.optional("fuse_unk")?.bool() ?? false,
                prefix: field.optional("continuing_subword_prefix")?.string() ?? "",
                suffix: field.optional("end_of_word_suffix")?.string() ?? "",
                ignoresMerges: field.optional("ignore_merges")?.bool() ?? false))
    }

    /// A merge: two texts, or in older files one text with a space between them.
    private static func merge(_ field: JSONField) throws -> (left: String, right: String) {
        if case .array = field.value {
            let pair = try field.elements()
            guard pair.count == 2 else { throw field.wrong("a pair of tokens") }
            return (try pair[0].string(), try pair[1].string())
        }
        let pair = try field.string().unicodeScalars.split(separator: " ", omittingEmptySubsequences: false)
        guard pair.count == 2 else { throw field.wrong("a pair of tokens") }
        return (String(pair[0]), String(pair[1]))
    }
}

enum PostProcessorReader {
    static func read(_ field: JSONField) throws -> PostProcessor {
        switch try field.type() {
        case "ByteLevel": return .none
        case "TemplateProcessing": return try template(field)
        case "BertProcessing", "RobertaProcessing":
            let isBert = try field.type() == "BertProcessing"
            let (start, end) = (try special(field.field("cls")), try special(field.field("sep")))
            let second = isBert ? 1 : 0
            let single: [PostProcessor.Piece] = [.tokens([start], type: 0), .text(0, type: 0), .tokens([end], type: 0)]
            return PostProcessor(
                single: single,
                // Roberta has two tokens between the texts.
                pair: single + (isBert ? [] : [.tokens([end], type: 0)])
                    + [.text(1, type: second), .tokens([end], type: second)])
        case "Sequence":
            // Only one of the steps may add tokens: the others are about places in the text, which are not kept here.
            let processors = try field.field("processors").elements()
            let adding = try processors.filter { try $0.type() != "ByteLevel" }
            guard adding.count <= 1 else { throw field.unsupported("a sequence of several templates") }
            return try adding.first.map(read) ?? .none
        case let type: throw field.unsupported("'\(type.shortened)'")
        }
    }

    /// A token and its number, as in `["[CLS]", 2]`.
    private static func special(_ field: JSONField) throws -> Int32 {
        let pair = try field.elements()
        guard pair.count == 2 else { throw field.wrong("a token and its number") }
        return try pair[1].token()
    }

    private static func template(_ field: JSONField) throws -> PostProcessor {
        let special = try field.field("special_tokens")
        func pieces(_ key: String, textCount: Int) throws -> [PostProcessor.Piece] {
            try field.field(key).elements().map { piece in
                if let text = try piece.optional("Sequence") {
                    let name = try text.field("id").string()
                    guard let number = ["A": 0, "B": 1][name], number < textCount else {
                        throw text.wrong("one of the texts of a template")
                    }
                    return .text(number, type: try text.field("type_id").count())
                }
                let token = try piece.field("SpecialToken")
                let name = try token.field("id").string()
                // The name is that of a token, whose characters may have two forms.
                guard let member = try special.members().first(where: { Array($0.key.utf8) == Array(name.utf8) }) else {
                    throw FormatFault.invalid("\(special.name) lacks '\(name.shortened)'")
                }
                let ids = try JSONField(member.value, "\(special.name).\(name.shortened)").field("ids").elements()
                return .tokens(try ids.map { try $0.token() }, type: try token.field("type_id").count())
            }
        }
        return PostProcessor(single: try pieces("single", textCount: 1), pair: try pieces("pair", textCount: 2))
    }
}

enum TokenDecoderReader {
    static func read(_ field: JSONField) throws -> TokenDecoder {
        switch try field.type() {
        case "ByteLevel": return .byteLevel
        case "WordPiece":
            return .wordPiece(
                prefix: try field.optional("prefix")?.string() ?? "##",
                cleansUp: try field.optional("cleanup")?.bool() ?? true)
        case "BPEDecoder": return .bytePair(suffix: try field.optional("suffix")?.string() ?? "</w>")
        case "Fuse": return .fuse
        case "Sequence": return .sequence(try field.field("decoders").elements().map(read))
        case let type: throw field.unsupported("'\(type.shortened)'")
        }
    }
}
