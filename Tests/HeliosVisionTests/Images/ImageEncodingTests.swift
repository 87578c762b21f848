import Foundation
import HeliosVision
import TestSupport
import Testing
import Torch

@Suite("ImageEncoding")
struct ImageEncodingTests {
    @Test("a JPEG has the pixels of one that Pillow writes with the same options")
    func jpeg() throws {
        for expected in try ImageFixture.read().encodings {
            let image = try Tensor(Array(expected.pixels), shape: [expected.height, expected.width, expected.channels])
            let encoding = ImageEncoding.jpeg(
                quality: expected.quality, subsampling: [.none, .pairs, .squares][expected.subsampling],
                progressive: expected.progressive)
            let decoded = try Images.decode(Images.encode(image.permute([2, 0, 1]), as: encoding))
            let difference = try greatestDifference(bytes(of: decoded), expected.decoded)
            #expect(try #require(difference) <= 2)
        }
    }

    @Test("a PNG gives the same pixels back, for any channels, depth and compression")
    func png() throws {
        for channels in 1...4 {
            for (height, width) in [(1, 1), (7, 300), (64, 33)] {
                let image = try noise(channels: channels, height: height, width: width)
                let wide = try (image.to(.int32) * 257).to(.uint16)
                for compression in [0, 6, 9] {
                    let data = try Images.encode(image, as: .png(compression: compression))
                    #expect(try Images.decode(data).equal(image))
                    let wideData = try Images.encode(wide, as: .png(compression: compression))
                    #expect(try Images.decode(wideData).to(.int32).equal(wide.to(.int32)))
                }
            }
        }
    }

    @Test("planar, strided and one-channel images are encoded as what they are")
    func layouts() throws {
        let image = try noise(channels: 3, height: 20, width: 30)
        for view in try [
            image.contiguous(), image.narrow(dim: 0, start: 1, length: 1), image.narrow(dim: 1, start: 3, length: 9),
            image.flip([2]),
        ] {
            #expect(try Images.decode(Images.encode(view)).equal(view))
        }
    }

    @Test("what a format does not have is an error that says so")
    func refusals() throws {
        let rgb = try noise(channels: 3, height: 4, width: 4)
        let cases: [(Tensor, ImageEncoding, String)] = [
            (try noise(channels: 4, height: 4, width: 4), .jpeg(), "opacity"),
            (try rgb.to(.int32).to(.uint16), .jpeg(), "8 bits"), (rgb, .jpeg(quality: 0), "quality"),
            (rgb, .png(compression: 10), "compression"), (try rgb.to(.float32), .png(), "picture(of:)"),
            (try rgb.select(dim: 0, index: 0), .png(), "[C, H, W]"),
            (try Tensor.zeros([3, 0, 4], dtype: .uint8), .png(), "[3, 0, 4]"),
            (try Tensor.zeros([1, 1, 65_536], dtype: .uint8), .jpeg(), "65,535"),
        ]
        for (image, encoding, part) in cases {
            let error = try #require(throws: ImageError.self) { try Images.encode(image, as: encoding) }
            #expect(error.description.contains(part), "\(error)")
        }
    }

    @Test("the extension of a name says which encoding is meant")
    func names() throws {
        #expect(try ImageEncoding(fileName: "a.png") == .png())
        #expect(try ImageEncoding(fileName: "a.JPG") == .jpeg())
        for name in ["a.webp", "a.gif", "a"] {
            #expect(throws: ImageError.self) { try ImageEncoding(fileName: name) }
        }
    }
}
