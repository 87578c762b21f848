import Helios
import TestSupport
import Testing
import Torch
import TorchNN

@testable import HeliosVision

@Suite struct RandomTransformsTests {
    private static let all: [any Transform] = [
        RandomResizedCrop(20), RandomCrop(20, padding: 2), CenterCrop(20), FiveCrop(20), TenCrop(20), Resize(20),
        RandomHorizontalFlip(), RandomVerticalFlip(), RandomRotation(degrees: -30...30),
        RandomAffine(degrees: -30...30, translate: Vector2(x: 0.2, y: 0.1), scale: 0.7...1.3, shearX: -5...5),
        RandomPerspective(p: 0.8), Pad(2), RandomErasing(p: 0.8), ToImageTensor(), Grayscale(channels: 3),
        RandomGrayscale(p: 0.5), ColorJitter(brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1),
        RandomInvert(), RandomPosterize(bits: 3), RandomSolarize(threshold: 128), RandomAutocontrast(),
        RandomEqualize(), RandomAdjustSharpness(factor: 2), GaussianBlur(kernelSize: 5), AutoAugment(),
        AutoAugment(policy: .cifar10), AutoAugment(policy: .svhn), RandAugment(), TrivialAugmentWide(), AugMix(),
    ]

    @Test("a sample's numbers decide everything, and nothing else does", .standardGenerator, arguments: all.indices)
    func deterministic(_ number: Int) throws {
        let transform = Self.all[number]
        // Neither black nor white, so that more contrast is possible.
        let picture = try testPicture(36, 40).div(2, roundingMode: .floor).add_(40)
        let before = try picture.clone()
        var results: [[UInt8]] = []
        for index in 0..<12 {
            var (first, second) = (SampleRandom.test(index), SampleRandom.test(index))
            let result = try transform.apply(to: ImageSample(image: picture), random: &first)
            // The generators of libtorch have no say.
            try manualSeed(UInt64(index))
            let again = try transform.apply(to: ImageSample(image: picture), random: &second)
            try expectSameBits(result.image, again.image, "\(transform)")
            results.append(try result.image.to(.uint8).array(UInt8.self))
        }
        let fixed: [any Transform.Type] = [
            CenterCrop.self, Resize.self, FiveCrop.self, TenCrop.self, Pad.self, ToImageTensor.self, Grayscale.self,
        ]
        let isRandom = !fixed.contains { $0 == type(of: transform) }
        let differ = Set(results).count > 1
        #expect(differ == isRandom, "\(transform)")
        try expectSameBits(picture, before, "the input of \(transform)")
    }

    @Test("a probability of 0 changes nothing")
    func never() throws {
        let transforms: [any Transform] = [
            RandomHorizontalFlip(p: 0), RandomVerticalFlip(p: 0), RandomPerspective(p: 0), RandomErasing(p: 0),
            RandomGrayscale(p: 0), RandomInvert(p: 0), RandomPosterize(bits: 1, p: 0),
            RandomSolarize(threshold: 0, p: 0), RandomAutocontrast(p: 0), RandomEqualize(p: 0),
            RandomAdjustSharpness(factor: 0, p: 0), RandomApply([RandomInvert(p: 1)], p: 0), ColorJitter(),
        ]
        let picture = try testPicture(12, 14)
        for (index, transform) in transforms.enumerated() {
            var random = SampleRandom.test(index)
            try expectSameBits(transform.apply(to: ImageSample(image: picture), random: &random).image, picture)
        }
    }

    @Test("random resized crops have allowed areas, proportions and places")
    func resizedCrops() throws {
        let crop = RandomResizedCrop(10, scale: 0.2...0.6, ratio: 0.5...2)
        let size = ImageSize(height: 300, width: 400)
        var areas: [Double] = []
        for index in 0..<500 {
            var random = SampleRandom.test(index)
            let region = try crop.region(of: size, random: &random)
            #expect(region.isInside(size))
            areas.append(Double(region.height * region.width) / 120_000)
            let ratio = Double(region.width) / Double(region.height)
            #expect((0.49...2.02).contains(ratio))
        }
        #expect(areas.allSatisfy { (0.198...0.602).contains($0) })
        // Five standard deviations of the mean of uniform numbers; the fits change it by less.
        let mean = areas.reduce(0, +) / 500
        #expect((0.37...0.43).contains(mean))
    }

    @Test("a long image, from which no region fits, is cropped in the middle")
    func fallback() throws {
        var random = SampleRandom.test()
        let crop = RandomResizedCrop(10, scale: 1...1)
        let region = try crop.region(of: ImageSize(height: 10, width: 400), random: &random)
        #expect(region == ImageRegion(top: 0, left: 193, height: 10, width: 13))
        let upright = try crop.region(of: ImageSize(height: 400, width: 10), random: &random)
        #expect(upright == ImageRegion(top: 193, left: 0, height: 13, width: 10))
    }

    @Test("random crops reach every place")
    func randomCrops() throws {
        let picture = try Tensor.arange(12, dtype: .uint8).view([1, 3, 4])
        var corners: Set<UInt8> = []
        for index in 0..<200 {
            var random = SampleRandom.test(index)
            let crop = RandomCrop(ImageSize(height: 2, width: 2))
            corners.insert(try crop.apply(to: ImageSample(image: picture), random: &random).image.array(UInt8.self)[0])
        }
        #expect(corners == [0, 1, 2, 4, 5, 6])
        var random = SampleRandom.test()
        #expect(throws: DataError.self) { try RandomCrop(5).apply(to: ImageSample(image: picture), random: &random) }
        let padded = try RandomCrop(5, padsIfNeeded: true).apply(to: ImageSample(image: picture), random: &random)
        #expect(padded.image.shape == [1, 5, 5])
    }

    @Test("erasing writes a color or noise over a rectangle, and leaves the rest")
    func erasing() throws {
        let ones = try Tensor.ones([3, 20, 20])
        for index in 0..<20 {
            var random = SampleRandom.test(index)
            let color = try RandomErasing(p: 1, value: .color([0.25, 0.5, 0.75]))
                .apply(to: ImageSample(image: ones), random: &random).image
            let erased = try color.ne(1).sum(dims: [1, 2]).array(Int.self)
            #expect(Set(erased).count == 1)
            #expect((4...170).contains(erased[0]))
            let noise = try RandomErasing(p: 1, value: .noise)
                .apply(to: ImageSample(image: ones), random: &random).image
            #expect(try noise.ne(1).sum().item(Int.self) > 0)
        }
        var random = SampleRandom.test()
        #expect(throws: DataError.self) {
            try RandomErasing(p: 1, value: .noise).apply(to: ImageSample(image: testPicture(9, 9)), random: &random)
        }
    }

    @Test("jitter keeps its factors in their ranges")
    func jitter() throws {
        let gray = try Tensor.full([3, 4, 4], 0.5)
        var values: [Double] = []
        for index in 0..<200 {
            var random = SampleRandom.test(index)
            let result = try ColorJitter(brightness: 0.4).apply(to: ImageSample(image: gray), random: &random)
            values.append(try result.image[0, 0, 0].item())
        }
        #expect(values.allSatisfy { (0.299...0.701).contains($0) })
        let (least, greatest) = (values.min() ?? 1, values.max() ?? 0)
        #expect(least < 0.32)
        #expect(greatest > 0.68)
    }

    @Test("pixels of other programs become an image, one or a list")
    func imageTensors() throws {
        let pixels = try Tensor([0, 51, 102, 153, 204, 255], shape: [1, 2, 3]).to(.uint8)
        let image = try ToImageTensor()(channelsLast: pixels)
        try expectClose(image, Tensor([0, 0.6, 0.2, 0.8, 0.4, 1], shape: [3, 1, 2]).to(.float32))
        let list = try ToImageTensor(dtype: .uint8, scale: false)(channelsLast: [pixels, pixels[.all, .all, 0]])
        #expect(list.map(\.shape) == [[3, 1, 2], [1, 1, 2]])
        #expect(throws: DataError.self) { try ToImageTensor()(channelsLast: pixels[0, 0]) }
    }

    private static let mistakes: [any Transform] = [
        Resize(0), Resize(10, maxSize: 10), Resize(10, interpolation: .area), RandomResizedCrop(0),
        RandomResizedCrop(9, scale: 0...1), RandomResizedCrop(9, scale: 0.5...2), RandomResizedCrop(9, ratio: -1...2),
        CenterCrop(-1), RandomCrop(0), RandomCrop(9, padding: -1), FiveCrop(0), TenCrop(-3),
        RandomHorizontalFlip(p: 2), RandomVerticalFlip(p: -1), RandomRotation(degrees: 0 ... .infinity),
        RandomRotation(degrees: .nan), RandomAffine(degrees: -.infinity),
        RandomRotation(degrees: 0...1, interpolation: .bicubic), RandomAffine(degrees: 0...1, scale: 0...1),
        RandomAffine(degrees: 0...1, translate: Vector2(x: 2, y: 0)), RandomPerspective(distortionScale: 2),
        Pad(-1), RandomErasing(scale: 0...2), RandomErasing(value: .color([])), Normalize(mean: [0], std: [0]),
        Normalize(mean: [], std: [1]), Grayscale(channels: 2), ColorJitter(hue: 0.6), ColorJitter(contrast: -1),
        RandomPosterize(bits: 9), RandomAdjustSharpness(factor: -1), GaussianBlur(kernelSize: 4),
        GaussianBlur(kernelSize: 3, sigma: 0...1), RandomApply([], p: 3), RandomChoice([]),
        RandomChoice([Resize(3)], weights: [0]), RandomChoice([Resize(3)], weights: [1, 2]), RandomOrder([Resize(0)]),
        RandAugment(magnitude: 31), RandAugment(operations: -1), TrivialAugmentWide(magnitudeBins: 1),
        AugMix(severity: 0), AugMix(alpha: 0), AutoAugment(interpolation: .bicubic), RemoveEmptyBoxes(minSize: -1),
    ]

    @Test("a wrong option is an error at first use, and names the transform", arguments: mistakes.indices)
    func wrongOptions(_ number: Int) throws {
        let transform = Self.mistakes[number]
        #expect(throws: DataError.self, "\(transform)") { try transform.validate() }
        var random = SampleRandom.test()
        let sample = ImageSample(image: try testPicture(30, 30))
        #expect(throws: DataError.self, "\(transform)") { try transform.apply(to: sample, random: &random) }
    }

    @Test("a single number of degrees is for both directions")
    func degrees() {
        #expect(RandomRotation(degrees: 30).degrees == -30...30)
        #expect(RandomRotation(degrees: -30.5).degrees == -30.5...30.5)
        #expect(RandomAffine(degrees: 5, scale: 1...2).degrees == -5...5)
    }

    @Test("images of a wrong shape or type are errors")
    func wrongImages() throws {
        let flat = try Tensor.zeros([4, 5])
        let two = try Tensor.zeros([2, 8, 8], dtype: .uint8)
        let bytes = try testPicture(8, 8)
        #expect(throws: DataError.self) { try ImageOperations.resize(flat, to: .shorterSide(3)) }
        #expect(throws: DataError.self) { try ImageOperations.flipHorizontally(flat) }
        #expect(throws: DataError.self) { try ImageOperations.adjustHue(two, factor: 0.1) }
        #expect(throws: DataError.self) { try ImageOperations.normalize(bytes, mean: [0], std: [1]) }
        #expect(throws: DataError.self) { try ImageOperations.normalize(bytes.float(), mean: [0, 1], std: [1]) }
        #expect(throws: DataError.self) { try ImageOperations.gaussianBlur(bytes, kernelSize: (17, 3)) }
        #expect(throws: DataError.self) { try ImageOperations.pad(bytes, Margins(8), mode: .reflect) }
        #expect(throws: DataError.self) { try ImageOperations.pad(bytes, Margins(1), fill: [1, 2]) }
        #expect(throws: DataError.self) { try ImageOperations.rotate(bytes, angle: .nan) }
        #expect(throws: DataError.self) { try ImageOperations.rotate(bytes, angle: 3, fill: [1, 2]) }
        #expect(throws: DataError.self) { try ImageOperations.affine(bytes, scale: 0) }
        #expect(throws: DataError.self) {
            try ImageOperations.perspective(
                bytes, startPoints: [(0, 0), (1, 0), (2, 0), (3, 0)], endPoints: [(0, 0), (1, 0), (1, 1), (0, 1)])
        }
        #expect(throws: DataError.self) { try ImageOperations.convert(flat, to: .int64) }
        #expect(throws: DataError.self) { try ImageOperations.fiveCrop(bytes, size: ImageSize(height: 9, width: 3)) }
        #expect(throws: DataError.self) {
            try ImageOperations.erase(
                bytes, region: ImageRegion(top: 5, left: 0, height: 4, width: 2), value: Tensor(0))
        }
    }

    @Test("numbers outside of 0 to 1 become black and white bytes")
    func clamped() throws {
        let numbers = try Tensor([-0.5, 0, 0.5, 1, 1.5], shape: [1, 1, 5]).to(.float32)
        #expect(try ImageOperations.convert(numbers, to: .uint8).array(UInt8.self) == [0, 0, 127, 255, 255])
    }
}
