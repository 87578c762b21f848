import Torch
import TorchSerialization

/// Divides a text into records and cells, strictly by RFC 4180.
///
/// The usual readers accept too much, and guess what a quote in the middle of a cell or text after a closing quote
/// means. Here anything ambiguous is an error with its line and column. Each cell keeps its place, so that errors about
/// its contents can say where it is. Nothing is copied.
///
/// The bytes must stay where they are as long as the scanner is used.
struct CSVScanner {
    /// A cell: the bytes from `start` up to, but not including, `end`, without the quotes around them.
    struct Cell {
        var start: Int
        var end: Int
        /// Whether there were quotes around it.
        var isQuoted = false
        /// Whether it has doubled quotes in it, each of which means a single one.
        var hasDoubledQuotes = false
    }

    private let bytes: UnsafeRawBufferPointer
    private let delimiter: UInt8
    private let path: String
    private var position = 0
    /// Where a look ahead found something other than the ends of lines.
    private var knownText = 0

    private static let quote = UInt8(ascii: "\"")
    private static let newline = UInt8(ascii: "\n")
    private static let carriageReturn = UInt8(ascii: "\r")

    /// - Throws: `DataFileError` if the first bytes are those of another encoding than UTF-8.
    init(_ bytes: UnsafeRawBufferPointer, delimiter: UInt8, path: String) throws {
        self.bytes = bytes
        self.delimiter = delimiter
        self.path = path
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
            throw DataFileError(path: path, reason: "it is text in UTF-16; save it as UTF-8", kind: .unsupported)
        }
        // What some programs begin a text in UTF-8 with.
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    }

    /// Puts the cells of the next record into an array.
    ///
    /// - Returns: false at the end. Empty lines at the end are none, anywhere else they are records of an empty cell.
    mutating func next(_ cells: inout [Cell]) throws -> Bool {
        cells.removeAll(keepingCapacity: true)
        guard hasText() else { return false }
        while try nextCell(&cells) {}
        return true
    }

    /// Whether anything but the ends of lines follows.
    private mutating func hasText() -> Bool {
        guard position >= knownText else { return true }
        var index = position
        while index < bytes.count, bytes[index] == CSVScanner.newline || bytes[index] == CSVScanner.carriageReturn {
            index += 1
        }
        knownText = index
        return index < bytes.count
    }

    /// Adds the next cell, and returns whether another follows in the same record.
    private mutating func nextCell(_ cells: inout [Cell]) throws -> Bool {
        if position < bytes.count, bytes[position] == CSVScanner.quote {
            cells.append(try quotedCell())
        } else {
            let start = position
            var index = start
            while index < bytes.count {
                let byte = bytes[index]
                if byte == delimiter || byte == CSVScanner.newline || byte == CSVScanner.carriageReturn { break }
                guard byte != CSVScanner.quote else {
                    throw fault(
                        "a quote is inside of a cell; put quotes around the cell and double this one", at: index)
                }
                index += 1
            }
            position = index
            cells.append(Cell(start: start, end: index))
        }
        return try takeSeparator()
    }

    private mutating func quotedCell() throws -> Cell {
        let opening = position
        var cell = Cell(start: opening + 1, end: opening + 1, isQuoted: true)
        var index = opening + 1
        while index < bytes.count {
            guard bytes[index] == CSVScanner.quote else {
                index += 1
                continue
            }
            guard index + 1 < bytes.count, bytes[index + 1] == CSVScanner.quote else {
                cell.end = index
                position = index + 1
                return cell
            }
            cell.hasDoubledQuotes = true
            index += 2
        }
        throw fault("the quotes that begin here do not end", at: opening)
    }

    /// Moves past what ends a cell, and returns whether another follows in the same record.
    private mutating func takeSeparator() throws -> Bool {
        guard position < bytes.count else { return false }
        switch bytes[position] {
        case delimiter:
            position += 1
            return true
        case CSVScanner.newline:
            position += 1
            return false
        case CSVScanner.carriageReturn:
            guard position + 1 < bytes.count, bytes[position + 1] == CSVScanner.newline else {
                throw fault("a carriage return is not followed by a line feed", at: position)
            }
            position += 2
            return false
        default: throw fault("text follows the closing quotes of a cell", at: position)
        }
    }

    /// The text of a cell.
    ///
    /// - Throws: if it is not UTF-8.
    func text(_ cell: Cell) throws -> String {
        let part = UnsafeRawBufferPointer(rebasing: bytes[cell.start..<cell.end])
        let text: String?
        if cell.hasDoubledQuotes {
            // In bytes: a mark that follows a quote would make one character of both.
            var isSecond = false
            let single = part.filter { byte in
                isSecond = byte == UInt8(ascii: "\"") && !isSecond
                return byte != UInt8(ascii: "\"") || isSecond
            }
            text = String(validating: single, as: UTF8.self)
        } else {
            text = String(validating: part, as: UTF8.self)
        }
        guard let text else { throw fault("a cell is not text in UTF-8", at: cell.start) }
        return text
    }

    /// The contents of a cell for an error, even if they are not valid text.
    func excerpt(_ cell: Cell) -> String {
        String(decoding: bytes[cell.start..<min(cell.end, cell.start + 400)], as: UTF8.self).shortened
    }

    /// An error about a place in the text.
    func fault(_ reason: String, at offset: Int) -> DataFileError {
        DataFileError(path: path, place: bytes.textPlace(of: offset), reason: reason)
    }
}

extension UnsafeRawBufferPointer {
    /// The line and column of a byte in a text in UTF-8. They are counted only when an error needs them.
    func textPlace(of offset: Int) -> DataFileError.Place {
        var (line, lineStart) = (1, starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0)
        for index in 0..<Swift.min(offset, count) where self[index] == UInt8(ascii: "\n") {
            (line, lineStart) = (line + 1, index + 1)
        }
        // Each character has one byte that does not continue another.
        let column = self[lineStart..<Swift.max(lineStart, Swift.min(offset, count))].count { $0 & 0xC0 != 0x80 }
        return .line(line, column: column + 1)
    }
}
