import Foundation
import Torch

/// Reads `Tests/Fixtures/<name>.json`, which a script in that folder made with PyTorch.
public func fixture<Contents: Decodable>(_ name: String, as type: Contents.Type = Contents.self) throws -> Contents {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Fixtures/\(name).json")
    return try JSONDecoder().decode(type, from: Data(contentsOf: file))
}

/// A tensor in a fixture, as `fixture.tensor` of fixture.py writes it.
public struct FixtureTensor: Decodable, Sendable {
    public let dtype: String
    public let shape: [Int]
    public let values: [Double]

    /// The tensor itself, with the same bits as in PyTorch.
    public var tensor: Tensor {
        get throws {
            let types: [String: DType] = [
                "float32": .float32, "float64": .float64, "int64": .int64, "int32": .int32, "uint8": .uint8,
                "bool": .bool,
                "float16": .float16, "bfloat16": .bfloat16, "int16": .int16, "int8": .int8,
            ]
            guard let type = types[dtype] else { throw FixtureError(description: "no dtype \(dtype) in fixtures") }
            return try Tensor(values, shape: shape).to(type)
        }
    }
}

struct FixtureError: Error, CustomStringConvertible {
    let description: String
}
