import Foundation
import Torch
import TorchSerialization

/// Reads columns of numbers from a table in one pass.
struct NumericTableReader {
    /// The names of all columns; their numbers if the table has no names.
    let names: [String]
    private let path: String
    private let format: CSVFormat
    private let delimiter: UInt8
    private let memory: MappedFile

    init(_ url: URL, _ format: CSVFormat) throws {
        delimiter = try format.delimiterByte
        let file = try DataFile(url, expecting: "a table (CSV)")
        path = file.path
        self.format = format
        let memory = try file.map()
        self.memory = memory
        defer { withExtendedLifetime(memory) {} }
        var scanner = try CSVScanner(memory.bytes, delimiter: delimiter, path: path)
        var cells: [CSVScanner.Cell] = []
        guard try scanner.next(&cells) else { throw file.fault("it is empty, and a table is expected") }
        names = try format.hasHeader ? cells.map { try scanner.text($0) } : cells.indices.map { "\($0)" }
    }

    /// The numbers of some columns.
    func indices(_ columns: [CSVColumn]) throws -> [Int] {
        try naming(path) { try columns.map { try $0.index(in: names) } }
    }

    /// Reads the whole table.
    ///
    /// - Parameter groups: columns that become a tensor together, and its type.
    /// - Returns: for each group a tensor `[rows, columns]`.
    func read(_ groups: [(columns: [Int], dtype: DType)]) throws -> [Tensor] {
        defer { withExtendedLifetime(memory) {} }
        let bytes = memory.bytes
        var scanner = try CSVScanner(bytes, delimiter: delimiter, path: path)
        var cells: [CSVScanner.Cell] = []
        cells.reserveCapacity(names.count)
        if format.hasHeader { _ = try scanner.next(&cells) }
        var outputs = try groups.map { try Output(columns: $0.columns, dtype: $0.dtype) }
        var rowCount = 0
        while try scanner.next(&cells) {
            guard cells.count == names.count else { throw wrongCount(cells, scanner) }
            for index in outputs.indices {
                if let bad = outputs[index].add(cells, bytes, format.emptyCell) {
                    throw fault(cells[bad], bad, outputs[index].kind, scanner)
                }
            }
            rowCount += 1
        }
        guard rowCount > 0 else {
            throw DataFileError(path: path, reason: "it has no rows" + (format.hasHeader ? " below its header" : ""))
        }
        return try outputs.map { try $0.tensor(rowCount) }
    }

    /// The error for a record with another number of cells.
    private func wrongCount(_ cells: [CSVScanner.Cell], _ scanner: CSVScanner) -> DataFileError {
        let isEmpty = cells.count == 1 && cells[0].start == cells[0].end && !cells[0].isQuoted
        let start = cells[0].isQuoted ? cells[0].start - 1 : cells[0].start
        return scanner.fault(
            isEmpty
                ? "the line is empty, and \(names.count) cells are expected"
                : "the record has \(cells.count) cells, and \(names.count) are expected", at: start)
    }

    /// The error for a cell that is no number.
    private func fault(
        _ cell: CSVScanner.Cell, _ column: Int, _ kind: Output.Kind, _ scanner: CSVScanner
    ) -> DataFileError {
        let name = format.hasHeader ? "'\(names[column].shortened)'" : "\(column)"
        if cell.start == cell.end, let number = format.emptyCell {
            return scanner.fault(
                "the cell in column \(name) is empty, and 'emptyCell' of the format is \(number), which is "
                    + kind.missing, at: cell.start)
        }
        if cell.start == cell.end {
            return scanner.fault(
                "the cell in column \(name) is empty; 'emptyCell' of the format can give it a number", at: cell.start)
        }
        return scanner.fault(
            "the cell in column \(name) holds '\(scanner.excerpt(cell))', which is \(kind.missing)", at: cell.start)
    }
}

/// The numbers of some columns, row after row.
private struct Output {
    enum Kind {
        case floats
        case doubles
        case integers

        /// For messages about what is not of this kind.
        var missing: String {
            switch self {
            case .floats: "no number of 32 bits"
            case .doubles: "no number"
            case .integers: "no integer of 64 bits"
            }
        }
    }

    let kind: Kind
    private let columns: [Int]
    private var floats: [Float] = []
    private var doubles: [Double] = []
    private var integers: [Int] = []

    init(columns: [Int], dtype: DType) throws {
        self.columns = columns
        switch dtype {
        case .float32: kind = .floats
        case .float64: kind = .doubles
        case .int64: kind = .integers
        default: throw DataError("a table is read as float32, float64 or int64, not as \(dtype)")
        }
    }

    /// Adds the numbers of a record.
    ///
    /// - Returns: the first column that holds no number; `nil` if there is none.
    mutating func add(_ cells: [CSVScanner.Cell], _ bytes: UnsafeRawBufferPointer, _ emptyCell: Double?) -> Int? {
        for column in columns {
            var (start, end) = (cells[column].start, cells[column].end)
            while start < end, bytes[start] == 0x20 || bytes[start] == 0x09 { start += 1 }
            while start < end, bytes[end - 1] == 0x20 || bytes[end - 1] == 0x09 { end -= 1 }
            if kind == .integers {
                let empty = start == end ? emptyCell.flatMap { Int(exactly: $0) } : nil
                guard let number = empty ?? NumberParser.integer(bytes, start, end) else { return column }
                integers.append(number)
            } else {
                let empty = start == end ? emptyCell : nil
                guard let number = empty ?? NumberParser.real(bytes, start, end) else { return column }
                if kind == .floats {
                    let float = Float(number)
                    // Too large for 32 bits: infinity would be silently wrong.
                    guard float.isFinite || !number.isFinite else { return column }
                    floats.append(float)
                } else {
                    doubles.append(number)
                }
            }
        }
        return nil
    }

    func tensor(_ rowCount: Int) throws -> Tensor {
        let shape = [rowCount, columns.count]
        return switch kind {
        case .floats: try Tensor(floats, shape: shape)
        case .doubles: try Tensor(doubles, shape: shape)
        case .integers: try Tensor(integers, shape: shape)
        }
    }
}
