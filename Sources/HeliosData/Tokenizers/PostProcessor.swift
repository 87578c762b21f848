import Torch

/// What is put around the tokens of one text or two, such as `[CLS]` and `[SEP]`.
struct PostProcessor: Sendable {
    /// A part of a template.
    enum Piece: Sendable {
        /// One of the texts: 0 or 1.
        case text(Int, type: Int)
        case tokens([Int32], type: Int)
    }

    let single: [Piece]
    let pair: [Piece]

    /// Texts as they are.
    static let none = PostProcessor(single: [.text(0, type: 0)], pair: [.text(0, type: 0), .text(1, type: 1)])

    /// The same without the tokens that it adds.
    var withoutTokens: PostProcessor {
        func texts(_ pieces: [Piece]) -> [Piece] {
            pieces.filter { piece in
                if case .text = piece { true } else { false }
            }
        }
        return PostProcessor(single: texts(single), pair: texts(pair))
    }

    /// The number of tokens that are added.
    func addedCount(isPair: Bool) -> Int {
        (isPair ? pair : single).reduce(0) { count, piece in
            if case .tokens(let ids, _) = piece { count + ids.count } else { count }
        }
    }

    /// Puts texts and tokens together.
    func callAsFunction(_ texts: [TokenizerEncoding]) -> TokenizerEncoding {
        var result = TokenizerEncoding([], type: 0)
        for piece in texts.count > 1 ? pair : single {
            switch piece {
            case .text(let number, let type):
                // A template may have the second text twice, or in a template of one text.
                guard texts.indices.contains(number) else { continue }
                var text = texts[number]
                text.typeIDs = [Int](repeating: type, count: text.count)
                result.append(text)
            case .tokens(let ids, let type):
                var tokens = TokenizerEncoding(ids, type: type)
                tokens.specialTokensMask = [Int](repeating: 1, count: ids.count)
                result.append(tokens)
            }
        }
        return result
    }
}
