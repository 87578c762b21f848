import Foundation
import Torch
import TorchSerialization

/// A list of files with their labels, in CSV or as JSON lines, from which data sets of images and sounds are made.
///
/// ```
/// path,label
/// birds/1.jpg,bird
/// cats/7.jpg,cat
/// ```
public struct Manifest: Sendable {
    /// One file of the list.
    public struct Entry: Sendable, Equatable {
        /// The path, as the list has it.
        public let path: String
        /// The file itself: a relative path starts at the folder that the list is in.
        public let url: URL
        /// What the list says in its label columns, in the order in which they were asked for. A cell of a table is an
        /// integer if it is spelled as one, or else a real number, or else a text.
        public let labels: [DataValue]
    }

    /// The path of the list.
    public let path: String
    /// The files, in the order of the list.
    public let entries: [Entry]

    /// Reads a list.
    ///
    /// - Parameters:
    ///   - file: CSV (`.csv`), the same with tabs (`.tsv`), or JSON lines (`.jsonl`, `.ndjson`, `.json`).
    ///   - pathColumn: the column or field that has the paths.
    ///   - labelColumns: those that have labels.
    ///   - format: how a table is written; its first line must have the names of the columns.
    /// - Throws: `DataFileError` with the line if a record lacks a column or a path, or is damaged.
    public init(
        file: URL, path pathColumn: String = "path", labels labelColumns: [String] = ["label"],
        format: CSVFormat? = nil
    ) throws {
        let list = file.path
        let folder = file.deletingLastPathComponent()
        func entry(_ path: String, _ labels: [DataValue]) -> Entry {
            Entry(
                path: path, url: path.hasPrefix("/") ? URL(filePath: path) : folder.appending(path: path),
                labels: labels)
        }
        switch file.pathExtension.lowercased() {
        case "jsonl", "ndjson", "json":
            entries = try Manifest.readJSONLines(file, pathColumn, labelColumns, entry)
        case "csv", "tsv":
            let delimiter: Character = file.pathExtension.lowercased() == "tsv" ? "\t" : ","
            entries = try Manifest.readTable(
                file, pathColumn, labelColumns, format ?? CSVFormat(delimiter: delimiter), entry)
        default:
            throw DataFileError(
                path: list, reason: "a list of files ends in .csv, .tsv, .jsonl or .ndjson, which tells how to read it",
                kind: .unsupported)
        }
        path = list
    }

    /// The classes that the texts in a label column name, in alphabetical order (of their Unicode scalars).
    ///
    /// - Throws: `DataFileError` for a label that is not a text.
    public func classes(label: Int = 0) throws -> [String] {
        var names: Set<String> = []
        for entry in entries {
            guard entry.labels.indices.contains(label), let name = entry.labels[label].string else {
                throw DataFileError(
                    path: path, reason: "the label of '\(entry.path.shortened)' is not the name of a class")
            }
            names.insert(name)
        }
        return names.sorted { $0.unicodeScalars.lexicographicallyPrecedes($1.unicodeScalars) }
    }

    private static func readTable(
        _ url: URL, _ pathColumn: String, _ labelColumns: [String], _ format: CSVFormat,
        _ entry: (String, [DataValue]) -> Entry
    ) throws -> [Entry] {
        guard format.hasHeader else {
            throw DataError("the first line of a list of files must have the names of its columns")
        }
        let file = try DataFile(url, expecting: "a list of files (CSV)")
        let memory = try file.map()
        defer { withExtendedLifetime(memory) {} }
        var scanner = try CSVScanner(memory.bytes, delimiter: format.delimiterByte, path: file.path)
        var cells: [CSVScanner.Cell] = []
        guard try scanner.next(&cells) else { throw file.fault("it is empty, and a list of files is expected") }
        let names = try cells.map { try scanner.text($0) }
        let (pathIndex, labelIndices) = try naming(file.path) {
            (
                try CSVColumn.name(pathColumn).index(in: names),
                try labelColumns.map { try CSVColumn.name($0).index(in: names) }
            )
        }
        var entries: [Entry] = []
        while try scanner.next(&cells) {
            guard cells.count == names.count else {
                throw scanner.fault(
                    "the record has \(cells.count) cells, and \(names.count) are expected", at: cells[0].start)
            }
            let path = try scanner.text(cells[pathIndex])
            guard !path.isEmpty else { throw scanner.fault("the path is empty", at: cells[pathIndex].start) }
            let labels = try labelIndices.map { index in
                let (cell, bytes) = (cells[index], memory.bytes)
                if !cell.isQuoted {
                    if let number = NumberParser.integer(bytes, cell.start, cell.end) {
                        return DataValue.integer(number)
                    }
                    // "nan" and "inf" are names here.
                    if let number = NumberParser.real(bytes, cell.start, cell.end), number.isFinite {
                        return .real(number)
                    }
                }
                return .string(try scanner.text(cell))
            }
            entries.append(entry(path, labels))
        }
        return entries
    }

    private static func readJSONLines(
        _ url: URL, _ pathField: String, _ labelFields: [String], _ entry: (String, [DataValue]) -> Entry
    ) throws -> [Entry] {
        let file = try JSONLinesFile(url)
        return try (0..<file.count).map { index in
            let record = try file.record(at: index)
            guard let path = record[pathField]?.string, !path.isEmpty else {
                throw file.fault("the record has no path in '\(pathField.shortened)'", record: index)
            }
            let labels = try labelFields.map { field in
                guard let label = record[field] else {
                    throw file.fault("the record has no field '\(field.shortened)'", record: index)
                }
                return label
            }
            return entry(path, labels)
        }
    }
}
