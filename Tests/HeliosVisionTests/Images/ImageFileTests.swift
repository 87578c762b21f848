import Foundation
import Helios
import HeliosVision
import TestSupport
import Testing
import Torch

@Suite("ImageFile")
struct ImageFileTests {
    @Test("pixels are Pillow's, in every mode", arguments: ImageFixture.all)
    func pixels(file: ImageFixture.File) throws {
        for (name, expected) in file.pixels {
            let options = DecodingOptions(mode: try #require(ImageMode.named[name]))
            let image = try Images.load(path: file.path, options)
            #expect(image.dtype == .uint8)
            #expect(image.shape == [options.mode.channelCount, file.height, file.width])
            let difference = try greatestDifference(bytes(of: image), expected)
            #expect(try #require(difference) <= file.tolerance, "\(name)")
        }
    }

    @Test("pixels of random files are Pillow's", .needsTensorBoard)
    func randomFiles() async throws {
        struct Found: Decodable {
            var name: String
            var height, width, tolerance: Int
            var pixels: Data
        }
        try await withTemporaryFolder { folder in
            let lines = try await Python.run("random_images.py", [folder.path, "150"])
            #expect(lines.count == 150)
            for line in lines {
                let found = try JSONDecoder().decode(Found.self, from: Data(line.utf8))
                let image = try Images.load(folder.appending(path: found.name), .rgb)
                #expect(image.shape == [3, found.height, found.width])
                let difference = try greatestDifference(bytes(of: image), found.pixels)
                #expect(try #require(difference) <= found.tolerance, "\(found.name)")
            }
        }
    }

    @Test("the header tells the size, the channels and the depth", arguments: ImageFixture.all)
    func header(file: ImageFixture.File) throws {
        let header = try ImageFile(path: file.path)
        #expect(header.size == ImageSize(height: file.height, width: file.width))
        #expect(header.channelCount == file.channels)
        #expect(header.bitDepth == file.bitDepth)
        let image = try header.decode()
        #expect(image.shape == [file.channels, file.height, file.width])
        #expect(image.strides == [1, file.width * file.channels, file.channels])
    }

    @Test("the format is that of the contents, whatever the name is")
    func format() throws {
        let formats = [("png-rgb.png", ImageFormat.png), ("mislabeled.jpg", .png), ("no-extension", .png)]
        for (name, format) in formats + [("jpeg-named.png", .jpeg), ("webp-lossy.webp", .webp)] {
            #expect(try ImageFile(path: ImageFixture.file(name).path).format == format)
        }
    }

    @Test("a name of another format is an error on request")
    func strictness() throws {
        let strict = DecodingOptions(requiresMatchingName: true)
        for name in ["mislabeled.jpg", "no-extension", "jpeg-named.png"] {
            let path = try ImageFixture.file(name).path
            let error = try #require(throws: ImageError.self) { try ImageFile(path: path, strict) }
            #expect(error.kind == .mislabeled)
            #expect(error.path == path)
        }
        #expect(throws: Never.self) { try ImageFile(path: ImageFixture.file("jpeg-420.jpg").path, strict) }
    }

    @Test("samples of 16 bits stay whole, or are scaled and rounded", arguments: ImageFixture.all)
    func sixteenBits(file: ImageFixture.File) throws {
        guard let stored = file.stored else { return }
        let expected = stored.withUnsafeBytes { Array($0.bindMemory(to: UInt16.self)) }
        let image = try Images.load(path: file.path)
        #expect(image.dtype == .uint16)
        #expect(try image.permute([1, 2, 0]).contiguous().array(UInt16.self) == expected)
        let reduced = try Images.load(path: file.path, DecodingOptions(depth: .eightBits))
        #expect(try bytes(of: reduced) == expected.map { UInt8((Double($0) / 257).rounded()) })
        // Modes convert them as well: opaque, or without opacity.
        let rgba = try Images.load(path: file.path, DecodingOptions(mode: .rgba))
        #expect(rgba.dtype == .uint16)
        let opacity = try rgba.select(dim: 0, index: 3).to(.int32)
        if file.channels % 2 == 1 { #expect(try opacity.min().item(Int.self) == 65_535) }
    }

    @Test("the orientation is applied unless the options say otherwise")
    func orientation() throws {
        for number in 1...8 {
            let path = try ImageFixture.file("jpeg-orientation-\(number).jpg").path
            let file = try ImageFile(path: path, DecodingOptions(appliesOrientation: false))
            #expect(file.orientation.rawValue == number)
            #expect(file.size == ImageSize(height: 9, width: 13))
            #expect(try file.decode().shape == [3, 9, 13])
        }
        #expect(try ImageFile(path: ImageFixture.file("png-orientation-6.png").path).orientation == .turnedRight)
        #expect(try ImageFile(path: ImageFixture.file("webp-orientation-8.webp").path).orientation == .turnedLeft)
    }

    @Test("a region has the pixels of the whole image", arguments: ImageFixture.all)
    func regions(file: ImageFixture.File) throws {
        let image = try ImageFile(path: file.path)
        try expectRegions(of: image, count: 12)
    }

    @Test(
        "a region of a JPEG is that of the whole image to the bit",
        arguments: [ChromaSubsampling.none, .pairs, .squares], [false, true])
    func regionsOfJPEG(subsampling: ChromaSubsampling, progressive: Bool) throws {
        for (index, size) in [(150, 131), (97, 160), (33, 17)].enumerated() {
            let picture = try noise(channels: 3, height: size.0, width: size.1, seed: index)
            let encoding = ImageEncoding.jpeg(quality: 80, subsampling: subsampling, progressive: progressive)
            let data = try Images.encode(picture, as: encoding)
            for mode in [ImageMode.rgb, .gray] {
                try expectRegions(of: ImageFile(data: data, DecodingOptions(mode: mode)), count: 25)
            }
        }
    }

    private func expectRegions(of file: ImageFile, count: Int) throws {
        let whole = try file.decode()
        var generator = SampleRandom(seed: 5, epoch: 0, index: 0)
        for _ in 0..<count {
            let height = Int.random(in: 1...file.size.height, using: &generator)
            let width = Int.random(in: 1...file.size.width, using: &generator)
            let region = ImageRegion(
                top: .random(in: 0...file.size.height - height, using: &generator),
                left: .random(in: 0...file.size.width - width, using: &generator), height: height, width: width)
            let part = try file.decode(region: region)
            let expected = try whole.narrow(dim: 1, start: region.top, length: height)
                .narrow(dim: 2, start: region.left, length: width)
            #expect(try part.to(.int32).equal(expected.to(.int32)), "\(region)")
        }
    }

    @Test("a region outside of the image is an error")
    func impossibleRegions() throws {
        let file = try ImageFile(path: ImageFixture.file("jpeg-orientation-6.jpg").path)
        #expect(file.size == ImageSize(height: 13, width: 9))
        for region in [
            ImageRegion(top: 0, left: 0, height: 14, width: 9), ImageRegion(top: -1, left: 0, height: 3, width: 3),
            ImageRegion(top: 0, left: 7, height: 3, width: 3), ImageRegion(top: 0, left: 0, height: 0, width: 3),
            ImageRegion(top: .max, left: 0, height: 1, width: 1), ImageRegion(top: 1, left: 1, height: .max, width: 1),
        ] {
            let error = try #require(throws: ImageError.self) { try file.decode(region: region) }
            #expect(error.kind == .argument)
        }
    }

    @Test("a JPEG is decoded smaller only on request, and never smaller than what is needed")
    func scales() throws {
        let smooth = try Tensor((0..<160 * 240).map { UInt8($0 % 240) }, shape: [1, 160, 240])
        let data = try Images.encode(smooth, as: .jpeg(quality: 95))
        let exact = try ImageFile(data: data)
        #expect(try exact.decode(atLeast: ImageSize(height: 20, width: 20)).shape == [1, 160, 240])
        let reduced = try ImageFile(data: data, DecodingOptions(scale: .reduced))
        for (side, shape) in [
            (161, [1, 160, 240]), (80, [1, 80, 120]), (79, [1, 80, 120]), (20, [1, 20, 30]), (1, [1, 20, 30]),
        ] {
            #expect(try reduced.decode(atLeast: ImageSize(height: side, width: side)).shape == shape)
        }
        #expect(try reduced.decode().shape == [1, 160, 240])
        #expect(try reduced.decode(atLeast: ImageSize(height: .max, width: .max)).shape == [1, 160, 240])
        // Each pixel is near the mean of those that it stands for.
        let quarter = try reduced.decode(
            region: ImageRegion(top: 16, left: 40, height: 80, width: 160), atLeast: ImageSize(height: 20, width: 40))
        #expect(quarter.shape == [1, 20, 40])
        let expected = (0..<40).map { 40 + 4 * $0 + 2 }
        let found = try quarter.select(dim: 1, index: 10).flatten().array(UInt8.self).map(Int.init)
        #expect(zip(found, expected).allSatisfy { abs($0 - $1) <= 4 })
    }

    @Test("files that cannot be opened are errors with the path")
    func inaccessible() throws {
        try withTemporaryFolder { folder in
            for (path, part) in [(folder.appending(path: "none.jpg").path, "No such file"), (folder.path, "a folder")] {
                let error = try #require(throws: ImageError.self) { try ImageFile(path: path) }
                #expect(error.kind == .inaccessible)
                #expect(error.path == path)
                #expect(error.description.contains(part) && error.description.contains(path))
            }
        }
    }

    @Test("limits are kept before memory is taken")
    func limits() throws {
        let path = try ImageFixture.file("png-rgb.png").path
        let pixels = 11 * 15
        #expect(throws: Never.self) { try Images.load(path: path, .limited(ImageLimits(pixelCount: pixels))) }
        for limits in [ImageLimits(pixelCount: pixels - 1), ImageLimits(side: 14), ImageLimits(byteCount: 100)] {
            let error = try #require(throws: ImageError.self) { try Images.load(path: path, .limited(limits)) }
            #expect(error.kind == .tooLarge)
            #expect(error.description.contains("ImageLimits"))
        }
        // A header that promises more pixels than the file has bytes for.
        var bytes = try ImageFixture.file("png-rgb.png").bytes
        bytes.replaceSubrange(16..<24, with: [0, 0, 0x20, 0, 0, 0, 0x20, 0])
        bytes.replaceSubrange(29..<33, with: crc32(bytes[12..<29]))
        let error = try #require(throws: ImageError.self) { try ImageFile(bytes: bytes) }
        #expect(error.kind == .truncated)
    }

    @Test("complaints of a library are kept, and not printed")
    func warnings() throws {
        var bytes = try ImageFixture.file("jpeg-420.jpg").bytes
        // Two bytes between the end of a segment and the next marker.
        let marker = try #require(bytes.firstRange(of: [0xFF, 0xDB] as [UInt8]))
        bytes.insert(contentsOf: [0, 0], at: marker.lowerBound)
        let (image, warning) = try ImageFile(bytes: bytes).decodeWithWarning()
        #expect(try image.equal(Images.load(path: ImageFixture.file("jpeg-420.jpg").path)))
        #expect(warning?.contains("extraneous") == true)
        #expect(try ImageFile(path: ImageFixture.file("jpeg-420.jpg").path).decodeWithWarning().warning == nil)
    }
}

extension DecodingOptions {
    fileprivate static func limited(_ limits: ImageLimits) -> DecodingOptions {
        DecodingOptions(limits: limits)
    }
}

/// The checksum of a chunk of a PNG, as RFC 2083 defines it.
func crc32(_ bytes: some Sequence<UInt8>) -> [UInt8] {
    var remainder: UInt32 = .max
    for byte in bytes {
        remainder ^= UInt32(byte)
        for _ in 0..<8 { remainder = remainder & 1 == 1 ? remainder >> 1 ^ 0xEDB8_8320 : remainder >> 1 }
    }
    return [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: ~remainder >> $0) }
}
