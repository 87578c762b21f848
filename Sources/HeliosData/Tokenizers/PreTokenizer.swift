import Torch

/// How a text is divided into words before the model divides these into tokens.
indirect enum PreTokenizer: Sendable {
    /// What happens to the places that a pattern finds.
    enum Behavior: String, Sendable {
        /// Nothing: they are dropped.
        case removed = "Removed"
        /// Each is a word of its own.
        case isolated = "Isolated"
        /// Each ends the word before it.
        case mergedWithPrevious = "MergedWithPrevious"
        /// Each begins the word after it.
        case mergedWithNext = "MergedWithNext"
        /// Those that touch are one word.
        case contiguous = "Contiguous"
    }

    /// GPT-2's words; the model gets bytes. A pattern is left out if another step has found the words.
    case byteLevel(addsPrefixSpace: Bool, SplitPattern?)
    /// Words between white space, and each punctuation mark.
    case bert
    /// Words between white space, in which letters and digits are divided from signs.
    case whitespace
    /// Words between white space.
    case whitespaceSplit
    case split(SplitPattern, Behavior, isInverted: Bool)
    case digits(areSingle: Bool)
    case punctuation(Behavior)
    case sequence([PreTokenizer])

    /// GPT-2's pattern, which the step `ByteLevel` has by itself.
    static let gpt2Pattern = #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#

    /// Whether the model gets bytes.
    var isByteLevel: Bool {
        switch self {
        case .byteLevel: true
        case .sequence(let steps): steps.last?.isByteLevel ?? false
        default: false
        }
    }
}

/// A text and the words in it.
struct Words {
    var text: [UInt8]
    var ranges: [Range<Int>]

    init(_ text: [UInt8]) {
        self.text = text
        ranges = text.isEmpty ? [] : [0..<text.count]
    }

    /// Divides each of the words further.
    ///
    /// - Parameter isStart: whether nothing is before the text.
    mutating func divide(by step: PreTokenizer, isStart: Bool = true) throws {
        switch step {
        case .sequence(let steps): for step in steps { try divide(by: step, isStart: isStart) }
        case .byteLevel(let addsPrefixSpace, let pattern):
            if addsPrefixSpace { addSpaces(isStart: isStart) }
            if let pattern { try divide(by: pattern, .isolated, isInverted: false) }
        case .bert:
            divide(.removed) { $0.properties.isWhitespace }
            divide(.isolated) { $0.isPunctuationForBert }
        case .whitespace:
            divide(.removed) { $0.properties.isWhitespace }
            divide(.contiguous) { $0.isWordCharacter }
        case .whitespaceSplit: divide(.removed) { $0.properties.isWhitespace }
        case .split(let pattern, let behavior, let isInverted):
            try divide(by: pattern, behavior, isInverted: isInverted)
        case .digits(let areSingle):
            divide(areSingle ? .isolated : .contiguous) { $0.properties.generalCategory.isNumber }
        case .punctuation(let behavior): divide(behavior) { $0.isPunctuationForBert }
        }
    }

    /// Puts a space before each word that has none, and before the first only at the start of a text.
    private mutating func addSpaces(isStart: Bool) {
        var (newText, newRanges): ([UInt8], [Range<Int>]) = ([], [])
        newText.reserveCapacity(text.count + ranges.count)
        for range in ranges {
            let start = newText.count
            if text[range.lowerBound] != 0x20, isStart || range.lowerBound > 0 { newText.append(0x20) }
            newText += text[range]
            newRanges.append(start..<newText.count)
        }
        (text, ranges) = (newText, newRanges)
    }

    private mutating func divide(by pattern: SplitPattern, _ behavior: PreTokenizer.Behavior, isInverted: Bool) throws {
        var division = Division(behavior)
        try text.withUnsafeBytes { text in
            for range in ranges {
                var end = range.lowerBound
                let word = UnsafeRawBufferPointer(rebasing: text[range])
                try pattern.forEachMatch(in: word) { match in
                    let found = match.lowerBound + range.lowerBound..<match.upperBound + range.lowerBound
                    if end < found.lowerBound { division.add(end..<found.lowerBound, isMatch: isInverted) }
                    division.add(found, isMatch: !isInverted)
                    end = found.upperBound
                }
                if end < range.upperBound { division.add(end..<range.upperBound, isMatch: isInverted) }
                division.endWord()
            }
        }
        ranges = division.ranges
    }

    /// Divides the words at the characters that a test finds.
    private mutating func divide(_ behavior: PreTokenizer.Behavior, _ isFound: (Unicode.Scalar) -> Bool) {
        var division = Division(behavior)
        text.withUnsafeBytes { text in
            for range in ranges {
                var (start, position) = (range.lowerBound, range.lowerBound)
                while position < range.upperBound {
                    let end = position + text.characterLength(at: position)
                    if let scalar = Unicode.Scalar(text.character(at: position)), isFound(scalar) {
                        if start < position { division.add(start..<position, isMatch: false) }
                        division.add(position..<end, isMatch: true)
                        start = end
                    }
                    position = end
                }
                if start < range.upperBound { division.add(start..<range.upperBound, isMatch: false) }
                division.endWord()
            }
        }
        ranges = division.ranges
    }
}

/// Collects the words that a division leaves.
private struct Division {
    private(set) var ranges: [Range<Int>] = []
    private let behavior: PreTokenizer.Behavior
    /// Whether the last range may still grow: it is of the same word.
    private var isOpen = false
    private var wasMatch = false

    init(_ behavior: PreTokenizer.Behavior) {
        self.behavior = behavior
    }

    /// Adds what follows in a word.
    mutating func add(_ range: Range<Int>, isMatch: Bool) {
        let joins: Bool =
            switch behavior {
            case .removed, .isolated: false
            case .mergedWithPrevious: isMatch && !wasMatch
            case .mergedWithNext: wasMatch && !isMatch
            case .contiguous: isMatch == wasMatch
            }
        if behavior == .removed, isMatch {
            isOpen = false
        } else if isOpen, joins, let last = ranges.popLast() {
            ranges.append(last.lowerBound..<range.upperBound)
        } else {
            ranges.append(range)
            isOpen = true
        }
        wasMatch = isMatch
    }

    /// What follows is of another word.
    mutating func endWord() {
        isOpen = false
        wasMatch = false
    }
}

extension Unicode.Scalar {
    /// Whether BERT takes it for punctuation: all signs of ASCII, and Unicode's punctuation.
    var isPunctuationForBert: Bool {
        switch value {
        case 0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E: true
        default: value >= 0x80 && properties.generalCategory.isPunctuation
        }
    }
}
