import TestSupport
import Testing
import Torch
import TorchNN

@Suite(.standardGenerator)
struct ShapeTests {
    static let family: LayerFamily = LayerFamily(
        name: "shape",
        makers: [
            "flatten": .layer { Flatten() },
            "flatten of some": .layer { Flatten(startDim: 0, endDim: -2) },
            "unflatten": .layer { Unflatten(1, [2, 3]) },
            "pixel shuffle": .layer { PixelShuffle(2) },
            "pixel unshuffle": .layer { PixelUnshuffle(2) },
            "channel shuffle": .layer { ChannelShuffle(2) },
            "unfold": .layer { Unfold(kernelSize: Pair(2, 3)) },
            "unfold with all options": .layer {
                Unfold(kernelSize: 2, dilation: Pair(1, 2), padding: 1, stride: Pair(2, 1))
            },
            "fold": .layer { Fold(outputSize: Pair(3, 4), kernelSize: Pair(2, 3)) },
            "fold with all options": .layer {
                Fold(outputSize: 4, kernelSize: 2, dilation: Pair(1, 2), padding: 1, stride: 2)
            },
            "upsample": .layer { Upsample(scaleFactor: 2) },
            "upsample to a size": .layer { Upsample(size: 5) },
            "upsample of volumes": .layer { Upsample(scaleFactors: [1, 2, 1.5]) },
            "upsample nearest-exact": .layer { Upsample(scaleFactor: 1.7, mode: .nearestExact) },
            "upsample nearest-exact of images": .layer { Upsample(size: Pair(7, 3), mode: .nearestExact) },
            "upsample area": .layer { Upsample(scaleFactor: 0.6, mode: .area) },
            "upsample linear": .layer { Upsample(scaleFactor: 1.6, mode: .linear) },
            "upsample linear with recomputed factor": .layer {
                Upsample(scaleFactor: 1.6, mode: .linear, recomputeScaleFactor: true)
            },
            "upsample bilinear": .layer { Upsample(scaleFactors: [2, 1.5], mode: .bilinear) },
            "upsample bilinear with aligned corners": .layer {
                Upsample(size: Pair(5, 4), mode: .bilinear, alignCorners: true)
            },
            "upsample bicubic": .layer { Upsample(scaleFactor: 2, mode: .bicubic) },
            "upsample trilinear": .layer { Upsample(scaleFactor: 2, mode: .trilinear) },
            "upsampling nearest2d": .layer { UpsamplingNearest2d(scaleFactor: 2) },
            "upsampling bilinear2d": .layer { UpsamplingBilinear2d(size: Pair(4, 5)) },
        ])

    @Test("options that make no sense are errors that name the layer")
    func nonsenseThrows() {
        expectError("PixelShuffle") { PixelShuffle(0) }
        expectError("PixelUnshuffle") { PixelUnshuffle(-1) }
        expectError("ChannelShuffle") { ChannelShuffle(0) }
        expectError("Unfold") { Unfold(kernelSize: 0) }
        expectError("Fold") { Fold(outputSize: -1, kernelSize: 2) }
    }

    @Test("an input of a wrong shape is an error")
    func wrongShapesThrow() throws {
        let input = try Tensor.zeros([1, 2, 3])
        #expect(throws: TorchError.self) { try Flatten(startDim: 3)(input) }
        #expect(throws: TorchError.self) { try Flatten(startDim: .min, endDim: .max)(input) }
        #expect(throws: TorchError.self) { try Unflatten(1, [3, 3])(input) }
        #expect(throws: TorchError.self) { try PixelShuffle(2)(input) }
        #expect(throws: TorchError.self) { try PixelUnshuffle(2)(input) }
        #expect(throws: TorchError.self) { try ChannelShuffle(4)(input) }
        #expect(throws: TorchError.self) { try Fold(outputSize: 4, kernelSize: 2)(input) }
    }

    @Test(
        "an interpolation that cannot be is an error",
        arguments: [
            Upsample(scaleFactor: 0), Upsample(scaleFactor: .nan), Upsample(scaleFactor: 1e300),
            Upsample(scaleFactors: [1, 2]), Upsample(scaleFactors: []), Upsample(size: 0), Upsample(size: Pair(2, 2)),
            Upsample(scaleFactor: 2, mode: .bilinear), Upsample(scaleFactor: 2, alignCorners: true),
            Upsample(scaleFactor: 0.1, mode: .nearestExact),
        ].map(Unchecked.init))
    func wrongInterpolationsThrow(layer: Unchecked<Upsample>) throws {
        #expect(throws: TorchError.self) { try layer.value(Tensor.zeros([1, 2, 3])) }
    }
}
