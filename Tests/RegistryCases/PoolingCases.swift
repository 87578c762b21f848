import Helios

let poolingCases: RegistryCases<Void, Module> = [
    "MaxPool1d": [
        .init(["kernel_size": 6]) { MaxPool1d(kernelSize: 6) },
        .init(["kernel_size": 6, "stride": 2, "padding": 3, "dilation": 4, "ceil_mode": true]) {
            MaxPool1d(kernelSize: 6, stride: 2, padding: 3, dilation: 4, ceilMode: true)
        },
    ],
    "MaxPool2d": [
        .init(["kernel_size": 6]) { MaxPool2d(kernelSize: 6) },
        .init(["kernel_size": [6, 7], "stride": [2, 3], "padding": 3, "dilation": [4, 5], "ceil_mode": true]) {
            MaxPool2d(
                kernelSize: Pair(6, 7), stride: Pair(2, 3), padding: 3, dilation: Pair(4, 5), ceilMode: true)
        },
    ],
    "MaxPool3d": [
        .init(["kernel_size": 6]) { MaxPool3d(kernelSize: 6) },
        .init(["kernel_size": [6, 7, 8], "stride": 2, "padding": [1, 2, 3], "dilation": 4, "ceil_mode": true]) {
            MaxPool3d(
                kernelSize: Triple(6, 7, 8), stride: 2, padding: Triple(1, 2, 3), dilation: 4, ceilMode: true)
        },
    ],
    "MaxUnpool1d": [
        .init(["kernel_size": 6]) { MaxUnpool1d(kernelSize: 6) },
        .init(["kernel_size": 6, "stride": 2, "padding": 3]) { MaxUnpool1d(kernelSize: 6, stride: 2, padding: 3) },
    ],
    "MaxUnpool2d": [
        .init(["kernel_size": 6]) { MaxUnpool2d(kernelSize: 6) },
        .init(["kernel_size": 6, "stride": [2, 4], "padding": [3, 1]]) {
            MaxUnpool2d(kernelSize: 6, stride: Pair(2, 4), padding: Pair(3, 1))
        },
    ],
    "MaxUnpool3d": [
        .init(["kernel_size": 6]) { MaxUnpool3d(kernelSize: 6) },
        .init(["kernel_size": 6, "stride": [2, 4, 5], "padding": [3, 1, 0]]) {
            MaxUnpool3d(kernelSize: 6, stride: Triple(2, 4, 5), padding: Triple(3, 1, 0))
        },
    ],
    "AvgPool1d": [
        .init(["kernel_size": 6]) { AvgPool1d(kernelSize: 6) },
        .init(["kernel_size": 6, "stride": 2, "padding": 3, "ceil_mode": true, "count_include_pad": false]) {
            AvgPool1d(kernelSize: 6, stride: 2, padding: 3, ceilMode: true, countIncludePad: false)
        },
    ],
    "AvgPool2d": [
        .init(["kernel_size": 6]) { AvgPool2d(kernelSize: 6) },
        .init([
            "kernel_size": 6, "stride": [2, 4], "padding": [3, 1], "ceil_mode": true, "count_include_pad": false,
            "divisor_override": 5,
        ]) {
            AvgPool2d(
                kernelSize: 6, stride: Pair(2, 4), padding: Pair(3, 1), ceilMode: true, countIncludePad: false,
                divisorOverride: 5)
        },
    ],
    "AvgPool3d": [
        .init(["kernel_size": 6]) { AvgPool3d(kernelSize: 6) },
        .init([
            "kernel_size": 6, "stride": [2, 4, 5], "padding": [3, 1, 0], "ceil_mode": true, "count_include_pad": false,
            "divisor_override": 5,
        ]) {
            AvgPool3d(
                kernelSize: 6, stride: Triple(2, 4, 5), padding: Triple(3, 1, 0), ceilMode: true,
                countIncludePad: false, divisorOverride: 5)
        },
    ],
    "LPPool1d": [
        .init(["norm_type": 2, "kernel_size": 6]) { LPPool1d(2, kernelSize: 6) },
        .init(["norm_type": 1.5, "kernel_size": 6, "stride": 2, "ceil_mode": true]) {
            LPPool1d(1.5, kernelSize: 6, stride: 2, ceilMode: true)
        },
    ],
    "LPPool2d": [
        .init(["norm_type": 2, "kernel_size": 6]) { LPPool2d(2, kernelSize: 6) },
        .init(["norm_type": 1.5, "kernel_size": [6, 5], "stride": [2, 3], "ceil_mode": true]) {
            LPPool2d(1.5, kernelSize: Pair(6, 5), stride: Pair(2, 3), ceilMode: true)
        },
    ],
    "LPPool3d": [
        .init(["norm_type": 2, "kernel_size": 6]) { LPPool3d(2, kernelSize: 6) },
        .init(["norm_type": 1.5, "kernel_size": [6, 5, 4], "stride": [2, 3, 1], "ceil_mode": true]) {
            LPPool3d(1.5, kernelSize: Triple(6, 5, 4), stride: Triple(2, 3, 1), ceilMode: true)
        },
    ],
    "AdaptiveAvgPool1d": [.init(["output_size": 5]) { AdaptiveAvgPool1d(5) }],
    "AdaptiveAvgPool2d": [
        .init(["output_size": 5]) { AdaptiveAvgPool2d(5) },
        .init(["output_size": [5, nil]]) { AdaptiveAvgPool2d(height: 5, width: nil) },
    ],
    "AdaptiveAvgPool3d": [
        .init(["output_size": [5, 6, 7]]) { AdaptiveAvgPool3d(Triple(5, 6, 7)) },
        .init(["output_size": nil]) { AdaptiveAvgPool3d(depth: nil, height: nil, width: nil) },
    ],
    "AdaptiveMaxPool1d": [.init(["output_size": 5]) { AdaptiveMaxPool1d(5) }],
    "AdaptiveMaxPool2d": [.init(["output_size": [5, nil]]) { AdaptiveMaxPool2d(height: 5, width: nil) }],
    "AdaptiveMaxPool3d": [.init(["output_size": [5, 6, 7]]) { AdaptiveMaxPool3d(Triple(5, 6, 7)) }],
    "ExportableAdaptiveAvgPool2d": [.init(["output_size": [5, 6]]) { ExportableAdaptiveAvgPool2d(Pair(5, 6)) }],
    "FractionalMaxPool2d": [
        .init(["kernel_size": 3, "output_size": [5, 6]]) {
            FractionalMaxPool2d(kernelSize: 3, outputSize: Pair(5, 6))
        },
        .init(["kernel_size": [3, 4], "output_ratio": [0.5, 0.6]]) {
            FractionalMaxPool2d(kernelSize: Pair(3, 4), outputRatio: (0.5, 0.6))
        },
    ],
    "FractionalMaxPool3d": [
        .init(["kernel_size": 3, "output_size": [5, 6, 7]]) {
            FractionalMaxPool3d(kernelSize: 3, outputSize: Triple(5, 6, 7))
        },
        .init(["kernel_size": 3, "output_ratio": 0.5]) {
            FractionalMaxPool3d(kernelSize: 3, outputRatio: (0.5, 0.5, 0.5))
        },
    ],
]
