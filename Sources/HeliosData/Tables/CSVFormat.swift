/// How a table is written as text.
public struct CSVFormat: Sendable {
    /// The character between two cells, one byte of ASCII; a tab for `.tsv`.
    public var delimiter: Character
    /// Whether the first line has the names of the columns. Otherwise they are called by their numbers.
    public var hasHeader: Bool
    /// The value of an empty cell, for example `.nan`; `nil` makes it an error.
    public var emptyCell: Double?

    /// The usual format: commas, and names in the first line.
    public init(delimiter: Character = ",", hasHeader: Bool = true, emptyCell: Double? = nil) {
        self.delimiter = delimiter
        self.hasHeader = hasHeader
        self.emptyCell = emptyCell
    }

    /// The delimiter as a byte.
    ///
    /// - Throws: `DataError` for a character that may be part of a cell.
    var delimiterByte: UInt8 {
        get throws {
            guard let byte = delimiter.asciiValue, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\n"),
                byte != UInt8(ascii: "\r")
            else { throw DataError("'\(delimiter)' cannot be the delimiter of a table; take ',', ';', ' ' or '\\t'") }
            return byte
        }
    }
}

/// A column of a table: by its name, or by its number from 0; negative numbers count from the last one.
public enum CSVColumn: Sendable, Hashable, ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
    case name(String)
    case number(Int)

    public init(stringLiteral name: String) {
        self = .name(name)
    }

    public init(integerLiteral number: Int) {
        self = .number(number)
    }

    /// The number of this column in a table.
    ///
    /// - Throws: an error without the path if there is no such column, or two of this name.
    func index(in names: [String]) throws -> Int {
        switch self {
        case .number(let number):
            let index = number < 0 ? number + names.count : number
            guard names.indices.contains(index) else {
                throw FormatFault.invalid("has no column \(number): it has \(names.count) columns")
            }
            return index
        case .name(let name):
            let indices = names.indices.filter { names[$0] == name }
            guard let index = indices.first else {
                let known = names.prefix(20).map { "'\($0.shortened)'" }.joined(separator: ", ")
                throw FormatFault.invalid("has no column '\(name.shortened)'; its columns are \(known)")
            }
            guard indices.count == 1 else {
                throw FormatFault.invalid("has \(indices.count) columns '\(name.shortened)': choose one by its number")
            }
            return index
        }
    }
}
