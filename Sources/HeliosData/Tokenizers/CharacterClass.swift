/// A set of characters, as a pattern describes it.
struct CharacterClass: Sendable, Equatable {
    /// A part of the set.
    enum Item: Sendable, Equatable {
        case range(ClosedRange<UInt32>)
        /// Unicode's general categories, one bit each.
        case categories(UInt32, isNegated: Bool)
        /// White space, `\s`.
        case space(isNegated: Bool)
        /// Letters, marks, numbers and connecting punctuation, `\w`.
        case word(isNegated: Bool)
    }

    private let items: [Item]
    private let isNegated: Bool
    /// One bit for each character of ASCII.
    private let low: UInt64
    private let high: UInt64

    init(_ items: [Item], isNegated: Bool = false) {
        self.items = items
        self.isNegated = isNegated
        var (low, high): (UInt64, UInt64) = (0, 0)
        for value in UInt32(0)..<128 where CharacterClass.contains(items, value) != isNegated {
            if value < 64 { low |= 1 << UInt64(value) } else { high |= 1 << UInt64(value - 64) }
        }
        self.low = low
        self.high = high
    }

    /// Whether a character is in the set.
    @inline(__always)
    func contains(_ value: UInt32) -> Bool {
        if value < 64 { return low >> UInt64(value) & 1 == 1 }
        if value < 128 { return high >> UInt64(value - 64) & 1 == 1 }
        return CharacterClass.contains(items, value) != isNegated
    }

    private static func contains(_ items: [Item], _ value: UInt32) -> Bool {
        guard let scalar = Unicode.Scalar(value) else { return false }
        return items.contains { item in
            switch item {
            case .range(let range): range.contains(value)
            case .categories(let mask, let isNegated):
                (mask >> UInt32(scalar.properties.generalCategory.bit) & 1 == 1) != isNegated
            case .space(let isNegated): scalar.properties.isWhitespace != isNegated
            case .word(let isNegated):
                (wordCategories >> UInt32(scalar.properties.generalCategory.bit) & 1 == 1) != isNegated
            }
        }
    }

    /// The categories that a name stands for: one of two letters, or all that begin with one letter.
    static func categories(_ name: String) -> UInt32? {
        let found = UInt32(0)..<30
        let mask = found.reduce(UInt32(0)) { mask, bit in
            Unicode.GeneralCategory.names[Int(bit)].hasPrefix(name) ? mask | 1 << bit : mask
        }
        return (1...2).contains(name.utf8.count) && mask != 0 ? mask : nil
    }

    private static let wordCategories = ["L", "M", "N", "Pc"].reduce(UInt32(0)) { $0 | (categories($1) ?? 0) }
}

extension Unicode.GeneralCategory {
    /// The names of the categories, in the order of their bits.
    fileprivate static let names = [
        "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po",
        "Sm",
        "Sc", "Sk", "So", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co", "Cn",
    ]

    /// The number of the category in `names`.
    fileprivate var bit: Int {
        switch self {
        case .uppercaseLetter: 0
        case .lowercaseLetter: 1
        case .titlecaseLetter: 2
        case .modifierLetter: 3
        case .otherLetter: 4
        case .nonspacingMark: 5
        case .spacingMark: 6
        case .enclosingMark: 7
        case .decimalNumber: 8
        case .letterNumber: 9
        case .otherNumber: 10
        case .connectorPunctuation: 11
        case .dashPunctuation: 12
        case .openPunctuation: 13
        case .closePunctuation: 14
        case .initialPunctuation: 15
        case .finalPunctuation: 16
        case .otherPunctuation: 17
        case .mathSymbol: 18
        case .currencySymbol: 19
        case .modifierSymbol: 20
        case .otherSymbol: 21
        case .spaceSeparator: 22
        case .lineSeparator: 23
        case .paragraphSeparator: 24
        case .control: 25
        case .format: 26
        case .surrogate: 27
        case .privateUse: 28
        case .unassigned: 29
        @unknown default: 29
        }
    }

    /// Whether it is one of the categories of punctuation.
    var isPunctuation: Bool { (11...17).contains(bit) }

    /// Whether it is one of the categories of numbers.
    var isNumber: Bool { (8...10).contains(bit) }
}
