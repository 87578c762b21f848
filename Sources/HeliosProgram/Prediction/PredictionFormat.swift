import ArgumentParser
import Foundation
import Helios

/// How predictions are written.
enum PredictionFormat: String, CaseIterable {
    case jsonl, csv, safetensors

    /// The format that a file's name says.
    ///
    /// - Throws: `ValidationError` for another name.
    init(of path: String) throws {
        guard let format = Self(rawValue: URL(filePath: path).pathExtension.lowercased()) else {
            throw ValidationError("--output must end with .jsonl, .csv or .safetensors, not '\(path)'.")
        }
        self = format
    }

    /// Writes a file while its predictions come.
    ///
    /// - Parameter predict: hands batches of predictions `[N, …]` to its argument, and says whether to write them.
    /// - Returns: the number of samples; `nil` if nothing is to be written.
    func write(_ path: String, _ predict: (_ write: (Tensor) throws -> Void) throws -> Bool) throws -> Int? {
        let file = PredictionFile(path)
        var tensor = PredictionTensor()
        let writes = try predict { batch in
            if self == .safetensors { return try tensor.add(batch, to: file) }
            let rows = try PredictionRows(batch)
            if self == .csv, tensor.count == 0 { try file.add(line: rows.header) }
            for row in 0..<rows.count { try file.add(line: self == .csv ? rows.csv(row) : rows.json(row)) }
            tensor.count += rows.count
        }
        // Of several processes, one writes.
        guard writes else { return nil }
        try file.finish(header: self == .safetensors ? tensor.header(byteCount: file.byteCount) : nil)
        return tensor.count
    }
}

/// A batch of predictions as rows of numbers.
struct PredictionRows {
    let count: Int
    private let shape: [Int]
    private let numbers: Numbers

    /// Whole numbers as they are: a `Double` has not all of them.
    private enum Numbers {
        case whole([Int])
        case other([Double])
    }

    /// - Parameter batch: `[N, …]`, or one number.
    init(_ batch: Tensor) throws {
        let batch = try batch.realNumbers()
        shape = Array(batch.shape.dropFirst())
        count = batch.shape.first ?? 1
        let flat = try batch.reshape([-1])
        numbers =
            batch.dtype.isFloatingPoint
            ? .other(try flat.to(.float64).array(Double.self)) : .whole(try flat.to(.int64).array(Int.self))
    }

    private var width: Int { shape.reduce(1, *) }

    var header: String { (0..<width).map { "output_\($0)" }.joined(separator: ",") }

    func csv(_ row: Int) -> String { (row * width..<(row + 1) * width).map(text).joined(separator: ",") }

    func json(_ row: Int) -> String {
        var position = row * width
        return "{\"prediction\": \(json(shape[...], &position))}"
    }

    private func json(_ shape: ArraySlice<Int>, _ position: inout Int) -> String {
        guard let size = shape.first else {
            defer { position += 1 }
            if case .other(let numbers) = numbers, !numbers[position].isFinite { return "\"\(text(position))\"" }
            return text(position)
        }
        var parts: [String] = []
        for _ in 0..<size { parts.append(json(shape.dropFirst(), &position)) }
        return "[\(parts.joined(separator: ", "))]"
    }

    private func text(_ position: Int) -> String {
        switch numbers {
        case .whole(let numbers): return "\(numbers[position])"
        case .other(let numbers):
            let number = numbers[position]
            // The digits of a 32-bit number, of which a 64-bit one would show more than there are.
            return Double(Float(number)) == number ? "\(Float(number))" : "\(number)"
        }
    }
}
