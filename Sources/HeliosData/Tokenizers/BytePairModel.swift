import Torch

/// Byte-pair encoding: a word is divided into bytes or characters, and pairs of tokens are merged in the order of the
/// merges that training found (R. Sennrich and others, Neural Machine Translation of Rare Words with Subword Units,
/// 2016).
struct BytePairModel: Sendable {
    /// What a tokenizer file says about the model besides its tokens.
    struct Options: Sendable {
        /// The token for a character that has none; `nil` leaves it out, as the package does.
        var unknownToken: String?
        /// Whether several unknown characters in a row become one token.
        var fusesUnknown = false
        /// The prefix of each token that does not begin a word.
        var prefix = ""
        /// The suffix of each token that ends a word.
        var suffix = ""
        /// Whether a word that is a token becomes that token, even if the merges would make something else of it.
        var ignoresMerges = false
    }

    private let options: Options
    private let vocabulary: ByteTable
    /// The tokens of the bytes, if the words that the model gets are bytes.
    private let byteTokens: [Int32?]?
    private let unknown: Int32?
    private let pairs: PairTable

    /// - Parameters:
    ///   - vocabulary: the tokens with their numbers.
    ///   - merges: pairs of tokens, the first one first.
    ///   - isByteLevel: whether tokens are spelled in the characters that stand for bytes. The words that the model
    ///     gets are then plain bytes.
    /// - Throws: an error without the path for a merge of tokens that do not exist.
    init(
        vocabulary: [(token: String, id: Int32)], merges: [(left: String, right: String)], isByteLevel: Bool,
        _ options: Options
    ) throws {
        var table = ByteTable()
        for (token, id) in vocabulary { table.insert(token, id) }
        func id(_ token: String) throws -> Int32 {
            guard let id = table.value(token) else {
                throw FormatFault.invalid(
                    "a merge needs the token '\(token.shortened)', which the vocabulary does not have")
            }
            return id
        }
        pairs = PairTable(
            try merges.enumerated().map { rank, merge in
                // The prefix stands for the join, which is gone after it. Characters could take an accent with them.
                let (scalars, prefix) = (merge.right.unicodeScalars, options.prefix.unicodeScalars)
                let right = scalars.starts(with: prefix) ? String(scalars.dropFirst(prefix.count)) : merge.right
                let token = try id(merge.left + right)
                return (try id(merge.left), try id(merge.right), PairTable.Merge(rank: Int32(rank), token: token))
            })
        unknown = try options.unknownToken.map(id)
        byteTokens = isByteLevel ? ByteCharacters.characters.map { table.value(String($0)) } : nil
        if isByteLevel {
            guard options.prefix.isEmpty, options.suffix.isEmpty else {
                throw FormatFault.unsupported("a byte-level model has a prefix or a suffix of subwords")
            }
            // Words are looked up as the bytes that they are.
            table = ByteTable()
            for (token, id) in vocabulary {
                if let bytes = ByteCharacters.bytes(of: token) { _ = bytes.withUnsafeBytes { table.insert($0, id) } }
            }
        }
        self.vocabulary = table
        self.options = options
    }

    /// Adds the tokens of a word.
    func encode(_ word: UnsafeRawBufferPointer, into tokens: inout [Int32]) {
        if options.ignoresMerges, let token = vocabulary.value(word) {
            tokens.append(token)
            return
        }
        var symbols = byteTokens.map { symbolsOfBytes(word, $0) } ?? symbolsOfCharacters(word)
        if symbols.count > BytePairModel.longWord {
            mergeLong(&symbols)
        } else {
            mergeShort(&symbols)
        }
        tokens += symbols
    }

    /// From this length on, a heap is faster than looking through all pairs.
    static let longWord = 64

    // MARK: Symbols

    private func symbolsOfBytes(_ word: UnsafeRawBufferPointer, _ byteTokens: [Int32?]) -> [Int32] {
        var symbols: [Int32] = []
        symbols.reserveCapacity(word.count)
        var isUnknown = false
        for byte in word {
            if let token = byteTokens[Int(byte)] {
                symbols.append(token)
                isUnknown = false
            } else {
                addUnknown(&symbols, &isUnknown)
            }
        }
        return symbols
    }

    private func symbolsOfCharacters(_ word: UnsafeRawBufferPointer) -> [Int32] {
        var symbols: [Int32] = []
        var (position, isUnknown) = (0, false)
        while position < word.count {
            let end = position + word.characterLength(at: position)
            let character = UnsafeRawBufferPointer(rebasing: word[position..<end])
            let token: Int32?
            if options.prefix.isEmpty && options.suffix.isEmpty {
                token = vocabulary.value(character)
            } else {
                var text = String(decoding: character, as: UTF8.self)
                if position > 0 { text = options.prefix + text }
                if end == word.count { text += options.suffix }
                token = vocabulary.value(text)
            }
            if let token {
                symbols.append(token)
                isUnknown = false
            } else {
                addUnknown(&symbols, &isUnknown)
            }
            position = end
        }
        return symbols
    }

    private func addUnknown(_ symbols: inout [Int32], _ isUnknown: inout Bool) {
        guard let unknown else { return }
        if !(isUnknown && options.fusesUnknown) { symbols.append(unknown) }
        isUnknown = true
    }

    // MARK: Merging

    /// Merges the first of the pairs with the lowest rank until no pair has one.
    func mergeShort(_ symbols: inout [Int32]) {
        while symbols.count > 1 {
            var best: (index: Int, merge: PairTable.Merge)?
            for index in 0..<symbols.count - 1 {
                guard let merge = pairs.merge(symbols[index], symbols[index + 1]) else { continue }
                if best.map({ merge.rank < $0.merge.rank }) ?? true { best = (index, merge) }
            }
            guard let (index, merge) = best else { return }
            symbols[index] = merge.token
            symbols.remove(at: index + 1)
        }
    }

    /// The same for many symbols, in time that hardly grows faster than their number.
    func mergeLong(_ symbols: inout [Int32]) {
        var (next, previous) = (Array(1...symbols.count), Array(-1..<symbols.count - 1))
        var isMerged = [Bool](repeating: false, count: symbols.count)
        // The rank above the position, so that the least entry is the first of the pairs with the lowest rank.
        var heap = Heap()
        func entry(_ index: Int) -> UInt64? {
            guard next[index] < symbols.count, let merge = pairs.merge(symbols[index], symbols[next[index]]) else {
                return nil
            }
            return UInt64(merge.rank) << 32 | UInt64(index)
        }
        for index in symbols.indices { if let entry = entry(index) { heap.insert(entry) } }
        while let least = heap.removeLeast() {
            let index = Int(least & 0xFFFF_FFFF)
            // The pair may have changed since the entry was made.
            guard !isMerged[index], entry(index) == least else { continue }
            let right = next[index]
            guard let merge = pairs.merge(symbols[index], symbols[right]) else { continue }
            symbols[index] = merge.token
            isMerged[right] = true
            next[index] = next[right]
            if next[index] < symbols.count { previous[next[index]] = index }
            if let entry = entry(index) { heap.insert(entry) }
            if previous[index] >= 0, let entry = entry(previous[index]) { heap.insert(entry) }
        }
        symbols = symbols.indices.filter { !isMerged[$0] }.map { symbols[$0] }
    }
}

/// The least of some numbers, which come and go.
private struct Heap {
    private var numbers: [UInt64] = []

    mutating func insert(_ number: UInt64) {
        numbers.append(number)
        var child = numbers.count - 1
        while child > 0, numbers[child] < numbers[(child - 1) / 2] {
            numbers.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    mutating func removeLeast() -> UInt64? {
        guard let least = numbers.first, let last = numbers.popLast() else { return nil }
        guard !numbers.isEmpty else { return least }
        numbers[0] = last
        var parent = 0
        while true {
            let left = 2 * parent + 1
            guard left < numbers.count else { return least }
            let child = left + 1 < numbers.count && numbers[left + 1] < numbers[left] ? left + 1 : left
            guard numbers[child] < numbers[parent] else { return least }
            numbers.swapAt(child, parent)
            parent = child
        }
    }
}
