import Foundation
import Helios
import TorchSerialization

/// A file that grows while predictions come, and gets its name when it is complete. It is made when something is written
/// to it, so that of several processes only the one that writes needs the folder.
final class PredictionFile {
    private let path: String
    private let partPath: String
    private var part: FileHandle?
    private(set) var byteCount = 0

    init(_ path: String) {
        self.path = path
        // Processes of different machines may have the same number.
        partPath = "\(path).\(UUID().uuidString).part"
    }

    deinit {
        guard let part else { return }
        try? part.close()
        try? FileManager.default.removeItem(atPath: partPath)
    }

    private func opened() throws -> FileHandle {
        if let part { return part }
        guard FileManager.default.createFile(atPath: partPath, contents: nil),
            let part = FileHandle(forWritingAtPath: partPath)
        else { throw ConfigurationError("\(path): it cannot be written there: \(lastError())") }
        self.part = part
        return part
    }

    func add(_ data: Data) throws {
        let part = try opened()
        do {
            try part.write(contentsOf: data)
        } catch {
            throw ConfigurationError("\(path): it cannot be written: \(error.localizedDescription)")
        }
        byteCount += data.count
    }

    func add(line: String) throws {
        try add(Data("\(line)\n".utf8))
    }

    /// Gives the file its name, with a header in front if there is one.
    func finish(header: [UInt8]?) throws {
        try opened().close()
        guard let input = FileHandle(forReadingAtPath: partPath) else {
            throw ConfigurationError("\(path): what was written is gone: \(lastError())")
        }
        defer { try? input.close() }
        try AtomicFile.write(path) { sink in
            try (header ?? []).withUnsafeBytes { try sink.add($0) }
            while let data = try input.read(upToCount: 1 << 20), !data.isEmpty {
                try data.withUnsafeBytes { try sink.add($0) }
            }
        }
    }
}

/// The one tensor of a safetensors file, which grows along its first dimension.
struct PredictionTensor {
    /// How many samples there are so far.
    var count = 0
    private var shape: [Int]?
    private var dtype = DType.float32

    init() {}

    /// Adds a batch of predictions.
    ///
    /// - Parameter batch: `[N, …]`, with the same type and the same dimensions after the first in each call.
    mutating func add(_ batch: Tensor, to file: PredictionFile) throws {
        let batch = try batch.realNumbers()
        let whole = batch.shape.isEmpty ? try batch.reshape([1]) : batch
        if shape == nil {
            shape = Array(whole.shape.dropFirst())
            dtype = whole.dtype == .float64 ? .float64 : whole.dtype.isFloatingPoint ? .float32 : .int64
        }
        guard shape == Array(whole.shape.dropFirst()) else {
            throw DataError(
                "predictions of the shapes \(shape ?? []) and \(Array(whole.shape.dropFirst())) cannot be one tensor: "
                    + "write them as .jsonl")
        }
        let values = try whole.to(dtype).reshape([-1])
        switch dtype {
        case .float64: try file.add(Self.data(values.array(Double.self)))
        case .int64: try file.add(Self.data(values.array(Int.self)))
        default: try file.add(Self.data(values.array(Float.self)))
        }
        count += whole.shape[0]
    }

    private static func data<Element>(_ elements: [Element]) -> Data {
        elements.withUnsafeBytes { Data($0) }
    }

    /// The beginning of the file.
    func header(byteCount: Int) -> [UInt8] {
        let name = dtype == .float64 ? "F64" : dtype == .int64 ? "I64" : "F32"
        let sizes = ([count] + (shape ?? [])).map(String.init).joined(separator: ",")
        var header = Array(
            "{\"predictions\":{\"dtype\":\"\(name)\",\"shape\":[\(sizes)],\"data_offsets\":[0,\(byteCount)]}}".utf8)
        header += Array(repeating: UInt8(ascii: " "), count: (8 - header.count % 8) % 8)
        let size = UInt64(header.count)
        return (0..<8).map { UInt8(truncatingIfNeeded: size >> ($0 * 8)) } + header
    }
}

extension Tensor {
    /// Predictions on the processor.
    ///
    /// - Throws: `DataError` for complex numbers, which none of the formats has.
    func realNumbers() throws -> Tensor {
        guard !dtype.isComplex else {
            throw DataError(
                "predictions of the type \(dtype) cannot be written: return their parts, as Tensor.viewAsReal(_:) gives them"
            )
        }
        return try detach().to(.cpu)
    }
}
