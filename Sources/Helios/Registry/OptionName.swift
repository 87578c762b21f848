/// The rule by which PyTorch's spelling of an option and Swift's are the same: `weight_decay` is `weightDecay`, `lr` is
/// `learningRate`, `T_max` is `tMax`.
///
/// Case and underscores do not count, and PyTorch's abbreviations are the words that they stand for.
enum OptionName {
    /// What PyTorch abbreviates and Swift writes out.
    private static let words = [
        "lr": "learningrate", "lambd": "lambda", "iter": "iterations", "eval": "evaluations", "grad": "gradient",
        "init": "initial", "fn": "",
    ]

    /// The same for all spellings of an option.
    static func key(_ name: String) -> String {
        var words: [String] = []
        var word = ""
        var isAfterCapital = true
        for character in name {
            if character == "_" || (character.isUppercase && !isAfterCapital) {
                words.append(word)
                word = ""
            }
            if character != "_" { word += character.lowercased() }
            isAfterCapital = character.isUppercase || character == "_"
        }
        words.append(word)
        return words.map { Self.words[$0] ?? $0 }.joined()
    }
}
