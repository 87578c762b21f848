import Torch

/// A regular expression that divides a text into words, as tokenizer files have them.
///
/// The usual engines differ in details that change results, such as what `\s` means. The meaning here is that of
/// Oniguruma, which the package `tokenizers` uses: characters are Unicode's, `\s` is all white space, and alternatives
/// are tried in order. It supports what such patterns consist of: characters and classes with Unicode's categories,
/// groups, alternatives, repetitions (also possessive ones), looking ahead, and `(?i:…)` for letters of ASCII. Anything
/// else is an error.
struct SplitPattern: Sendable, Equatable {
    /// A step of the program that a pattern is compiled to. Classes of characters are named by their numbers.
    enum Step: Sendable, Equatable {
        /// One character of a class.
        case one(Int)
        /// As many characters of a class as there are, or fewer if the rest does not fit otherwise.
        case many(Int, least: Int, most: Int, isPossessive: Bool)
        /// Goes on at the first step, and at the second if that does not fit.
        case choose(Int, Int)
        case jump(Int)
        /// Looks whether the steps up to an `accept`, which come next, fit here or not, and goes on at `next`.
        case look(isNegative: Bool, next: Int)
        case accept
    }

    let steps: [Step]
    let classes: [CharacterClass]

    /// - Throws: an error without the path for a pattern that is damaged, or not supported.
    init(_ pattern: String) throws {
        var compiler = SplitPatternCompiler(pattern)
        (steps, classes) = try compiler.compile()
    }

    /// The pattern of one text, whose characters all mean themselves.
    init(literal text: String) {
        classes = text.unicodeScalars.map { CharacterClass([.range($0.value...$0.value)]) }
        steps = classes.indices.map { .one($0) } + [.accept]
    }
}

/// Translates a pattern into steps.
private struct SplitPatternCompiler {
    private let pattern: String
    private let scalars: [Unicode.Scalar]
    private var position = 0
    private var steps: [SplitPattern.Step] = []
    private var classes: [CharacterClass] = []
    private var ignoresCase = false
    private var depth = 0

    /// The most steps of a program; repetitions of groups are written out.
    private static let greatestStepCount = 10_000

    init(_ pattern: String) {
        self.pattern = pattern
        scalars = Array(pattern.unicodeScalars)
    }

    mutating func compile() throws -> ([SplitPattern.Step], [CharacterClass]) {
        try alternatives()
        guard position == scalars.count else { throw fault("a parenthesis is not open") }
        steps.append(.accept)
        return (steps, classes)
    }

    private var next: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

    private mutating func take(_ text: String) -> Bool {
        let wanted = Array(text.unicodeScalars)
        guard scalars[position...].starts(with: wanted) else { return false }
        position += wanted.count
        return true
    }

    private func fault(_ what: String) -> FormatFault {
        .unsupported(
            "the pattern '\(String(pattern.prefix(200)))' is not supported: \(what) (at character \(position))")
    }

    // MARK: Structure

    private mutating func alternatives() throws {
        depth += 1
        defer { depth -= 1 }
        guard depth <= 20 else { throw fault("it is nested too deep") }
        // Where each alternative jumps to at its end is known only after the last.
        var ends: [Int] = []
        while true {
            let start = steps.count
            steps.append(.choose(0, 0))
            try sequence()
            guard take("|") else {
                steps[start] = .jump(start + 1)
                break
            }
            ends.append(steps.count)
            steps.append(.jump(0))
            steps[start] = .choose(start + 1, steps.count)
        }
        for end in ends { steps[end] = .jump(steps.count) }
    }

    private mutating func sequence() throws {
        while let scalar = next, scalar != "|", scalar != ")" {
            guard steps.count <= SplitPatternCompiler.greatestStepCount else { throw fault("it is too long") }
            try item()
        }
    }

    private mutating func item() throws {
        let start = steps.count
        if next == "(" {
            let isLook = try group()
            guard !isLook else { return }
        } else {
            steps.append(.one(classes.count))
            classes.append(try characterClass())
        }
        guard let (least, most) = try quantifier() else { return }
        let isPossessive = take("+")
        guard isPossessive || !take("?") else { throw fault("a repetition that prefers fewer characters") }
        let body = Array(steps[start...])
        steps.removeSubrange(start...)
        if body.count == 1, case .one(let set) = body[0] {
            steps.append(.many(set, least: least, most: most, isPossessive: isPossessive))
        } else {
            guard !isPossessive, most < .max else { throw fault("a group that repeats without end") }
            try repeatGroup(body, at: start, least, most)
        }
    }

    /// Writes a group out as often as it may come.
    private mutating func repeatGroup(_ body: [SplitPattern.Step], at start: Int, _ least: Int, _ most: Int) throws {
        guard body.count * most <= SplitPatternCompiler.greatestStepCount else { throw fault("it is too long") }
        let end = start + body.count * most + (most - least)
        for time in 0..<most {
            if time >= least { steps.append(.choose(steps.count + 1, end)) }
            let offset = steps.count - start
            steps += body.map { step in
                switch step {
                case .choose(let first, let second): .choose(first + offset, second + offset)
                case .jump(let target): .jump(target + offset)
                case .look(let isNegative, let next): .look(isNegative: isNegative, next: next + offset)
                default: step
                }
            }
        }
    }

    /// Reads a group, and returns whether it only looks ahead.
    private mutating func group() throws -> Bool {
        position += 1
        let before = ignoresCase
        defer { ignoresCase = before }
        var look: Int?
        if take("?:") {
        } else if take("?i:") {
            ignoresCase = true
        } else if take("?!") || take("?=") {
            look = steps.count
            steps.append(.look(isNegative: scalars[position - 1] == "!", next: 0))
        } else if next == "?" {
            throw fault("a group of this kind")
        }
        try alternatives()
        guard take(")") else { throw fault("a parenthesis is not closed") }
        guard let look, case .look(let isNegative, _) = steps[look] else { return false }
        steps.append(.accept)
        steps[look] = .look(isNegative: isNegative, next: steps.count)
        return true
    }

    private mutating func quantifier() throws -> (least: Int, most: Int)? {
        if take("?") { return (0, 1) }
        if take("*") { return (0, .max) }
        if take("+") { return (1, .max) }
        guard take("{") else { return nil }
        let least = number()
        guard take(",") else {
            guard let least, take("}") else { throw fault("this count") }
            return (least, least)
        }
        let most = number()
        guard take("}"), least != nil || most != nil, least ?? 0 <= most ?? .max else { throw fault("this count") }
        return (least ?? 0, most ?? .max)
    }

    private mutating func number() -> Int? {
        var digits = ""
        while let scalar = next, ("0"..."9").contains(scalar), digits.count < 4 {
            digits.unicodeScalars.append(scalar)
            position += 1
        }
        return Int(digits)
    }

    // MARK: Characters

    private mutating func characterClass() throws -> CharacterClass {
        guard let scalar = next else { throw fault("it ends too early") }
        switch scalar {
        case "[": return try bracketed()
        case "\\": return CharacterClass([try escape()])
        case ".":
            position += 1
            return CharacterClass([.range(0x0A...0x0A)], isNegated: true)
        case "^", "$", "*", "+", "?", "{", "}", "]": throw fault("'\(scalar)' here")
        default:
            position += 1
            return CharacterClass(try cases(scalar.value...scalar.value))
        }
    }

    private mutating func bracketed() throws -> CharacterClass {
        position += 1
        let isNegated = take("^")
        var items: [CharacterClass.Item] = []
        while !take("]") {
            guard let scalar = next else { throw fault("a bracket is not closed") }
            guard scalar != "[", !(scalar == "&" && scalars[position...].starts(with: ["&", "&"])) else {
                throw fault("a class in a class")
            }
            let item: CharacterClass.Item
            if scalar == "\\" {
                item = try escape()
            } else {
                position += 1
                item = .range(scalar.value...scalar.value)
            }
            guard case .range(let first) = item, next == "-", position + 1 < scalars.count, scalars[position + 1] != "]"
            else {
                if case .range(let range) = item { items += try cases(range) } else { items.append(item) }
                continue
            }
            position += 1
            guard let last = next, last != "\\", last != "[", last.value >= first.lowerBound else {
                throw fault("this range of characters")
            }
            position += 1
            items += try cases(first.lowerBound...last.value)
        }
        guard !items.isEmpty else { throw fault("a class without characters") }
        return CharacterClass(items, isNegated: isNegated)
    }

    private mutating func escape() throws -> CharacterClass.Item {
        position += 1
        guard let scalar = next else { throw fault("it ends too early") }
        position += 1
        switch scalar {
        case "s", "S": return .space(isNegated: scalar == "S")
        case "w", "W": return .word(isNegated: scalar == "W")
        case "d", "D": return .categories(CharacterClass.categories("Nd") ?? 0, isNegated: scalar == "D")
        case "n": return .range(0x0A...0x0A)
        case "r": return .range(0x0D...0x0D)
        case "t": return .range(0x09...0x09)
        case "f": return .range(0x0C...0x0C)
        case "v": return .range(0x0B...0x0B)
        case "p", "P":
            guard take("{"), let end = scalars[position...].firstIndex(of: "}") else { throw fault("this category") }
            var name = String(String.UnicodeScalarView(scalars[position..<end]))
            let isNegated = name.hasPrefix("^")
            if isNegated { name.removeFirst() }
            guard let mask = CharacterClass.categories(name) else { throw fault("the category '\(name)'") }
            position = end + 1
            return .categories(mask, isNegated: isNegated != (scalar == "P"))
        default:
            // Of letters and digits, only those above have a meaning here.
            guard scalar.isASCII, !scalar.properties.isAlphabetic, !("0"..."9").contains(scalar) else {
                throw fault("'\\\(scalar)'")
            }
            return .range(scalar.value...scalar.value)
        }
    }

    /// Characters, in both cases if the pattern asks for that.
    private func cases(_ range: ClosedRange<UInt32>) throws -> [CharacterClass.Item] {
        guard ignoresCase else { return [.range(range)] }
        guard range.upperBound < 0x80 else { throw fault("letters beyond ASCII in '(?i:'") }
        var items: [CharacterClass.Item] = [.range(range)]
        for value in range {
            let lower = value | 0x20
            guard (0x61...0x7A).contains(lower) else { continue }
            items.append(.range(lower...lower))
            items.append(.range((lower - 0x20)...(lower - 0x20)))
            // Without regard to case, the long s equals s, and the kelvin sign equals k.
            if lower == 0x73 { items.append(.range(0x17F...0x17F)) }
            if lower == 0x6B { items.append(.range(0x212A...0x212A)) }
        }
        return items
    }
}
