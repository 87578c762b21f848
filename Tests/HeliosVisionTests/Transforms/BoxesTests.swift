import Helios
import TestSupport
import Testing
import Torch

@testable import HeliosVision

@Suite struct BoxesTests {
    @Test("boxes move as torchvision moves them")
    func recorded() throws {
        let fixture = try fixture("transforms", as: TransformFixture.self)
        #expect(fixture.boxes.count == 10)
        for recorded in fixture.boxes {
            let options = RecordedOptions(operation: recorded.operation, words: [:], numbers: recorded.numbers)
            let boxes = try Tensor(recorded.boxes, shape: [3, 4]).to(.float32)
            let sample = ImageSample(image: try testPicture(11, 14), boxes: boxes)
            let result = try #require(change(sample, options).boxes)
            try expectClose(
                result.to(.float64), Tensor(recorded.result, shape: [3, 4]), relative: 1e-5, absolute: 2e-5,
                "\(recorded.operation) with \(recorded.numbers)")
        }
    }

    private func change(_ sample: ImageSample, _ options: RecordedOptions) throws -> ImageSample {
        var random = SampleRandom.test()
        let center = options.pair("center").map { Vector2(x: $0.x, y: $0.y) }
        let angle = options.number("angle")
        switch options.operation {
        case "resize": return try Resize(.exact(options.size())).apply(to: sample, random: &random)
        case "crop": return try sample.cropped(to: options.region)
        case "flipHorizontally": return try RandomHorizontalFlip(p: 1).apply(to: sample, random: &random)
        case "flipVertically": return try RandomVerticalFlip(p: 1).apply(to: sample, random: &random)
        case "pad": return try Pad(options.margins).apply(to: sample, random: &random)
        case "rotate":
            return try RandomRotation(degrees: angle...angle, expand: options.flag("expand"), center: center)
                .apply(to: sample, random: &random)
        case "affine":
            return try RandomAffine(degrees: 0...0).change(
                sample, angle: angle, translation: #require(options.pair("translation")),
                scale: options.number("scale"), shear: #require(options.pair("shear")))
        default:
            return try RandomPerspective().change(
                sample, starts: RecordedOptions.corners(sample.size), ends: options.points("ends"))
        }
    }

    /// A mask is a rectangle, and its box must stay around it.
    @Test(
        "masks go where their boxes go",
        arguments: [
            "RandomResizedCrop", "RandomCrop", "CenterCrop", "Resize", "RandomHorizontalFlip", "RandomVerticalFlip",
            "RandomRotation", "RandomAffine", "RandomPerspective", "Pad",
        ])
    func masks(_ name: String) throws {
        let transforms: [String: any Transform] = [
            "RandomResizedCrop": RandomResizedCrop(50, scale: 0.5...1), "RandomCrop": RandomCrop(48, padding: 4),
            "CenterCrop": CenterCrop(ImageSize(height: 70, width: 50)), "Resize": Resize(32),
            "RandomHorizontalFlip": RandomHorizontalFlip(p: 1), "RandomVerticalFlip": RandomVerticalFlip(p: 1),
            "RandomRotation": RandomRotation(degrees: -20...20, expand: true),
            "RandomAffine": RandomAffine(
                degrees: -10...10, translate: Vector2(x: 0.1, y: 0.1), scale: 0.8...1.2, shearX: -5...5),
            "RandomPerspective": RandomPerspective(distortionScale: 0.3, p: 1),
            "Pad": Pad(Margins(left: 1, top: 2, right: 3, bottom: 4)),
        ]
        let transform = try #require(transforms[name])
        let mask = try Tensor.zeros([1, 64, 60], dtype: .bool)
        try mask.set(true, at: .all, 20..<40, 15..<45)
        let boxes = try Tensor([15, 20, 45, 40], shape: [1, 4]).to(.float32)
        let sample = ImageSample(image: try testPicture(64, 60), boxes: boxes, masks: mask)
        for index in 0..<20 {
            var random = SampleRandom.test(index)
            let result = try transform.apply(to: sample, random: &random)
            let masks = try #require(result.masks)
            #expect(masks.dtype == .bool)
            #expect(masks.shape[1...] == result.image.shape[1...])
            let box = try #require(result.boxes).array(Float.self).map { Double($0) }
            let places = try masks[0].nonzero()
            guard places.count > 0 else { continue }
            let (least, greatest) = (
                try places.amin(dim: 0).array(Int.self), try places.amax(dim: 0).array(Int.self)
            )
            // The box is around the corners, so that it may be larger than a rotated rectangle whose corners are cut.
            let size = try result.size
            // An image that grew is in the middle of whole pixels, its boxes are not.
            let slack = name == "RandomRotation" ? 2.0 : 1
            let isAround =
                zip([least[1], least[0]], box.prefix(2)).allSatisfy { Double($0) >= $1 - slack }
                && zip([greatest[1], greatest[0]], box.suffix(2)).allSatisfy { Double($0) + 1 <= $1 + slack }
            #expect(isAround, "\(name) \(index)")
            let isInside = box[0] >= 0 && box[1] >= 0 && box[2] <= Double(size.width) && box[3] <= Double(size.height)
            #expect(isInside)
        }
    }

    @Test("boxes and masks may be none at all")
    func empty() throws {
        let sample = ImageSample(
            image: try testPicture(20, 30), boxes: try Tensor.zeros([0, 4]),
            masks: try Tensor.zeros([0, 20, 30], dtype: .bool))
        let transforms: [any Transform] = [
            RandomResizedCrop(8), RandomRotation(degrees: 30...30, expand: true), RandomPerspective(p: 1),
            RandomHorizontalFlip(p: 1), Pad(3),
        ]
        for transform in transforms {
            var random = SampleRandom.test()
            let result = try transform.apply(to: sample, random: &random)
            #expect(result.boxes?.shape == [0, 4])
            #expect(result.masks?.shape == [0] + result.image.shape[1...])
        }
    }

    @Test("whole numbers stay whole numbers")
    func integers() throws {
        let boxes = try Tensor([1, 2, 9, 8], shape: [1, 4])
        var random = SampleRandom.test()
        let sample = ImageSample(image: try testPicture(10, 10), boxes: boxes)
        let result = try Resize(.exact(ImageSize(height: 20, width: 30))).apply(to: sample, random: &random)
        #expect(result.boxes?.dtype == .int64)
        #expect(try result.boxes?.array(Int.self) == [3, 4, 27, 16])
    }

    @Test("boxes and masks that do not belong to the image are errors")
    func mistakes() throws {
        var random = SampleRandom.test()
        let image = try testPicture(10, 12)
        let wrong = [
            ImageSample(image: image, boxes: try Tensor.zeros([2, 5])),
            ImageSample(image: image, masks: try Tensor.zeros([2, 12, 10])),
            ImageSample(image: image, masks: try Tensor.zeros([10, 12])),
        ]
        for sample in wrong {
            #expect(throws: DataError.self) {
                try RandomHorizontalFlip(p: 1).apply(to: sample, random: &random)
            }
        }
    }

    @Test("empty boxes are removed with their masks and labels")
    func removal() throws {
        let boxes = try Tensor([0, 0, 4, 4, 5, 5, 5, 9, 20, 2, 30, 8, 6, 6, 9, 9], shape: [4, 4]).to(.float32)
        let masks = try Tensor.zeros([4, 10, 10], dtype: .bool)
        let sample = ImageSample(
            image: try testPicture(10, 10), boxes: boxes, masks: masks, labels: try Tensor([7, 8, 9, 10]))
        var random = SampleRandom.test()
        let result = try RemoveEmptyBoxes().apply(to: sample, random: &random)
        #expect(try result.boxes?.array(Float.self) == [0, 0, 4, 4, 6, 6, 9, 9])
        #expect(try result.labels?.array(Int.self) == [7, 10])
        #expect(result.masks?.shape == [2, 10, 10])
        let larger = try RemoveEmptyBoxes(minArea: 10).apply(to: sample, random: &random)
        #expect(try larger.labels?.array(Int.self) == [7])
        #expect(throws: DataError.self) {
            var other = sample
            other.labels = try Tensor([7])
            return try RemoveEmptyBoxes().apply(to: other, random: &random)
        }
    }
}
