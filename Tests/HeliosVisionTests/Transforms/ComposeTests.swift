import Helios
import TestSupport
import Testing
import Torch
import TorchNN

@testable import HeliosVision

@Suite struct ComposeTests {
    private static let normalize = Normalize.imageNet

    private static let compositions: [[any Transform]] = [
        [RandomResizedCrop(24), RandomHorizontalFlip(), ToImageTensor(), normalize],
        [RandomResizedCrop(24, interpolation: .bicubic), ToImageTensor(), RandomHorizontalFlip(), normalize],
        [Resize(28), CenterCrop(24), ToImageTensor(), normalize],
        [Resize(.exact(ImageSize(height: 30, width: 24))), CenterCrop(40), ToImageTensor(scale: false)],
        [RandomResizedCrop(24), RandomHorizontalFlip()],
        [
            RandomHorizontalFlip(), Resize(20, antialias: false), RandomHorizontalFlip(), CenterCrop(16),
            ToImageTensor(),
        ],
        [RandomCrop(20), ColorJitter(brightness: 0.2), ToImageTensor(), normalize],
        [CenterCrop(20), RandomResizedCrop(16, interpolation: .nearest), ToImageTensor(dtype: .float64)],
        [RandomResizedCrop(24), RandomVerticalFlip(), ToImageTensor(), Normalize(mean: [0.5], std: [0.5])],
        [],
    ]

    /// Each transform by itself, which fuses nothing.
    private func separately(
        _ transforms: [any Transform], _ sample: ImageSample, random: inout SampleRandom
    ) throws -> ImageSample {
        try transforms.reduce(sample) { try $1.apply(to: $0, random: &random) }
    }

    @Test("one pass over the bytes gives the bits of separate transforms", arguments: compositions.indices)
    func fused(_ number: Int) throws {
        let transforms = Self.compositions[number]
        for index in 0..<10 {
            let sample = ImageSample(image: try testPicture(40 + index, 55, seed: UInt64(index)))
            var (first, second) = (SampleRandom.test(index), SampleRandom.test(index))
            let expected = try separately(transforms, sample, random: &first)
            let result = try Compose(transforms).apply(to: sample, random: &second)
            try expectSameBits(result.image, expected.image, "composition \(number)")
            // Both have drawn the same.
            let next = (first.next(), second.next())
            #expect(next.0 == next.1)
        }
    }

    @Test("boxes go along, and change no pixel", arguments: compositions.indices)
    func boxes(_ number: Int) throws {
        let image = try testPicture(44, 55)
        let boxes = try Tensor([4, 5, 30, 31], shape: [1, 4]).to(.float32)
        var (first, second) = (SampleRandom.test(number), SampleRandom.test(number))
        let plain = try Compose(Self.compositions[number]).apply(to: ImageSample(image: image), random: &first)
        let result = try Compose(Self.compositions[number]).apply(
            to: ImageSample(image: image, boxes: boxes), random: &second)
        try expectSameBits(result.image, plain.image)
        #expect(result.boxes?.shape == [1, 4])
    }

    @Test("a region that is decoded alone gives the same image", arguments: compositions.indices)
    func leadingCrop(_ number: Int) throws {
        let compose = Compose(Self.compositions[number])
        let picture = try testPicture(44, 55)
        guard let crop = compose.leadingCrop else {
            #expect([2, 3, 5, 9].contains(number))
            return
        }
        for index in 0..<5 {
            var (first, second) = (SampleRandom.test(index), SampleRandom.test(index))
            let expected = try compose.apply(to: ImageSample(image: picture), random: &first)
            let region = try crop.region(of: ImageSize(height: 44, width: 55), random: &second)
            // As a decoder gives it: memory of its own.
            let decoded = try ImageOperations.crop(picture, to: region).clone()
            let result = try crop.finish(ImageSample(image: decoded), random: &second)
            try expectSameBits(result.image, expected.image)
        }
    }

    @Test("a part of a batch is written in place", arguments: [0, 1, 2, 6, 8])
    func output(_ number: Int) throws {
        let compose = Compose(Self.compositions[number])
        let picture = try testPicture(44, 55)
        var (first, second, third) = (SampleRandom.test(), SampleRandom.test(), SampleRandom.test())
        let expected = try compose.apply(to: ImageSample(image: picture), random: &first).image
        let batch = try Tensor.zeros([3] + expected.shape)
        let result = try compose.apply(to: ImageSample(image: picture), random: &second, into: batch[1])
        try expectSameBits(batch[1], expected)
        try expectSameBits(result.image, expected)
        let others = try batch[0].ne(0).sum().item(Int.self)
        #expect(others == 0)
        if let crop = compose.leadingCrop {
            let region = try crop.region(of: ImageSize(height: 44, width: 55), random: &third)
            let decoded = try ImageSample(image: ImageOperations.crop(picture, to: region))
            _ = try crop.finish(decoded, random: &third, into: batch[2])
            try expectSameBits(batch[2], expected)
        }
    }

    @Test("an output of another shape or type is an error")
    func wrongOutput() throws {
        let compose = Compose(Self.compositions[0])
        for output in [try Tensor.zeros([1, 24, 24]), try Tensor.zeros([3, 24, 24], dtype: .float64)] {
            var random = SampleRandom.test()
            #expect(throws: DataError.self) {
                try compose.apply(to: ImageSample(image: testPicture(40, 50)), random: &random, into: output)
            }
        }
    }

    @Test("a composition is a transform")
    func nested() throws {
        let inner = Compose([RandomResizedCrop(24), RandomHorizontalFlip()])
        let outer = Compose([inner, ToImageTensor()])
        var (first, second) = (SampleRandom.test(), SampleRandom.test())
        let sample = ImageSample(image: try testPicture(40, 50))
        let flat = Compose(inner.transforms + [ToImageTensor()])
        try expectSameBits(
            outer.apply(to: sample, random: &first).image, flat.apply(to: sample, random: &second).image)
        #expect(outer.leadingCrop?.outputSize == ImageSize(height: 24, width: 24))
        #expect(throws: DataError.self) { try Compose([Compose([Resize(0)])]).validate() }
    }

    @Test("random compositions choose by their probabilities")
    func choices() throws {
        let sample = ImageSample(image: try Tensor.zeros([1, 1, 1]))
        func add(_ number: Double) -> Lambda { Lambda(image: { try $0 * 10 + number }) }
        func results(_ transform: any Transform) throws -> [Double] {
            try (0..<400).map { index in
                var random = SampleRandom.test(index)
                return try transform.apply(to: sample, random: &random).image.item()
            }
        }
        let applied = try results(RandomApply([add(1), add(2)], p: 0.25))
        #expect(Set(applied) == [0, 12])
        // Five standard deviations of 400 draws.
        let count = applied.count { $0 == 12 }
        #expect((56...144).contains(count))
        let chosen = try results(RandomChoice([add(1), add(2), add(3)], weights: [1, 0, 3]))
        #expect(Set(chosen) == [1, 3])
        let likely = chosen.count { $0 == 3 }
        #expect((256...344).contains(likely))
        let equal = try Set(results(RandomChoice([add(1), add(2)])))
        #expect(equal == [1, 2])
        let orders = try Set(results(RandomOrder([add(1), add(2), add(3)])))
        #expect(orders == [123, 132, 213, 231, 312, 321])
    }
}
