import Helios
import HeliosVision
import Testing
import Torch

@Suite("ImageFile.sample")
struct ImageFileTransformsTests {
    /// Cuts out a random part, and then draws once more.
    private struct Crop: CroppingTransform {
        var outputSize: ImageSize? { ImageSize(height: 4, width: 4) }

        func region(of size: ImageSize, random: inout SampleRandom) throws -> ImageRegion {
            ImageRegion(
                top: .random(in: 0...size.height - 4, using: &random),
                left: .random(in: 0...size.width - 4, using: &random), height: 4, width: 4)
        }

        func finish(_ cropped: ImageSample, random: inout SampleRandom) throws -> ImageSample {
            ImageSample(image: Bool.random(using: &random) ? try cropped.image.flip([2]) : cropped.image)
        }

        func apply(to sample: ImageSample, random: inout SampleRandom) throws -> ImageSample {
            let size = ImageSize(height: sample.image.shape[1], width: sample.image.shape[2])
            let region = try region(of: size, random: &random)
            let cropped = try sample.image.narrow(dim: 1, start: region.top, length: 4)
                .narrow(dim: 2, start: region.left, length: 4)
            return try finish(ImageSample(image: cropped), random: &random)
        }
    }

    private struct Invert: Transform {
        func apply(to sample: ImageSample, random: inout SampleRandom) throws -> ImageSample {
            ImageSample(image: try 255 - sample.image)
        }
    }

    private struct Fails: Transform {
        func apply(to sample: ImageSample, random: inout SampleRandom) throws -> ImageSample {
            throw DataError("no such thing")
        }
    }

    @Test(
        "a region that is decoded alone gives the pixels and random numbers of the whole image",
        arguments: ["jpeg-420.jpg", "jpeg-orientation-6.jpg", "png-rgb.png", "webp-orientation-8.webp"])
    func regions(name: String) throws {
        let file = try ImageFile(path: ImageFixture.file(name).path, .rgb)
        for index in 0..<10 {
            var (first, second) = (
                SampleRandom(seed: 1, epoch: 0, index: index), SampleRandom(seed: 1, epoch: 0, index: index)
            )
            let found = try file.sample([Crop(), Invert()], random: &first)
            var expected = ImageSample(image: try file.decode())
            for transform in [Crop(), Invert()] as [any Transform] {
                expected = try transform.apply(to: expected, random: &second)
            }
            #expect(try found.image.equal(expected.image))
            #expect(first.next() == second.next())
        }
    }

    @Test("the error of a transform names the file")
    func errors() throws {
        let path = try ImageFixture.file("png-rgb.png").path
        var random = SampleRandom(seed: 0, epoch: 0, index: 0)
        for transforms in [[Fails()], [Invert(), Fails()], [Crop(), Fails()]] as [[any Transform]] {
            let error = try #require(throws: ImageError.self) {
                try ImageFile(path: path).sample(transforms, random: &random)
            }
            #expect(error.path == path && error.kind == .transform)
            #expect(error.description.contains("no such thing"))
        }
    }
}
