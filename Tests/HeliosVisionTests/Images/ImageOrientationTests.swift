import HeliosVision
import Testing
import Torch

@Suite("ImageOrientation")
struct ImageOrientationTests {
    // What each number means, by libtorch's own operations: EXIF 2.32 says which sides the first row and column are.
    private static func turned(_ image: Tensor, _ orientation: ImageOrientation) throws -> Tensor {
        switch orientation {
        case .upright: image
        case .mirrored: try image.flip([2])
        case .upsideDown: try image.flip([1, 2])
        case .flipped: try image.flip([1])
        case .transposed: try image.transpose(1, 2)
        case .turnedRight: try image.transpose(1, 2).flip([2])
        case .transverse: try image.transpose(1, 2).flip([1, 2])
        case .turnedLeft: try image.transpose(1, 2).flip([1])
        }
    }

    @Test("pixels are turned as libtorch turns them, for any size and channels", arguments: ImageOrientation.allCases)
    func pixels(orientation: ImageOrientation) throws {
        for (height, width) in [(1, 1), (5, 40), (33, 16), (50, 37)] {
            for channels in 1...4 {
                let picture = try noise(channels: channels, height: height, width: width)
                let data = try Images.encode(picture)
                let file = try ImageFile(bytes: png(Array(data), orientation: UInt8(orientation.rawValue)))
                #expect(file.orientation == orientation)
                #expect(try file.decode().equal(ImageOrientationTests.turned(picture, orientation)))
            }
        }
    }

    /// A PNG with a chunk eXIf behind its header.
    private func png(_ bytes: [UInt8], orientation: UInt8) -> [UInt8] {
        // A TIFF header in the byte order of Motorola, and a directory with one entry.
        let exif: [UInt8] =
            Array("MM".utf8) + [
                0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0,
            ]
        let chunk = Array("eXIf".utf8) + exif
        return bytes[..<33] + [0, 0, 0, UInt8(exif.count)] + chunk + crc32(chunk) + bytes[33...]
    }
}
