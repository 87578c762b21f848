import Torch

/// The tokens of a text, ready for a network.
public struct TokenizerEncoding: Sendable, Equatable {
    /// The numbers of the tokens.
    public internal(set) var ids: [Int]
    /// Which of two texts each token is of; a template can give other numbers.
    public internal(set) var typeIDs: [Int]
    /// 1 for a token, 0 for one that fills the length.
    public internal(set) var attentionMask: [Int]
    /// 1 for a token that the tokenizer added, such as `[CLS]`, or that fills the length; 0 for one of the text.
    public internal(set) var specialTokensMask: [Int]

    /// The number of tokens.
    public var count: Int { ids.count }

    init(_ ids: [Int32], type: Int) {
        self.ids = ids.map { Int($0) }
        typeIDs = [Int](repeating: type, count: ids.count)
        attentionMask = [Int](repeating: 1, count: ids.count)
        specialTokensMask = [Int](repeating: 0, count: ids.count)
    }

    /// Keeps the first or the last tokens.
    mutating func truncate(to length: Int, _ direction: TokenizerTruncation.Direction) {
        guard ids.count > length else { return }
        let range = direction == .right ? 0..<length : ids.count - length..<ids.count
        (ids, typeIDs) = (Array(ids[range]), Array(typeIDs[range]))
        (attentionMask, specialTokensMask) = (Array(attentionMask[range]), Array(specialTokensMask[range]))
    }

    /// Adds what follows.
    mutating func append(_ other: TokenizerEncoding) {
        ids += other.ids
        typeIDs += other.typeIDs
        attentionMask += other.attentionMask
        specialTokensMask += other.specialTokensMask
    }

    /// Fills the length.
    mutating func pad(to length: Int, _ padding: TokenizerPadding) {
        let count = length - ids.count
        guard count > 0 else { return }
        func fill(_ numbers: inout [Int], _ number: Int) {
            let filler = [Int](repeating: number, count: count)
            numbers = padding.direction == .right ? numbers + filler : filler + numbers
        }
        fill(&ids, padding.id)
        fill(&typeIDs, padding.typeID)
        fill(&attentionMask, 0)
        fill(&specialTokensMask, 1)
    }
}

/// How texts are cut that have too many tokens.
public struct TokenizerTruncation: Sendable, Equatable {
    /// Which of two texts is cut.
    public enum Strategy: String, Sendable {
        /// The longer one first, and then both.
        case longestFirst = "LongestFirst"
        case onlyFirst = "OnlyFirst"
        case onlySecond = "OnlySecond"
    }

    /// The end of a text at which tokens are cut off.
    public enum Direction: String, Sendable {
        case left = "Left"
        case right = "Right"
    }

    /// The most tokens, with those that the tokenizer adds.
    public var length: Int
    public var strategy: Strategy
    public var direction: Direction

    public init(length: Int, strategy: Strategy = .longestFirst, direction: Direction = .right) {
        self.length = length
        self.strategy = strategy
        self.direction = direction
    }

    /// Cuts one or two texts.
    ///
    /// - Parameter added: the number of tokens that come with them.
    /// - Throws: `DataError` if the tokens that come with them are too many already, or the text that is to be cut is
    ///   too short.
    func callAsFunction(_ first: inout TokenizerEncoding, _ second: inout TokenizerEncoding?, added: Int) throws {
        let room = length - added
        guard room >= 0 else {
            throw DataError("a text cannot be cut to \(length) tokens, since the tokenizer adds \(added) by itself")
        }
        let excess = first.count + (second?.count ?? 0) - room
        guard excess > 0 else { return }
        switch strategy {
        case .longestFirst:
            guard let other = second else {
                first.truncate(to: room, direction)
                return
            }
            let shorter = min(first.count, other.count)
            // The shorter one stays as it is, as long as it is not the longer one then.
            var lengths = shorter > room ? (shorter, shorter) : (shorter, max(shorter, room - shorter))
            if lengths.0 + lengths.1 > room { lengths = (room / 2, room / 2 + room % 2) }
            if first.count > other.count { lengths = (lengths.1, lengths.0) }
            first.truncate(to: lengths.0, direction)
            second?.truncate(to: lengths.1, direction)
        case .onlyFirst:
            guard first.count > excess else { throw tooShort("first", first.count, excess) }
            first.truncate(to: first.count - excess, direction)
        case .onlySecond:
            guard let other = second else {
                throw DataError("the tokenizer cuts the second text only (OnlySecond), and there is one text")
            }
            guard other.count > excess else { throw tooShort("second", other.count, excess) }
            second?.truncate(to: other.count - excess, direction)
        }
    }

    private func tooShort(_ which: String, _ count: Int, _ excess: Int) -> DataError {
        DataError("\(excess) tokens are too many, and the \(which) text, which is to be cut, has \(count)")
    }
}

/// How texts are filled so that all of a batch have one length.
public struct TokenizerPadding: Sendable, Equatable {
    /// The length, if it does not depend on the batch; `nil` for that of the longest text.
    public var length: Int?
    /// The length becomes a multiple of this number.
    public var multiple: Int?
    /// The end of a text at which tokens are added.
    public var direction: TokenizerTruncation.Direction
    /// The token that is added.
    public var id: Int
    /// What `typeIDs` has for it.
    public var typeID: Int

    public init(
        id: Int, length: Int? = nil, multiple: Int? = nil, direction: TokenizerTruncation.Direction = .right,
        typeID: Int = 0
    ) {
        self.id = id
        self.length = length
        self.multiple = multiple
        self.direction = direction
        self.typeID = typeID
    }

    /// Fills all texts of a batch.
    func callAsFunction(_ encodings: inout [TokenizerEncoding]) throws {
        var length = self.length ?? encodings.reduce(0) { max($0, $1.count) }
        if let multiple, multiple > 0, !length.isMultiple(of: multiple) { length += multiple - length % multiple }
        guard length <= 1 << 24 else { throw DataError("texts cannot be filled to \(length) tokens") }
        for index in encodings.indices { encodings[index].pad(to: length, self) }
    }
}
