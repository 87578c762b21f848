import Helios
import TestSupport
import Testing
import Torch
import TorchNN

@testable import HeliosVision

@Suite struct ByteResizingTests {
    private func resizing(_ random: inout SampleRandom, of size: ImageSize) -> ByteResizing {
        let (height, width) = (1 + random.below(size.height), 1 + random.below(size.width))
        let region = ImageRegion(
            top: random.below(size.height - height + 1), left: random.below(size.width - width + 1), height: height,
            width: width)
        let new = ImageSize(height: 1 + random.below(60), width: 1 + random.below(60))
        return ByteResizing(
            region: region, size: new, isCubic: random.happens(0.5), antialias: random.happens(0.5))
    }

    @Test("bytes are what libtorch computes of bytes, within 1")
    func bytes() throws {
        let picture = try testPicture(70, 90)
        var random = SampleRandom.test()
        for _ in 0..<60 {
            let resizing = resizing(&random, of: ImageSize(height: 70, width: 90))
            let region = try ImageOperations.crop(picture, to: resizing.region)
            let expected = try interpolate(
                region.unsqueeze(dim: 0).contiguous(), size: Pair(resizing.size.height, resizing.size.width),
                mode: resizing.isCubic ? .bicubic : .bilinear, alignCorners: false, antialias: resizing.antialias)
            let distance = try (resizing.bytes(of: picture).to(.int32) - expected[0].to(.int32)).abs().max()
            #expect(try distance.item(Int.self) <= 1, "\(resizing)")
        }
    }

    @Test("the instructions of a processor change no bit, nor does the order of the memory")
    func portable() throws {
        for channels in 1...4 {
            let picture = try testPicture(40, 50, channels: channels)
            let planar = try picture.contiguous()
            var random = SampleRandom.test(channels)
            for _ in 0..<25 {
                var resizing = resizing(&random, of: ImageSize(height: 40, width: 50))
                resizing.flips = random.happens(0.5)
                let expected = try resizing.bytes(of: picture)
                try expectSameBits(resizing.bytes(of: planar), expected)
                resizing.isPortable = true
                try expectSameBits(resizing.bytes(of: picture), expected)
                let numbers = ByteResizing.Numbers(scale: 1.0 / 255, mean: [0.4], std: [0.3])
                let outputs = try [true, false].map { isPortable in
                    resizing.isPortable = isPortable
                    let output = try Tensor.empty(expected.shape, dtype: .float32)
                    try resizing.numbers(numbers, of: picture, into: output)
                    return output
                }
                try expectSameBits(outputs[0], outputs[1])
            }
        }
    }

    @Test("numbers have the bits that libtorch computes of the bytes, and flips reverse the columns")
    func numbers() throws {
        let picture = try testPicture(33, 47)
        var resizing = ByteResizing(
            region: ImageRegion(top: 2, left: 5, height: 30, width: 37), size: ImageSize(height: 19, width: 21),
            isCubic: false, antialias: true)
        let bytes = try resizing.bytes(of: picture)
        resizing.flips = true
        try expectSameBits(resizing.bytes(of: picture), bytes.flip([-1]))
        let (mean, std) = ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
        let output = try Tensor.empty([3, 19, 21], dtype: .float32)
        try resizing.numbers(.init(scale: 1.0 / 255, mean: mean, std: std), of: picture, into: output)
        let numbers = try ImageOperations.convert(bytes.flip([-1]), to: .float32)
        try expectSameBits(output, ImageOperations.normalize(numbers, mean: mean, std: std))
    }

    @Test("a window has the pixels of the whole")
    func window() throws {
        let picture = try testPicture(40, 50)
        var resizing = ByteResizing(
            region: ImageRegion(top: 0, left: 0, height: 40, width: 50), size: ImageSize(height: 25, width: 70),
            isCubic: true, antialias: true)
        let whole = try resizing.bytes(of: picture)
        resizing.window = ImageRegion(top: 3, left: 11, height: 20, width: 41)
        try expectSameBits(resizing.bytes(of: picture), ImageOperations.crop(whole, to: resizing.window))
    }

    @Test("a window of a large image has the pixels of the whole: weights have as many digits in both")
    func largeWindow() throws {
        for width in [1024, 2100] {
            let picture = try testPicture(2, width)
            var resizing = ByteResizing(
                region: ImageRegion(top: 0, left: 0, height: 2, width: width), size: ImageSize(height: 2, width: 256),
                isCubic: false, antialias: true)
            let whole = try resizing.bytes(of: picture)
            resizing.window = ImageRegion(top: 0, left: 16, height: 2, width: 224)
            try expectSameBits(resizing.bytes(of: picture), ImageOperations.crop(whole, to: resizing.window))
        }
    }

    @Test("regions outside of the image, and sizes that no memory holds, are errors")
    func mistakes() throws {
        let picture = try testPicture(10, 10)
        let inside = ImageRegion(top: 0, left: 0, height: 10, width: 10)
        let wrong = [
            ByteResizing(
                region: ImageRegion(top: 5, left: 0, height: 6, width: 10), size: ImageSize(height: 5, width: 5),
                isCubic: false, antialias: true),
            ByteResizing(
                region: inside, size: ImageSize(height: 0, width: 5), isCubic: false, antialias: true),
            ByteResizing(
                region: inside, size: ImageSize(height: 1 << 40, width: 5), isCubic: false, antialias: true),
        ]
        for resizing in wrong {
            #expect(throws: (any Error).self) { try resizing.bytes(of: picture) }
        }
    }
}
