import Foundation
import HeliosVision
import TestSupport
import Testing
import Torch

/// Files that are cut off or changed end in an error or an image; that the process still runs is a part of the test.
@Suite("damaged image files")
struct ImageDamageTests {
    static let accepting = DecodingOptions(acceptsDamage: true)

    /// A file of each kind.
    static let files = [
        "png-gray-2-bits.png", "png-palette-alpha.png", "png-interlaced.png", "png-chunks.png", "png-rgba-16-bits.png",
        "jpeg-gray.jpg", "jpeg-420.jpg", "jpeg-progressive.jpg", "jpeg-restarts.jpg", "jpeg-ycck.jpg",
        "jpeg-orientation-6.jpg", "webp-lossless.webp", "webp-lossy-alpha.webp", "webp-orientation-8.webp",
    ]

    @Test("a file that is cut off anywhere is an error", arguments: files)
    func cuts(name: String) throws {
        let file = try ImageFixture.file(name)
        let bytes = try file.bytes
        for count in 0..<bytes.count {
            let error = try #require(throws: ImageError.self, "\(count)") {
                try ImageFile(path: file.path, bytes: Array(bytes[..<count])).decode()
            }
            #expect([.truncated, .unknownFormat].contains(error.kind), "\(count): \(error)")
            #expect(error.path == file.path)
            // With what there is, or not at all.
            _ = try? ImageFile(bytes: Array(bytes[..<count]), ImageDamageTests.accepting).decode()
        }
    }

    @Test("a changed byte is an error, or gives an image of the file's size", arguments: files)
    func flips(name: String) throws {
        let bytes = try ImageFixture.file(name).bytes
        for position in bytes.indices {
            var changed = bytes
            changed[position] ^= 1 << UInt8(position % 8)
            let options = ImageDamageTests.options[position / 8 % 2]
            guard let header = try? ImageFile(bytes: changed, options), let image = try? header.decode() else {
                continue
            }
            #expect(image.shape == [header.channelCount, header.size.height, header.size.width])
        }
    }

    // A changed size may be a great one.
    private static let options = [false, true].map {
        DecodingOptions(acceptsDamage: $0, limits: ImageLimits(pixelCount: 1 << 20))
    }

    @Test("a JPEG or PNG that is cut off is given with what there is, on request")
    func accepted() throws {
        let picture = try noise(channels: 3, height: 120, width: 160)
        for encoding in [ImageEncoding.jpeg(quality: 90, subsampling: .none), .png()] {
            let data = try Images.encode(picture, as: encoding)
            let cut = data.prefix(data.count * 2 / 3)
            #expect(throws: ImageError.self) { try Images.decode(cut) }
            let (image, warning) = try ImageFile(data: cut, ImageDamageTests.accepting).decodeWithWarning()
            #expect(warning != nil)
            let whole = try Images.decode(data)
            let rows = try [image, whole].map { try $0.narrow(dim: 1, start: 0, length: 30) }
            #expect(try rows[0].equal(rows[1]))
            #expect(try !image.equal(whole))
        }
    }

    @Test("an interlaced PNG that is cut off has the pixels of the passes that are there")
    func acceptedInterlaced() throws {
        let data = try Data(ImageFixture.file("png-interlaced.png").bytes)
        let cut = data.prefix(data.count * 3 / 4)
        #expect(throws: ImageError.self) { try Images.decode(cut) }
        let (image, warning) = try ImageFile(data: cut, ImageDamageTests.accepting).decodeWithWarning()
        #expect(warning != nil)
        let whole = try Images.decode(data)
        // The first pixel belongs to the first pass, and the last one in an odd row to the last.
        let corners = try [image, whole].map {
            try $0.narrow(dim: 1, start: 0, length: 1).narrow(dim: 2, start: 0, length: 1)
        }
        #expect(try corners[0].equal(corners[1]) && !image.equal(whole))
    }

    @Test("a region above the damage is decoded")
    func regionAboveDamage() throws {
        let data = try Images.encode(noise(channels: 3, height: 200, width: 160), as: .jpeg())
        let cut = try ImageFile(data: data.prefix(data.count * 2 / 3))
        let region = ImageRegion(top: 10, left: 20, height: 50, width: 60)
        #expect(try cut.decode(region: region).equal(ImageFile(data: data).decode(region: region)))
        #expect(throws: ImageError.self) {
            try cut.decode(region: ImageRegion(top: 100, left: 20, height: 100, width: 60))
        }
    }

    @Test("other formats and animations are errors that name them")
    func others() throws {
        for other in try ImageFixture.read().others {
            let error = try #require(throws: ImageError.self) { try Images.decode(other.contents) }
            #expect(error.kind == (other.name == "animation" ? .unsupported : .unknownFormat))
            #expect(error.reason.contains(other.name), "\(error)")
        }
        for (text, part) in [("", "empty"), ("just text", "not an image"), ("<svg>", "SVG")] {
            let error = try #require(throws: ImageError.self) { try Images.decode(Data(text.utf8)) }
            #expect(error.reason.contains(part))
        }
    }

    @Test("a progressive JPEG of thousands of scans is refused")
    func scans() throws {
        let data = try Images.encode(noise(channels: 1, height: 16, width: 16), as: .jpeg(progressive: true))
        // The last scan, from its marker to the marker of the end, over and over.
        let start = try #require(data.lastRange(of: [0xFF, 0xDA]))
        let scan = data[start.lowerBound..<data.count - 2]
        var many = data.dropLast(2)
        for _ in 0..<1000 { many += scan }
        many += [0xFF, 0xD9]
        let error = try #require(throws: ImageError.self) { try Images.decode(Data(many), ImageDamageTests.accepting) }
        #expect(error.reason.contains("scans"))
    }
}

extension Data {
    /// Where some bytes are for the last time.
    fileprivate func lastRange(of bytes: [UInt8]) -> Range<Int>? {
        range(of: Data(bytes), options: .backwards)
    }
}
