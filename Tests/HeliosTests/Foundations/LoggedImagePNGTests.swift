import Foundation
import TestSupport
import Testing
import Torch

@testable import Helios

struct LoggedImagePNGTests {
    private struct Found: Decodable, Equatable {
        var width, height: Int
        var mode: String
        var pixels: [UInt8]
    }

    @Test("Pillow finds the same pixels in a PNG file, for any channels and odd sizes", .needsTensorBoard)
    func roundTrip() async throws {
        try await withTemporaryFolder { folder in
            var paths: [String] = []
            var expected: [Found] = []
            for channels in 1...4 {
                for (width, height) in [(1, 1), (7, 5), (1, 9), (33, 2), (257, 64)] {
                    // Noise, a slope to the right and one down, so that each filter is the best for some rows.
                    let pixels = (0..<width * height * channels).map { index in
                        let (x, y) = (index / channels % width, index / channels / width)
                        return switch y % 3 {
                        case 0: UInt8(truncatingIfNeeded: index &* 2_654_435_761 >> 7)
                        case 1: UInt8(truncatingIfNeeded: x * 3 + index % channels)
                        default: UInt8(truncatingIfNeeded: (x &* 97 ^ 0x5A) + y)
                        }
                    }
                    let image = try LoggedImage(pixels: pixels, width: width, height: height, channels: channels)
                    let file = folder.appending(path: "\(paths.count).png")
                    try image.pngData().write(to: file)
                    #expect(try LoggedImage(png: image.pngData()).channels == channels)
                    paths.append(file.path)
                    expected.append(
                        Found(
                            width: width, height: height, mode: ["L", "LA", "RGB", "RGBA"][channels - 1], pixels: pixels
                        ))
                }
            }
            let found = try await Python.run("open_png.py", paths).map {
                try JSONDecoder().decode(Found.self, from: Data($0.utf8))
            }
            #expect(found == expected)
        }
    }

    @Test("an image of one color is compressed to a fraction of its pixels")
    func compresses() throws {
        let image = try LoggedImage(
            pixels: [UInt8](repeating: 7, count: 512 * 512), width: 512, height: 512, channels: 1)
        #expect(image.pngData().count < 4096)
    }
}
