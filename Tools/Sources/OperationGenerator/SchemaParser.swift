/// A text that is no schema, with the place where it stops being one.
public struct SchemaError: Error, CustomStringConvertible, Equatable {
    public var schema: String
    public var offset: Int
    public var expected: String

    public var description: String {
        "expected \(expected) at offset \(offset) of '\(schema)'"
    }
}

extension Schema {
    /// Reads one `func:` of `native_functions.yaml`.
    public init(parsing text: String) throws {
        var parser = SchemaParser(text)
        self = try parser.schema()
    }
}

/// Reads a schema from left to right, one method for each part of the grammar.
private struct SchemaParser {
    private let text: String
    private let characters: [Character]
    private var position = 0

    init(_ text: String) {
        self.text = text
        characters = Array(text)
    }

    mutating func schema() throws -> Schema {
        let name = try identifier()
        let overload = take(".") ? try identifier() : ""
        try expect("(")
        let arguments = try arguments()
        skipSpaces()
        try expect("-")
        try expect(">")
        let results = try results()
        skipSpaces()
        guard position == characters.count else { throw failure("the end") }
        return Schema(name: name, overload: overload, arguments: arguments, results: results)
    }

    // MARK: Arguments and results

    private mutating func arguments() throws -> [Schema.Argument] {
        var arguments: [Schema.Argument] = []
        var isKeywordOnly = false
        skipSpaces()
        if take(")") { return [] }
        repeat {
            skipSpaces()
            if take("*") {
                isKeywordOnly = true
                continue
            }
            let (type, alias) = try type()
            skipSpaces()
            let name = try identifier()
            let defaultValue = take("=") ? try defaultValue() : nil
            arguments.append(
                .init(name: name, type: type, alias: alias, defaultValue: defaultValue, isKeywordOnly: isKeywordOnly))
            skipSpaces()
        } while take(",")
        try expect(")")
        return arguments
    }

    private mutating func results() throws -> [Schema.Result] {
        skipSpaces()
        guard take("(") else { return [try result()] }
        skipSpaces()
        if take(")") { return [] }
        var results: [Schema.Result] = []
        repeat {
            skipSpaces()
            results.append(try result())
            skipSpaces()
        } while take(",")
        try expect(")")
        return results
    }

    private mutating func result() throws -> Schema.Result {
        let (type, alias) = try type()
        skipSpaces()
        let name = peek.map(isIdentifier) == true ? try identifier() : nil
        return .init(name: name, type: type, alias: alias)
    }

    /// A type with what stands in the middle of it: `Tensor(a!)[]`.
    private mutating func type() throws -> (Schema.ValueType, Schema.Alias?) {
        var type = Schema.ValueType(base: try identifier())
        let alias = take("(") ? try alias() : nil
        if take("?") { type.isOptional = true }
        if take("[") {
            type.isList = true
            type.hasOptionalElements = type.isOptional
            let digits = takeWhile { $0.isNumber }
            type.listCount = Int(digits)
            try expect("]")
            type.isOptional = take("?")
        }
        return (type, alias)
    }

    /// What stands between the parentheses: `a`, `a!`, `a|b`, `a -> *`.
    private mutating func alias() throws -> Schema.Alias {
        let inside = takeWhile { $0 != ")" }
        try expect(")")
        let before = inside.prefix { $0 != "-" }
        let sets = before.filter { $0 != "!" && $0 != " " }.split(separator: "|").map(String.init)
        return Schema.Alias(sets: sets, isWritten: before.contains("!"))
    }

    /// A default up to the next comma or parenthesis that is not inside brackets or quotes.
    private mutating func defaultValue() throws -> String {
        if let quote = peek, quote == "'" || quote == "\"" {
            return try "\"\(quoted(by: quote))\""
        }
        if take("[") {
            let inside = takeWhile { $0 != "]" }
            try expect("]")
            return "[\(inside)]"
        }
        let word = takeWhile { $0 != "," && $0 != ")" }
        guard !word.isEmpty else { throw failure("a default") }
        return word
    }

    /// What stands between quotes, with its backslashes.
    private mutating func quoted(by quote: Character) throws -> String {
        try expect(quote)
        var inside = ""
        while let character = peek, character != quote {
            inside.append(character)
            position += 1
            if character == "\\", let next = peek {
                inside.append(next)
                position += 1
            }
        }
        try expect(quote)
        return inside
    }

    // MARK: Characters

    private var peek: Character? {
        position < characters.count ? characters[position] : nil
    }

    private func isIdentifier(_ character: Character) -> Bool {
        character.isLetter || character.isNumber || character == "_"
    }

    private mutating func identifier() throws -> String {
        let name = takeWhile(isIdentifier)
        guard !name.isEmpty else { throw failure("a name") }
        return name
    }

    private mutating func takeWhile(_ condition: (Character) -> Bool) -> String {
        let taken = characters[position...].prefix(while: condition)
        position += taken.count
        return String(taken)
    }

    private mutating func take(_ character: Character) -> Bool {
        guard peek == character else { return false }
        position += 1
        return true
    }

    private mutating func expect(_ character: Character) throws {
        guard take(character) else { throw failure("'\(character)'") }
    }

    private mutating func skipSpaces() {
        while take(" ") {}
    }

    private func failure(_ expected: String) -> SchemaError {
        SchemaError(schema: text, offset: position, expected: expected)
    }
}
