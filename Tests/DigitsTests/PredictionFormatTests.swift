import Foundation
import Helios
import TestSupport
import Testing

@testable import HeliosProgram

/// What `predict` writes.
@Suite struct PredictionFormatTests {
    /// The text of a file with two batches of predictions.
    private func written(_ name: String, _ batches: [Tensor]) throws -> String {
        try withTemporaryFolder { folder in
            let path = folder.appending(path: name).path
            let count = try PredictionFormat(of: path).write(path) { write in
                for batch in batches { try write(batch) }
                return true
            }
            #expect(count == batches.reduce(0) { $0 + $1.shape[0] })
            let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(files == [name])
            return try String(contentsOfFile: path, encoding: .utf8)
        }
    }

    @Test("whole numbers are written as they are, however large")
    func wholeNumbers() throws {
        let batches = [try Tensor([[Int.max, -1]]), try Tensor([[Int.min, 1 << 53 + 1]])]
        #expect(
            try written("p.csv", batches)
                == "output_0,output_1\n\(Int.max),-1\n\(Int.min),\(1 << 53 + 1)\n")
        #expect(
            try written("p.jsonl", batches)
                == "{\"prediction\": [\(Int.max), -1]}\n{\"prediction\": [\(Int.min), \(1 << 53 + 1)]}\n")
    }

    @Test("numbers that are not finite are texts in JSON")
    func infinities() throws {
        #expect(
            try written("p.jsonl", [Tensor([Float(0.5), .infinity], shape: [1, 2])])
                == "{\"prediction\": [0.5, \"inf\"]}\n")
    }

    @Test("complex numbers are an error in each format", arguments: ["p.csv", "p.jsonl", "p.safetensors"])
    func complexNumbers(name: String) throws {
        try withTemporaryFolder { folder in
            let path = folder.appending(path: name).path
            let error = #expect(throws: DataError.self) {
                try PredictionFormat(of: path).write(path) { write in
                    try write(Tensor.zeros([1, 2], dtype: .complex64))
                    return true
                }
            }
            let text = error.map { "\($0)" } ?? ""
            #expect(text.contains("viewAsReal"))
            let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(files.isEmpty)
        }
    }

    @Test("a process that writes nothing needs no folder")
    func otherRanks() throws {
        let path = "/nonexistent/p.csv"
        #expect(try PredictionFormat(of: path).write(path) { _ in false } == nil)
        #expect(throws: ConfigurationError.self) {
            try PredictionFormat(of: path).write(path) { write in
                try write(Tensor([[1.0]]))
                return true
            }
        }
    }
}
