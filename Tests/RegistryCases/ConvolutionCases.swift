import Helios

let convolutionCases: RegistryCases<Void, Module> = [
    "Conv1d": [
        .init(["in_channels": 4, "out_channels": 6, "kernel_size": 3]) { Conv1d(4, 6, kernelSize: 3) },
        .init([
            "in_channels": 4, "out_channels": 6, "kernel_size": 3, "stride": 2, "padding": 1, "dilation": 3,
            "groups": 2,
            "bias": false, "padding_mode": "circular",
        ]) {
            Conv1d(
                4, 6, kernelSize: 3, stride: 2, padding: 1, dilation: 3, groups: 2, bias: false, paddingMode: .circular)
        },
    ],
    "Conv2d": [
        .init(["in_channels": 4, "out_channels": 6, "kernel_size": 3]) { Conv2d(4, 6, kernelSize: 3) },
        .init([
            "in_channels": 4, "out_channels": 6, "kernel_size": [3, 5], "stride": 2, "padding": [1, 2],
            "dilation": [2, 3], "groups": 2, "bias": false, "padding_mode": "reflect",
        ]) {
            Conv2d(
                4, 6, kernelSize: Pair(3, 5), stride: 2, padding: Pair(1, 2), dilation: Pair(2, 3), groups: 2,
                bias: false, paddingMode: .reflect)
        },
        .init(["in_channels": 4, "out_channels": 6, "kernel_size": 3, "padding": "same"]) {
            Conv2d(4, 6, kernelSize: 3, padding: .same)
        },
        .init(["in_channels": 4, "out_channels": 6, "kernel_size": 3, "padding": "valid"]) {
            Conv2d(4, 6, kernelSize: 3, padding: .valid)
        },
    ],
    "Conv3d": [
        .init(["in_channels": 4, "out_channels": 6, "kernel_size": 3]) { Conv3d(4, 6, kernelSize: 3) },
        .init([
            "in_channels": 4, "out_channels": 6, "kernel_size": [1, 3, 5], "stride": [1, 2, 3], "padding": [0, 1, 2],
            "dilation": 2, "groups": 2, "bias": false, "padding_mode": "replicate",
        ]) {
            Conv3d(
                4, 6, kernelSize: Triple(1, 3, 5), stride: Triple(1, 2, 3), padding: Triple(0, 1, 2), dilation: 2,
                groups: 2, bias: false, paddingMode: .replicate)
        },
    ],
    "ConvTranspose1d": [
        .init(["in_channels": 4, "out_channels": 6, "kernel_size": 3]) { ConvTranspose1d(4, 6, kernelSize: 3) },
        .init([
            "in_channels": 4, "out_channels": 6, "kernel_size": 3, "stride": 4, "padding": 2, "output_padding": 1,
            "groups": 2, "bias": false, "dilation": 5,
        ]) {
            ConvTranspose1d(
                4, 6, kernelSize: 3, stride: 4, padding: 2, outputPadding: 1, groups: 2, bias: false, dilation: 5)
        },
    ],
    "ConvTranspose2d": [
        .init(["in_channels": 4, "out_channels": 6, "kernel_size": 3]) { ConvTranspose2d(4, 6, kernelSize: 3) },
        .init([
            "in_channels": 4, "out_channels": 6, "kernel_size": [3, 5], "stride": 4, "padding": [1, 2],
            "output_padding": [2, 1], "groups": 2, "bias": false, "dilation": [5, 6],
        ]) {
            ConvTranspose2d(
                4, 6, kernelSize: Pair(3, 5), stride: 4, padding: Pair(1, 2), outputPadding: Pair(2, 1), groups: 2,
                bias: false, dilation: Pair(5, 6))
        },
    ],
    "ConvTranspose3d": [
        .init(["in_channels": 4, "out_channels": 6, "kernel_size": 3]) { ConvTranspose3d(4, 6, kernelSize: 3) },
        .init([
            "in_channels": 4, "out_channels": 6, "kernel_size": [1, 3, 5], "stride": 4, "padding": [0, 1, 2],
            "output_padding": [2, 1, 0], "groups": 2, "bias": false, "dilation": [5, 6, 7],
        ]) {
            ConvTranspose3d(
                4, 6, kernelSize: Triple(1, 3, 5), stride: 4, padding: Triple(0, 1, 2),
                outputPadding: Triple(2, 1, 0), groups: 2, bias: false, dilation: Triple(5, 6, 7))
        },
    ],
]
