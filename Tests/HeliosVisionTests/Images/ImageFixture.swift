import Foundation
import HeliosVision
import TestSupport
import Testing
import Torch

/// What images.py wrote.
struct ImageFixture: Decodable, Sendable {
    struct File: Decodable, Sendable, CustomTestStringConvertible {
        var name: String
        var channels, bitDepth, height, width, tolerance: Int
        /// What Pillow converts the file to, by the mode.
        var pixels: [String: Data]
        /// The pixels themselves, if Pillow does not read all of their bits.
        var stored: Data?

        var testDescription: String { name }

        var path: String { ImageFixture.folder.appending(path: name).path }

        var bytes: [UInt8] {
            get throws { Array(try Data(contentsOf: URL(filePath: path))) }
        }
    }

    struct Other: Decodable, Sendable {
        var name: String
        var contents: Data
    }

    struct Encoding: Decodable, Sendable {
        var channels, height, width, quality, subsampling: Int
        var progressive: Bool
        var pixels, decoded: Data
    }

    struct Grid: Decodable, Sendable {
        var images, grid: FixtureTensor
        var nrow, padding: Int?
        var normalize, scaleEach: Bool?
        var padValue: Double?
        var valueRange: [Double]?

        enum CodingKeys: String, CodingKey {
            case images, grid, nrow, padding, normalize
            case scaleEach = "scale_each"
            case padValue = "pad_value"
            case valueRange = "value_range"
        }
    }

    struct Picture: Decodable, Sendable {
        var image: FixtureTensor
        var pixels: Data
    }

    struct Folder: Decodable, Sendable {
        struct Sample: Decodable, Sendable, Equatable {
            var path: String
            var label: Int
        }

        var names, classes: [String]
        var samples: [Sample]
    }

    var files: [File]
    var others: [Other]
    var encodings: [Encoding]
    var grids: [Grid]
    var picture: Picture
    var folder: Folder

    static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../Fixtures/images").standardizedFileURL

    static func read() throws -> ImageFixture {
        try fixture("images")
    }

    /// The files, for tests with arguments, which cannot throw.
    static let all = (try? read().files) ?? []

    static func file(_ name: String) throws -> File {
        guard let file = all.first(where: { $0.name == name }) else { throw MissingFixture(name: name) }
        return file
    }
}

struct MissingFixture: Error {
    let name: String
}

extension ImageMode {
    /// The mode by its name in the fixture.
    static let named: [String: ImageMode] = ["gray": .gray, "grayAlpha": .grayAlpha, "rgb": .rgb, "rgba": .rgba]
}

/// The bytes of an image `[C, H, W]` row by row, the channels of a pixel side by side.
func bytes(of image: Tensor) throws -> [UInt8] {
    try image.permute([1, 2, 0]).contiguous().array(UInt8.self)
}

/// The greatest difference of two arrays of bytes; `nil` if they have different lengths.
func greatestDifference(_ first: some Collection<UInt8>, _ second: some Collection<UInt8>) -> Int? {
    guard first.count == second.count else { return nil }
    return zip(first, second).map { abs(Int($0) - Int($1)) }.max() ?? 0
}

/// A picture of noise and waves, `uint8[channels, height, width]`.
func noise(channels: Int, height: Int, width: Int, seed: Int = 0) throws -> Tensor {
    let pixels = (0..<height * width * channels).map { index in
        let (x, y, channel) = (index / channels % width, index / channels / width, index % channels)
        let wave = sin(Double(x) / (3 + Double(channel))) * cos(Double(y) / (2 + Double(channel)))
        let grain = UInt8(truncatingIfNeeded: (index &+ seed &* 7919) &* 2_654_435_761 >> 9)
        return UInt8(128 + 90 * wave + Double(grain) / 8)
    }
    return try Tensor(pixels, shape: [height, width, channels]).permute([2, 0, 1])
}
