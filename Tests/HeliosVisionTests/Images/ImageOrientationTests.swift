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

    @Test(
        "either byte order is read, and a number of two or of four bytes", arguments: [3, 4] as [UInt8], [true, false])
    func encodings(type: UInt8, isBigEndian: Bool) throws {
        let picture = Array(try Images.encode(noise(channels: 3, height: 3, width: 5)))
        for orientation in ImageOrientation.allCases {
            let bytes = png(picture, orientation: UInt8(orientation.rawValue), type: type, isBigEndian: isBigEndian)
            #expect(try ImageFile(bytes: bytes).orientation == orientation)
        }
        // No orientation: a number that means none, or one of another type.
        for (value, type) in [(0, type), (9, type), (6, 2)] as [(UInt8, UInt8)] {
            let bytes = png(picture, orientation: value, type: type, isBigEndian: isBigEndian)
            #expect(try ImageFile(bytes: bytes).orientation == .upright)
        }
    }

    /// A PNG with a chunk eXIf behind its header.
    ///
    /// - Parameter type: of the number in TIFF: 3 for two bytes, 4 for four.
    private func png(
        _ bytes: [UInt8], orientation: UInt8, type: UInt8 = 3, isBigEndian: Bool = true
    ) -> [UInt8] {
        func number(_ value: UInt32, _ count: Int) -> [UInt8] {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
            return isBigEndian ? bytes.reversed() : bytes
        }
        let value = type == 4 ? number(UInt32(orientation), 4) : number(UInt32(orientation), 2) + [0, 0]
        // A TIFF header, and a directory with one entry.
        let header = Array((isBigEndian ? "MM" : "II").utf8) + number(42, 2) + number(8, 4)
        let entry = number(0x0112, 2) + number(UInt32(type), 2) + number(1, 4) + value
        let exif = header + number(1, 2) + entry + number(0, 4)
        let chunk = Array("eXIf".utf8) + exif
        return bytes[..<33] + [0, 0, 0, UInt8(exif.count)] + chunk + crc32(chunk) + bytes[33...]
    }
}
