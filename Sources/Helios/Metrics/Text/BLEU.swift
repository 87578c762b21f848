import Foundation

/// BLEU over a whole corpus, from 0 to 1: the fraction of the n-grams of translations that are in the references.
///
/// The method is from K. Papineni et al., BLEU: a method for automatic evaluation of machine translation (2002). The
/// default is torchmetrics' `BLEUScore`. `.exponential` is the default of sacrebleu, whose score is 100 times as large.
public final class BLEU: Metric {
    /// How to count an n-gram length without any match, which would make the whole score 0; the options are those of
    /// sacrebleu.
    public enum Smoothing: Sendable, Hashable {
        /// 0.
        case none
        /// Adds the number to the matches and the n-grams of every length above 1. With 1, it is torchmetrics'
        /// `smooth`, except that torchmetrics returns 0 if a length has no match.
        case add(Double = 1)
        /// Uses this number as the number of matches.
        case floor(Double = 0.1)
        /// The first such length counts as half a match, the next as a quarter, and so on.
        case exponential
    }

    public var state = MetricState()
    private let maxLength: Int
    private let smoothing: Smoothing

    /// Creates a metric that has not seen any translations.
    ///
    /// - Parameters:
    ///   - maxLength: the maximum length of an n-gram.
    ///   - smoothing: how to count a length without any match.
    public init(maxLength: Int = 4, smoothing: Smoothing = .none) {
        (self.maxLength, self.smoothing) = (maxLength, smoothing)
    }

    public var sumShapes: [String: [Int]] { ["matches": [maxLength], "ngrams": [maxLength]] }

    /// Adds translations with one or more references each, all split at white space.
    ///
    /// - Throws: `MetricError` if the numbers of translations and references differ, or if a translation has no
    ///   reference.
    public func update(_ translations: [String], _ references: [[String]]) throws {
        let tokens = { (text: String) in text.split(whereSeparator: \.isWhitespace).map(String.init) }
        try update(tokens: translations.map(tokens), references.map { $0.map(tokens) })
    }

    /// Adds translations with one or more references each, all as tokens.
    ///
    /// - Throws: `MetricError` if the numbers of translations and references differ, or if a translation has no
    ///   reference.
    public func update(tokens translations: [[String]], _ references: [[[String]]]) throws {
        guard maxLength >= 1 else { throw MetricError("BLEU: maxLength is \(maxLength), and must be at least 1") }
        guard translations.count == references.count, !references.contains(where: \.isEmpty) else {
            throw MetricError(
                "BLEU: there are \(translations.count) translations and references for \(references.count); each "
                    + "translation needs at least one reference")
        }
        var matches = Array(repeating: 0, count: maxLength)
        var ngrams = matches
        var (length, referenceLength) = (0, 0)
        for (translation, references) in zip(translations, references) {
            length += translation.count
            // The reference whose length is nearest; of two, the shorter.
            referenceLength +=
                references.map(\.count).min { (abs($0 - translation.count), $0) < (abs($1 - translation.count), $1) }
                ?? 0
            for size in 1...maxLength {
                let found = Self.counts(translation, size)
                let allowed = references.map { Self.counts($0, size) }.reduce(into: [:]) { all, one in
                    all.merge(one, uniquingKeysWith: max)
                }
                ngrams[size - 1] += max(0, translation.count - size + 1)
                matches[size - 1] += found.reduce(0) { $0 + min($1.value, allowed[$1.key] ?? 0) }
            }
        }
        var next = state
        try next.add("matches", Tensor(matches))
        try next.add("ngrams", Tensor(ngrams))
        try next.add("length", length)
        try next.add("reference_length", referenceLength)
        try next.add("count", translations.count)
        state = next
    }

    public func compute() throws -> Double {
        guard try state.number("count") > 0 else { return .nan }
        let (matches, ngrams) = (try state.numbers("matches"), try state.numbers("ngrams"))
        guard let first = matches.first, first > 0 else { return 0 }
        var (logarithms, missing) = (0.0, 0)
        for size in matches.indices {
            var (top, bottom) = (matches[size], ngrams[size])
            if case .add(let number) = smoothing, size > 0 { (top, bottom) = (top + number, bottom + number) }
            if top == 0 {
                missing += 1
                switch smoothing {
                case .none, .add: return 0
                case .floor(let number): top = number
                case .exponential: top = pow(0.5, Double(missing))
                }
            }
            guard bottom > 0, top > 0 else { return 0 }
            logarithms += log(top / bottom)
        }
        let (length, referenceLength) = (try state.number("length"), try state.number("reference_length"))
        let penalty = length > referenceLength ? 1 : exp(1 - referenceLength / length)
        return penalty * exp(logarithms / Double(maxLength))
    }

    private static func counts(_ tokens: [String], _ size: Int) -> [ArraySlice<String>: Int] {
        guard tokens.count >= size else { return [:] }
        return (0...(tokens.count - size)).reduce(into: [:]) { $0[tokens[$1..<($1 + size)], default: 0] += 1 }
    }
}
