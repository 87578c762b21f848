import Foundation
import HeliosData
import TestSupport

/// Files that other programs wrote, and what data_files.py says that they hold.
struct DataFiles: Decodable, Sendable {
    struct Array: Decodable, Sendable {
        let name: String
        let dtype: String
        let shape: [Int]
        /// One number for each element, two for complex ones.
        let values: [[Double]]
    }

    struct Digits: Decodable, Sendable {
        let labels: [Int]
        let sums: [Int]
    }

    struct Text: Decodable, Sendable {
        let size: Int
        let crc: UInt32
    }

    struct Number: Decodable, Sendable {
        let text: String
        let bits: UInt64
        let isNegative: Bool
    }

    struct File: Decodable, Sendable, Equatable {
        let name: String
        let size: Int
        let crc: UInt32
    }

    struct Size: Decodable, Sendable {
        let number: Int
        let field: String
    }

    struct Archives: Decodable, Sendable {
        let files: [File]
        let archives: [String]
        let sizes: [Size]
    }

    struct Lines: Decodable, Sendable {
        let texts: [String]
        let integers: [Int]
        let reals: [Double]
    }

    let npy: [Array]
    let npz: [Array]
    let idx: [Array]
    let refused: [String]
    let mnist: Digits
    let gzip: Text
    let numbers: [Number]
    let tar: Archives
    let lines: Lines
    let paths: [String]

    static func read() throws -> DataFiles { try fixture("data-files") }

    /// A file of the script's.
    static func url(_ name: String) -> URL {
        URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Fixtures/data-files/\(name)")
            .standardizedFileURL
    }
}

extension DataFiles.Array {
    /// Whether a tensor has the shape, the type and the elements.
    func equals(_ tensor: Tensor) throws -> Bool {
        guard tensor.shape == shape, tensor.dtype.description == dtype else { return false }
        let numbers = tensor.dtype.isComplex ? try Tensor.viewAsReal(tensor.resolveConj()) : tensor
        return try numbers.array(Double.self) == values.flatMap { $0 }
    }
}

/// Writes a file into a folder.
func write(_ bytes: some Sequence<UInt8>, to name: String, in folder: URL) throws -> URL {
    let url = folder.appending(path: name)
    try Data(Swift.Array(bytes)).write(to: url)
    return url
}

/// The error that `body` throws; `nil` if it throws none.
func dataError(_ body: () throws -> Void) -> DataFileError? {
    do {
        try body()
        return nil
    } catch {
        return error as? DataFileError
    }
}
