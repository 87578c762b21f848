import Helios
import TestSupport
import Testing
import Torch
import TorchNN

@testable import HeliosVision

@Suite struct ImageOperationsTests {
    private static let operations = [
        "resize", "resizeSide", "crop", "resizedCrop", "centerCrop", "fiveCrop", "tenCrop", "flipHorizontally",
        "flipVertically", "rotate", "affine", "perspective", "brightness", "contrast", "saturation", "hue", "gamma",
        "grayscale", "sharpness", "invert", "posterize", "solarize", "autocontrast", "equalize", "gaussianBlur", "pad",
        "erase", "normalize", "convert", "augment", "mixUp", "mixUpTargets", "cutMix", "cutMixTargets", "ycbcr",
        "yChannel",
    ]

    @Test("operations give what torchvision gave", arguments: operations)
    func recorded(_ operation: String) throws {
        try compare(fixture("transforms"), operation)
    }

    @Test("operations give what the torchvision of this machine gives", .needsTorchvision, arguments: operations)
    func live(_ operation: String) async throws {
        try compare(await Python.fixture("transforms"), operation)
    }

    @Test("every recorded operation is compared")
    func allOperations() throws {
        let fixture = try fixture("transforms", as: TransformFixture.self)
        #expect(Set(fixture.cases.map(\.operation)) == Set(Self.operations))
    }

    private func compare(_ fixture: TransformFixture, _ operation: String) throws {
        let cases = fixture.cases.filter { $0.operation == operation }
        #expect(!cases.isEmpty)
        for recorded in cases {
            let image = try #require(fixture.images[recorded.image]).tensor
            let input = recorded.image == "masks" ? try image.to(.bool) : image
            let before = try input.clone()
            let options = RecordedOptions(operation: operation, words: recorded.words, numbers: recorded.numbers)
            let comment = "\(operation) of \(recorded.image) with \(recorded.words) \(recorded.numbers)"
            try expectNear(run(options, input), recorded.result.tensor, options, comment)
            try expectSameBits(input, before, "the input of \(comment)")
        }
    }

    /// Bytes within 1 and numbers within 1e-5. A pixel that `nearest` takes from the very middle between two may be
    /// another one on another processor.
    private func expectNear(
        _ actual: Tensor, _ expected: Tensor, _ options: RecordedOptions, _ comment: String
    ) throws {
        let actual = actual.dtype == .bool ? try actual.to(.uint8) : actual
        guard actual.shape == expected.shape, actual.dtype == expected.dtype else {
            Issue.record("\(comment) is \(actual.dtype)\(actual.shape), not \(expected.dtype)\(expected.shape)")
            return
        }
        let tolerance = actual.dtype.isFloatingPoint ? (options.operation == "yChannel" ? 1e-4 : 1e-5) : 1
        let distances = try (actual.to(.float64) - expected.to(.float64)).abs()
        let differing = try distances.gt(tolerance).sum().item(Int.self)
        let warps = ["rotate", "affine", "perspective", "augment"].contains(options.operation)
        let allowed = warps && options.interpolation == .nearest ? actual.count / 50 : 0
        if differing > allowed {
            let greatest = try distances.max().item(Double.self)
            Issue.record("\(comment) differs at \(differing) places, by up to \(greatest)")
        }
    }

    private func run(_ options: RecordedOptions, _ image: Tensor) throws -> Tensor {
        typealias Operations = ImageOperations
        let mode = options.interpolation
        let factor = options.number("factor")
        switch options.operation {
        case "resize":
            return try Operations.resize(
                image, to: .exact(options.size()), interpolation: mode, antialias: options.flag("antialias"))
        case "resizeSide":
            let limit = options.numbers["limit"].map { Int($0[0]) }
            let size: ResizeSize =
                options.numbers["size"].map { .shorterSide(Int($0[0]), longerAtMost: limit) } ?? .longerSide(limit ?? 0)
            return try Operations.resize(image, to: size)
        case "crop": return try Operations.crop(image, to: options.region)
        case "resizedCrop": return try Operations.resizedCrop(image, region: options.region, size: options.size())
        case "centerCrop": return try Operations.centerCrop(image, size: options.size())
        case "fiveCrop": return try Tensor.stack(Operations.fiveCrop(image, size: options.size()))
        case "tenCrop":
            return try Tensor.stack(
                Operations.tenCrop(image, size: options.size(), flipsVertically: options.flag("vertical")))
        case "flipHorizontally": return try Operations.flipHorizontally(image)
        case "flipVertically": return try Operations.flipVertically(image)
        case "rotate":
            return try Operations.rotate(
                image, angle: options.number("angle"), expand: options.flag("expand"), center: options.pair("center"),
                interpolation: mode, fill: options.list("fill"))
        case "affine":
            return try Operations.affine(
                image, angle: options.number("angle"), translation: #require(options.pair("translation")),
                scale: options.number("scale"), shear: #require(options.pair("shear")), center: options.pair("center"),
                interpolation: mode, fill: options.list("fill"))
        case "perspective":
            return try Operations.perspective(
                image, startPoints: RecordedOptions.corners(Operations.size(of: image, "test")),
                endPoints: options.points("ends"), interpolation: mode, fill: options.list("fill"))
        case "brightness": return try Operations.adjustBrightness(image, factor: factor)
        case "contrast": return try Operations.adjustContrast(image, factor: factor)
        case "saturation": return try Operations.adjustSaturation(image, factor: factor)
        case "hue": return try Operations.adjustHue(image, factor: factor)
        case "sharpness": return try Operations.adjustSharpness(image, factor: factor)
        case "gamma":
            return try Operations.adjustGamma(image, gamma: options.number("gamma"), gain: options.number("gain"))
        case "grayscale": return try Operations.grayscale(image, channels: options.integer("channels"))
        case "invert": return try Operations.invert(image)
        case "posterize": return try Operations.posterize(image, bits: options.integer("bits"))
        case "solarize": return try Operations.solarize(image, threshold: options.number("threshold"))
        case "autocontrast": return try Operations.autocontrast(image)
        case "equalize": return try Operations.equalize(image)
        case "gaussianBlur":
            let size = options.list("kernel").map { Int($0) }
            return try Operations.gaussianBlur(image, kernelSize: (size[0], size[1]), sigma: options.pair("sigma"))
        case "pad":
            return try Operations.pad(
                image, options.margins, fill: options.list("fill"),
                mode: #require(ImagePadding(rawValue: options.words["mode"] ?? "")))
        case "erase":
            let color = try Tensor(options.list("value"), shape: [3, 1, 1]).to(.uint8)
            return try Operations.erase(image, region: options.region, value: color)
        case "normalize":
            return try Operations.normalize(image, mean: options.list("mean"), std: options.list("std"))
        case "convert":
            let types: [String: DType] = [
                "uint8": .uint8, "int16": .int16, "uint16": .uint16, "int32": .int32, "float32": .float32,
            ]
            let type = try #require(types[options.words["dtype"] ?? ""])
            return try Operations.convert(image, to: type, scale: options.flag("scale"))
        case "augment":
            let operation = try #require(AugmentOperation(rawValue: options.words["name"] ?? ""))
            return try operation.apply(
                to: image, magnitude: options.number("magnitude"), interpolation: .nearest, fill: [])
        case "ycbcr":
            return try Operations.ycbcr(
                image, order: #require(.init(rawValue: options.words["order"] ?? "")), onlyY: options.flag("onlyY"))
        case "yChannel":
            return try Operations.yChannel(image, order: #require(.init(rawValue: options.words["order"] ?? "")))
        default:
            return try mix(options, image)
        }
    }

    /// The batches that transforms.py mixes.
    private func mix(_ options: RecordedOptions, _ image: Tensor) throws -> Tensor {
        let inputs = try Tensor.stack([image, image * 0.5, image * 0.25])
        let targets = try BatchMixing.probabilities(Tensor([2, 0, 1]), classes: 4, "test")
        let batch = LabeledBatch(inputs: inputs, targets: targets)
        switch options.operation {
        case "mixUp": return try BatchMixing.mix(inputs, share: options.number("share"))
        case "mixUpTargets": return try BatchMixing.mix(targets, share: options.number("share"))
        default:
            let size = try ImageOperations.size(of: image, "test")
            let mixed = try CutMix().mix(batch, region: options.region, size: size)
            return options.operation == "cutMix" ? mixed.inputs : mixed.targets
        }
    }
}
