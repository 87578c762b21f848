import TestSupport
import Testing
import Torch
import TorchNN

@Suite(.standardGenerator)
struct PoolingTests {
    static let family: LayerFamily = LayerFamily(
        name: "pooling",
        makers: [
            "max pool1d": .layer { MaxPool1d(kernelSize: 2) },
            "max pool1d with all options": .layer {
                MaxPool1d(kernelSize: 3, stride: 2, padding: 1, dilation: 2, ceilMode: true)
            },
            "max pool1d with indices": .module({ MaxPool1d(kernelSize: 2) }) {
                [try $0.withIndices($1[0])].flatMap { [$0.output, $0.indices] }
            },
            "max pool2d": .layer { MaxPool2d(kernelSize: 2) },
            "max pool2d with all options": .layer {
                MaxPool2d(
                    kernelSize: Pair(3, 2), stride: Pair(2, 1), padding: Pair(1, 0), dilation: Pair(1, 2),
                    ceilMode: true)
            },
            "max pool2d with indices": .module({ MaxPool2d(kernelSize: 2) }) {
                [try $0.withIndices($1[0])].flatMap { [$0.output, $0.indices] }
            },
            "max pool3d": .layer { MaxPool3d(kernelSize: 2) },
            "max pool3d with all options": .layer {
                MaxPool3d(
                    kernelSize: Triple(1, 3, 2), stride: Triple(1, 2, 1), padding: Triple(0, 1, 1),
                    dilation: Triple(2, 1, 1), ceilMode: true)
            },
            "max pool3d with indices": .module({ MaxPool3d(kernelSize: 2) }) {
                [try $0.withIndices($1[0])].flatMap { [$0.output, $0.indices] }
            },
            "max unpool1d": .module({ MaxUnpool1d(kernelSize: 2) }) { unpool, x in
                let pooled = try MaxPool1d(kernelSize: 2).withIndices(x[0])
                return [try unpool(pooled.output, indices: pooled.indices)]
            },
            "max unpool2d to a size": .module({ MaxUnpool2d(kernelSize: Pair(2, 1), stride: 2) }) { unpool, x in
                let pooled = try MaxPool2d(kernelSize: Pair(2, 1), stride: 2).withIndices(x[0])
                return [try unpool(pooled.output, indices: pooled.indices, outputSize: Pair(5, 6))]
            },
            "max unpool3d": .module({ MaxUnpool3d(kernelSize: 2) }) { unpool, x in
                let pooled = try MaxPool3d(kernelSize: 2).withIndices(x[0])
                return [try unpool(pooled.output, indices: pooled.indices)]
            },
            "avg pool1d": .layer { AvgPool1d(kernelSize: 2) },
            "avg pool1d with all options": .layer {
                AvgPool1d(kernelSize: 3, stride: 2, padding: 1, ceilMode: true, countIncludePad: false)
            },
            "avg pool2d": .layer { AvgPool2d(kernelSize: 2) },
            "avg pool2d with all options": .layer {
                AvgPool2d(
                    kernelSize: Pair(3, 2), stride: Pair(2, 1), padding: Pair(1, 0), ceilMode: true,
                    countIncludePad: false)
            },
            "avg pool2d by a divisor": .layer { AvgPool2d(kernelSize: 2, divisorOverride: 3) },
            "avg pool3d": .layer { AvgPool3d(kernelSize: 2) },
            "avg pool3d with all options": .layer {
                AvgPool3d(
                    kernelSize: Triple(1, 3, 2), stride: Triple(1, 2, 1), padding: Triple(0, 1, 1), ceilMode: true,
                    countIncludePad: false, divisorOverride: 5)
            },
            "adaptive max pool1d": .layer { AdaptiveMaxPool1d(3) },
            "adaptive max pool2d": .module({ AdaptiveMaxPool2d(Pair(3, 2)) }) {
                [try $0.withIndices($1[0])].flatMap { [$0.output, $0.indices] }
            },
            "adaptive max pool2d with the input's width": .layer { AdaptiveMaxPool2d(height: 3, width: nil) },
            "adaptive max pool3d": .layer { AdaptiveMaxPool3d(depth: 2, height: nil, width: 1) },
            "adaptive avg pool1d": .layer { AdaptiveAvgPool1d(3) },
            "adaptive avg pool2d": .layer { AdaptiveAvgPool2d(3) },
            "adaptive avg pool2d with the input's height": .layer { AdaptiveAvgPool2d(height: nil, width: 2) },
            "adaptive avg pool3d": .layer { AdaptiveAvgPool3d(depth: 2, height: nil, width: 1) },
            "fractional max pool2d": .layer { FractionalMaxPool2d(kernelSize: 2, outputSize: Pair(3, 2)) },
            "fractional max pool2d by a ratio": .module({
                FractionalMaxPool2d(kernelSize: Pair(2, 3), outputRatio: (0.5, 0.7))
            }) { [try $0.withIndices($1[0])].flatMap { [$0.output, $0.indices] } },
            "fractional max pool3d": .layer { FractionalMaxPool3d(kernelSize: 2, outputSize: Triple(2, 3, 2)) },
            "fractional max pool3d by a ratio": .layer {
                FractionalMaxPool3d(kernelSize: 2, outputRatio: (0.5, 0.6, 0.7))
            },
            "lp pool1d": .layer { LPPool1d(2, kernelSize: 3, stride: 2, ceilMode: true) },
            "lp pool2d": .layer { LPPool2d(2, kernelSize: Pair(2, 3)) },
            "lp pool2d of the greatest": .layer { LPPool2d(.infinity, kernelSize: 2) },
            "lp pool3d": .layer { LPPool3d(1, kernelSize: 2, stride: Triple(1, 2, 2)) },
        ])

    @Test("options that make no sense are errors that name the layer")
    func nonsenseThrows() {
        expectError("MaxPool2d") { MaxPool2d(kernelSize: 0) }
        expectError("MaxPool2d") { MaxPool2d(kernelSize: 2, stride: 0) }
        expectError("MaxPool1d") { MaxPool1d(kernelSize: 2, padding: -1) }
        expectError("MaxPool3d") { MaxPool3d(kernelSize: 2, dilation: Int.max) }
        expectError("MaxUnpool2d") { MaxUnpool2d(kernelSize: 0) }
        expectError("AvgPool2d") { AvgPool2d(kernelSize: 2, divisorOverride: 0) }
        expectError("AvgPool3d") { AvgPool3d(kernelSize: -2) }
        expectError("AdaptiveAvgPool2d") { AdaptiveAvgPool2d(0) }
        expectError("AdaptiveMaxPool1d") { AdaptiveMaxPool1d(-1) }
        expectError("FractionalMaxPool2d") { FractionalMaxPool2d(kernelSize: 2, outputRatio: (0.5, 1)) }
        expectError("LPPool1d") { LPPool1d(0, kernelSize: 2) }
        expectError("ExportableAdaptiveAvgPool2d") { ExportableAdaptiveAvgPool2d(0) }
    }

    @Test("an input of a wrong shape is an error")
    func wrongShapesThrow() throws {
        let input = try Tensor.zeros([3])
        #expect(throws: TorchError.self) { try MaxPool2d(kernelSize: 2)(input) }
        #expect(throws: TorchError.self) { try MaxPool2d(kernelSize: 2, padding: 2)(Tensor.zeros([1, 4, 4])) }
        #expect(throws: TorchError.self) { try AvgPool3d(kernelSize: 2)(input) }
        #expect(throws: TorchError.self) { try AdaptiveAvgPool2d(2)(input) }
        #expect(throws: TorchError.self) { try AdaptiveMaxPool3d(2)(input) }
        #expect(throws: TorchError.self) {
            try FractionalMaxPool2d(kernelSize: 2, outputSize: 9)(Tensor.zeros([1, 4, 4]))
        }
        #expect(throws: TorchError.self) { try FractionalMaxPool3d(kernelSize: 2, outputSize: 1)(input) }
        #expect(throws: TorchError.self) { try ExportableAdaptiveAvgPool2d(5)(Tensor.zeros([1, 4, 4])) }
        #expect(throws: TorchError.self) { try ExportableAdaptiveAvgPool2d(5)(input) }
        #expect(throws: TorchError.self) { try LPPool2d(2, kernelSize: 2)(input) }
    }

    @Test("unpooling to a size that the pooling cannot have had is an error")
    func wrongUnpoolingThrows() throws {
        let pooled = try MaxPool1d(kernelSize: 2).withIndices(Tensor.zeros([1, 2, 6]))
        let unpool = MaxUnpool1d(kernelSize: 2)
        #expect(throws: TorchError.self) { try unpool(pooled.output, indices: pooled.indices, outputSize: 9) }
        #expect(throws: TorchError.self) { try unpool(pooled.output, indices: pooled.indices, outputSize: .max) }
        #expect(throws: TorchError.self) { try unpool(pooled.output, indices: pooled.indices + 100) }
        #expect(throws: TorchError.self) { try unpool(Tensor(1.0), indices: Tensor(1)) }
    }

    @Test("pooling that ONNX can express is adaptive pooling if the sizes divide")
    func exportablePoolingIsAdaptive() throws {
        let input = try Tensor.arange(48, dtype: .float32).reshape([2, 4, 6])
        try expectClose(
            ExportableAdaptiveAvgPool2d(Pair(2, 3))(input), AdaptiveAvgPool2d(Pair(2, 3))(input), relative: 1e-6)
        // Windows of 2 by 3, 1 and 3 apart, by Helios' formula.
        try expectSameBits(
            ExportableAdaptiveAvgPool2d(height: 3, width: 2)(input),
            AvgPool2d(kernelSize: Pair(2, 3), stride: Pair(1, 3))(input))
    }
}
