import TestSupport
import Testing
import Torch
import TorchNN

@Suite(.standardGenerator)
struct ConvolutionTests {
    static let family: LayerFamily = LayerFamily(
        name: "convolution",
        makers: [
            "conv1d": .layer { Conv1d(2, 3, kernelSize: 3) },
            "conv1d of one": .layer { Conv1d(2, 3, kernelSize: 3) },
            "conv1d with all options": .layer {
                Conv1d(4, 6, kernelSize: 3, stride: 2, padding: 2, dilation: 2, groups: 2, bias: false)
            },
            "conv1d same circular": .layer { Conv1d(1, 2, kernelSize: 4, padding: .same, paddingMode: .circular) },
            "conv2d": .layer { Conv2d(2, 3, kernelSize: 3) },
            "conv2d of one image": .layer { Conv2d(2, 3, kernelSize: 3) },
            "conv2d with all options": .layer {
                Conv2d(
                    4, 6, kernelSize: Pair(3, 2), stride: Pair(2, 1), padding: Pair(2, 1), dilation: Pair(1, 2),
                    groups: 2, bias: false)
            },
            "conv2d same": .layer { Conv2d(2, 3, kernelSize: Pair(4, 3), padding: .same, dilation: Pair(1, 2)) },
            "conv2d valid": .layer { Conv2d(2, 3, kernelSize: 3, padding: .valid) },
            "conv2d reflect": .layer { Conv2d(2, 3, kernelSize: 3, padding: Pair(2, 1), paddingMode: .reflect) },
            "conv2d replicate": .layer {
                Conv2d(2, 3, kernelSize: 3, padding: Pair(4, 1), paddingMode: .replicate)
            },
            "conv2d circular": .layer { Conv2d(2, 3, kernelSize: 3, padding: Pair(2, 1), paddingMode: .circular) },
            "conv2d same reflect": .layer {
                Conv2d(2, 3, kernelSize: Pair(4, 3), padding: .same, paddingMode: .reflect)
            },
            "conv3d": .layer { Conv3d(2, 2, kernelSize: 2) },
            "conv3d with all options": .layer {
                Conv3d(
                    2, 4, kernelSize: Triple(1, 3, 2), stride: Triple(1, 2, 1), padding: Triple(0, 1, 2),
                    dilation: Triple(2, 1, 1), groups: 2, bias: false)
            },
            "conv3d same": .layer { Conv3d(1, 2, kernelSize: Triple(1, 2, 3), padding: .same) },
            "conv3d replicate": .layer { Conv3d(1, 2, kernelSize: 2, padding: 1, paddingMode: .replicate) },
            "conv transpose1d": .layer { ConvTranspose1d(2, 3, kernelSize: 3) },
            "conv transpose1d with all options": .layer {
                ConvTranspose1d(
                    4, 6, kernelSize: 3, stride: 2, padding: 1, outputPadding: 1, groups: 2, bias: false, dilation: 2)
            },
            "conv transpose2d": .layer { ConvTranspose2d(2, 3, kernelSize: 3) },
            "conv transpose2d with all options": .layer {
                ConvTranspose2d(
                    4, 6, kernelSize: Pair(3, 2), stride: Pair(2, 3), padding: Pair(1, 0), outputPadding: Pair(1, 2),
                    groups: 2, dilation: Pair(2, 1))
            },
            "conv transpose2d to a size": .module({ ConvTranspose2d(2, 2, kernelSize: 3, stride: 3) }) {
                [try $0($1[0], outputSize: Pair(7, 8))]
            },
            "conv transpose3d": .layer { ConvTranspose3d(2, 2, kernelSize: 2) },
            "conv transpose3d with all options": .layer {
                ConvTranspose3d(
                    2, 4, kernelSize: Triple(1, 3, 2), stride: Triple(1, 2, 2), padding: Triple(0, 1, 1),
                    outputPadding: Triple(0, 1, 1), groups: 2, bias: false)
            },
        ])

    @Test("options that make no sense are errors that name the layer")
    func nonsenseThrows() {
        expectError("Conv2d") { Conv2d(0, 3, kernelSize: 3) }
        expectError("Conv2d") { Conv2d(4, 6, kernelSize: 3, groups: 4) }
        expectError("Conv2d") { Conv2d(4, 6, kernelSize: 3, groups: 0) }
        expectError("Conv1d") { Conv1d(4, 6, kernelSize: -3) }
        expectError("Conv2d") { Conv2d(4, 6, kernelSize: Pair(3, Int.max)) }
        expectError("Conv2d") { Conv2d(4, 6, kernelSize: 3, stride: 0) }
        expectError("Conv2d") { Conv2d(4, 6, kernelSize: 3, padding: -1) }
        expectError("Conv2d") { Conv2d(4, 6, kernelSize: 3, padding: Triple(1, 1, 1)) }
        expectError("Conv3d") { Conv3d(4, 6, kernelSize: 3, padding: Pair(1, 1)) }
        expectError("Conv2d") { Conv2d(4, 6, kernelSize: 3, dilation: Int.min) }
        expectError("Conv2d") { Conv2d(4, 6, kernelSize: 3, stride: 2, padding: .same) }
        expectError("ConvTranspose1d") { ConvTranspose1d(4, 6, kernelSize: 3, stride: 0) }
        expectError("ConvTranspose2d") { ConvTranspose2d(4, 6, kernelSize: 3, outputPadding: -1) }
        expectError("ConvTranspose3d") { ConvTranspose3d(4, 6, kernelSize: 3, padding: Int.min) }
    }

    @Test("a layer too large for memory is an error")
    func hugeLayerThrows() {
        #expect(initializationError(of: Conv2d(1 << 20, 1 << 20, kernelSize: 1 << 20)) != nil)
        #expect(initializationError(of: ConvTranspose3d(1 << 20, 1 << 20, kernelSize: 1 << 20)) != nil)
    }

    @Test("an input of a wrong shape is an error")
    func wrongShapesThrow() throws {
        let input = try Tensor.zeros([2, 3])
        #expect(throws: TorchError.self) { try Conv1d(1, 2, kernelSize: 3)(input) }
        #expect(throws: TorchError.self) { try Conv2d(1, 2, kernelSize: 3)(input) }
        #expect(throws: TorchError.self) { try ConvTranspose2d(1, 2, kernelSize: 3)(input) }
        #expect(throws: TorchError.self) { try ConvTranspose2d(3, 2, kernelSize: 3)(input, outputSize: Pair(3, 5)) }
        #expect(throws: TorchError.self) {
            try ConvTranspose1d(3, 2, kernelSize: 3)(Tensor.zeros([1]).expand([3, 1 << 40]), outputSize: 3)
        }
    }

    @Test("padding that the input is too small for is an error", arguments: [PaddingMode.reflect, .circular])
    func paddingBeyondTheInputThrows(mode: PaddingMode) throws {
        let conv = Conv2d(1, 1, kernelSize: 3, padding: 4, paddingMode: mode)
        let error = #expect(throws: TorchError.self) { try conv(Tensor.zeros([1, 1, 3, 3])) }
        #expect(error?.kind == .shape)
    }

    @Test("padding of an empty input or a single number is an error")
    func paddingOfNothingThrows() throws {
        let conv = Conv2d(1, 1, kernelSize: 3, padding: 1, paddingMode: .replicate)
        #expect(throws: TorchError.self) { try conv(Tensor.zeros([1, 1, 0, 3])) }
        #expect(throws: TorchError.self) { try conv(Tensor(1.0)) }
    }
}
