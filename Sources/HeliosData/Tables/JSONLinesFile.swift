import Foundation
import Torch
import TorchSerialization

/// A text with one JSON object in each line, whose samples are these objects.
///
/// The file is mapped, and a line is read when its sample is asked for. Only the places of the lines are in memory. The
/// file must not be truncated meanwhile.
///
/// ```swift
/// let file = try JSONLinesFile(url)
/// let lengths = try file.record(at: 0)["lengths"]?.numbers
/// ```
public struct JSONLinesFile: Dataset {
    /// The path of the file, as it was given.
    public let path: String
    private let memory: MappedFile
    /// Where the lines begin that are not empty.
    private let starts: [Int]

    public var count: Int { starts.count }

    /// Opens a file and finds its lines. Empty lines are skipped.
    ///
    /// - Throws: `DataFileError` if the file does not exist.
    public init(_ url: URL) throws {
        let file = try DataFile(url, expecting: "a text with a JSON object in each line")
        path = file.path
        let memory = try file.map()
        self.memory = memory
        defer { withExtendedLifetime(memory) {} }
        let bytes = memory.bytes
        var starts: [Int] = []
        var position = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        while position < bytes.count {
            let end = JSONLinesFile.lineEnd(bytes, position)
            let isEmpty = bytes[position..<end].allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
            if !isEmpty { starts.append(position) }
            position = end + 1
        }
        self.starts = starts
    }

    /// The object in the line with this number, without the empty lines, from 0.
    ///
    /// - Throws: `DataFileError` with line and column if the line is not a JSON object; `DataError` if there is no such
    ///   line.
    public func record(at index: Int) throws -> [String: DataValue] {
        guard starts.indices.contains(index) else {
            throw DataError("\(path) has \(count) records, and none at \(index)")
        }
        defer { withExtendedLifetime(memory) {} }
        let start = starts[index]
        let line = Array(memory.bytes[start..<JSONLinesFile.lineEnd(memory.bytes, start)])
        do {
            guard case .object(let record) = DataValue(try JSONReader.parse(line)) else {
                throw fault("the line is not a JSON object ({…})", at: start)
            }
            return record
        } catch let error as JSONFault {
            throw fault(error.what, at: start + error.position)
        }
    }

    public func sample(at index: Int, random: inout SampleRandom) throws -> [String: DataValue] {
        try record(at: index)
    }

    /// An error about a record as a whole.
    func fault(_ reason: String, record index: Int) -> DataFileError {
        fault(reason, at: starts[index])
    }

    private func fault(_ reason: String, at offset: Int) -> DataFileError {
        defer { withExtendedLifetime(memory) {} }
        return DataFileError(path: path, place: memory.bytes.textPlace(of: offset), reason: reason)
    }

    private static func lineEnd(_ bytes: UnsafeRawBufferPointer, _ start: Int) -> Int {
        guard let base = bytes.baseAddress,
            let newline = memchr(base + start, Int32(UInt8(ascii: "\n")), bytes.count - start)
        else { return bytes.count }
        return base.distance(to: UnsafeRawPointer(newline))
    }
}
