import Foundation
import Helios
import TestSupport
import Testing
import Torch
import TorchNN

@testable import HeliosVision

/// What transforms.py writes.
struct TransformFixture: Decodable, Sendable {
    struct Image: Decodable, Sendable {
        let dtype: String
        let shape: [Int]
        let bytes: Data

        var tensor: Tensor {
            get throws {
                let types: [String: DType] = [
                    "uint8": .uint8, "bool": .bool, "int16": .int16, "uint16": .uint16, "int32": .int32,
                    "float32": .float32, "float64": .float64,
                ]
                let type = try #require(types[dtype])
                return try bytes.withUnsafeBytes { try Tensor(bytes: $0, shape: shape, dtype: type) }
            }
        }
    }

    struct Case: Decodable, Sendable {
        let operation: String
        let image: String
        let words: [String: String]
        let numbers: [String: [Double]]
        let result: Image
    }

    struct BoxCase: Decodable, Sendable {
        let operation: String
        let numbers: [String: [Double]]
        let boxes: [Double]
        let result: [Double]
    }

    struct Magnitudes: Decodable, Sendable {
        let isSigned: Bool
        let values: [Double]
    }

    struct Step: Decodable, Sendable {
        let name: String
        let probability: Double
        let bin: Int

        init(from decoder: any Decoder) throws {
            var list = try decoder.unkeyedContainer()
            name = try list.decode(String.self)
            probability = try list.decode(Double.self)
            bin = try list.decode(Int.self)
        }
    }

    let images: [String: Image]
    let cases: [Case]
    let boxes: [BoxCase]
    let spaces: [String: [String: Magnitudes]]
    let policies: [String: [[Step]]]
}

/// The options of a recorded case.
struct RecordedOptions {
    let operation: String
    let words: [String: String]
    let numbers: [String: [Double]]

    func list(_ name: String) -> [Double] { numbers[name] ?? [] }

    func number(_ name: String, _ standard: Double = 0) -> Double { numbers[name]?.first ?? standard }

    func integer(_ name: String) -> Int { Int(number(name)) }

    func flag(_ name: String) -> Bool { number(name) != 0 }

    func pair(_ name: String) -> (x: Double, y: Double)? {
        numbers[name].map { (x: $0[0], y: $0[1]) }
    }

    func size(_ name: String = "size") -> ImageSize {
        ImageSize(height: Int(list(name)[0]), width: Int(list(name)[1]))
    }

    var region: ImageRegion {
        let values = list("region").map { Int($0) }
        return ImageRegion(top: values[0], left: values[1], height: values[2], width: values[3])
    }

    var margins: Margins {
        let values = list("margins").map { Int($0) }
        return Margins(left: values[0], top: values[1], right: values[2], bottom: values[3])
    }

    var interpolation: InterpolationMode { InterpolationMode(rawValue: words["interpolation"] ?? "") ?? .nearest }

    /// Four points, each of two numbers.
    func points(_ name: String) -> [(x: Double, y: Double)] {
        let values = list(name)
        return stride(from: 0, to: values.count, by: 2).map { (x: values[$0], y: values[$0 + 1]) }
    }

    /// The corners of an image, as torchvision's perspective takes them.
    static func corners(_ size: ImageSize) -> [(x: Double, y: Double)] {
        let (right, bottom) = (Double(size.width - 1), Double(size.height - 1))
        return [(0, 0), (right, 0), (right, bottom), (0, bottom)]
    }
}

extension SampleRandom {
    /// Random numbers for a test.
    static func test(_ index: Int = 0) -> SampleRandom { SampleRandom(seed: 16, epoch: 0, index: index) }
}

/// A picture of bytes, as it lies in memory after decoding: `[C, H, W]` of `[H, W, C]`.
func testPicture(_ height: Int, _ width: Int, channels: Int = 3, seed: UInt64 = 3) throws -> Tensor {
    try Tensor.randint(
        high: 256, size: [height, width, channels], generator: Generator(seed: seed), dtype: .uint8
    ).permute([2, 0, 1])
}
