import Helios

let linearCases: RegistryCases<Void, Module> = [
    "Linear": [
        .init(["in_features": 3, "out_features": 2]) { Linear(3, 2) },
        .init(["in_features": 3, "out_features": 2, "bias": false]) { Linear(3, 2, bias: false) },
    ],
    "Bilinear": [
        .init(["in1_features": 3, "in2_features": 4, "out_features": 2]) { Bilinear(3, 4, 2) },
        .init(["in1_features": 3, "in2_features": 4, "out_features": 2, "bias": false]) {
            Bilinear(3, 4, 2, bias: false)
        },
    ],
    "Identity": [.init([:]) { Identity() }],
    "CosineSimilarity": [
        .init([:]) { CosineSimilarity() }, .init(["dim": 2, "eps": 1e-3]) { CosineSimilarity(dim: 2, eps: 1e-3) },
    ],
    "PairwiseDistance": [
        .init([:]) { PairwiseDistance() },
        .init(["p": 1, "eps": 1e-3, "keepdim": true]) { PairwiseDistance(p: 1, eps: 1e-3, keepDim: true) },
    ],
    "Flatten": [
        .init([:]) { Flatten() }, .init(["start_dim": 2, "end_dim": 3]) { Flatten(startDim: 2, endDim: 3) },
    ],
    "Unflatten": [.init(["dim": 1, "unflattened_size": [2, -1]]) { Unflatten(1, [2, -1]) }],
    "PixelShuffle": [.init(["upscale_factor": 2]) { PixelShuffle(2) }],
    "PixelUnshuffle": [.init(["downscale_factor": 2]) { PixelUnshuffle(2) }],
    "ChannelShuffle": [.init(["groups": 2]) { ChannelShuffle(2) }],
    "Unfold": [
        .init(["kernel_size": 3]) { Unfold(kernelSize: 3) },
        .init(["kernel_size": [3, 2], "dilation": [1, 2], "padding": 1, "stride": [2, 3]]) {
            Unfold(kernelSize: Pair(3, 2), dilation: Pair(1, 2), padding: 1, stride: Pair(2, 3))
        },
    ],
    "Fold": [
        .init(["output_size": [7, 8], "kernel_size": 3]) { Fold(outputSize: Pair(7, 8), kernelSize: 3) },
        .init(["output_size": 9, "kernel_size": [3, 2], "dilation": [1, 2], "padding": 1, "stride": [2, 3]]) {
            Fold(outputSize: 9, kernelSize: Pair(3, 2), dilation: Pair(1, 2), padding: 1, stride: Pair(2, 3))
        },
    ],
    "Upsample": [
        .init(["scale_factor": 2]) { Upsample(scaleFactor: 2) },
        .init(["size": [4, 6], "mode": "bilinear", "align_corners": true]) {
            Upsample(size: Pair(4, 6), mode: .bilinear, alignCorners: true)
        },
        .init(["scale_factor": [2, 3, 1.5], "mode": "nearest-exact", "recompute_scale_factor": true]) {
            Upsample(scaleFactors: [2, 3, 1.5], mode: .nearestExact, recomputeScaleFactor: true)
        },
        .init(["size": 4]) { Upsample(size: 4) },
        .init(["size": [4, 5, 6]]) { Upsample(size: Triple(4, 5, 6)) },
    ],
    "UpsamplingNearest2d": [
        .init(["scale_factor": 2]) { UpsamplingNearest2d(scaleFactor: 2) },
        .init(["size": [4, 6]]) { UpsamplingNearest2d(size: Pair(4, 6)) },
    ],
    "UpsamplingBilinear2d": [
        .init(["size": 4]) { UpsamplingBilinear2d(size: 4) },
        .init(["scale_factor": 2.5]) { UpsamplingBilinear2d(scaleFactor: 2.5) },
    ],
]
