import TestSupport
import Testing
import Torch
import TorchNN

/// Layers against Tests/Fixtures/layers.py, in which PyTorch makes the same ones after the same seed.
@Suite(.standardGenerator)
struct LayerTests {
    struct Case: Decodable {
        let description: String
        let keys: [String]
        let parameters: [String]
        let first: [String: FixtureTensor]
        let inputs: [FixtureTensor]
        let probe: FixtureTensor
        let outputs: [FixtureTensor]
        let gradients: [FixtureTensor]
        let last: [String: FixtureTensor]
        let evaluated: FixtureTensor
    }

    static let makers: [String: @Sendable () throws -> any Layer] = [
        "linear": { try Linear(5, 3) },
        "linear without bias": { try Linear(5, 3, bias: false) },
        "conv2d": { try Conv2d(2, 3, kernelSize: 3) },
        "conv2d of one image": { try Conv2d(2, 3, kernelSize: 3) },
        "conv2d with all options": {
            try Conv2d(
                4, 6, kernelSize: Pair(3, 2), stride: Pair(2, 1), padding: Pair(2, 1), dilation: Pair(1, 2), groups: 2,
                bias: false)
        },
        "conv2d same": { try Conv2d(2, 3, kernelSize: Pair(4, 3), padding: .same, dilation: Pair(1, 2)) },
        "conv2d valid": { try Conv2d(2, 3, kernelSize: 3, padding: .valid) },
        "conv2d reflect": { try Conv2d(2, 3, kernelSize: 3, padding: Pair(2, 1), paddingMode: .reflect) },
        "conv2d replicate": { try Conv2d(2, 3, kernelSize: 3, padding: Pair(4, 1), paddingMode: .replicate) },
        "conv2d circular": { try Conv2d(2, 3, kernelSize: 3, padding: Pair(2, 1), paddingMode: .circular) },
        "conv2d same reflect": { try Conv2d(2, 3, kernelSize: Pair(4, 3), padding: .same, paddingMode: .reflect) },
        "batch norm": { try BatchNorm2d(3) },
        "batch norm with options": { try BatchNorm2d(3, eps: 1e-3, momentum: 0.3, bias: false) },
        "batch norm with the mean of all": { try BatchNorm2d(3, momentum: nil) },
        "batch norm without weights": { try BatchNorm2d(3, affine: false) },
        "batch norm without statistics": { try BatchNorm2d(3, trackRunningStats: false) },
        "max pool": { try MaxPool2d(kernelSize: 2) },
        "max pool with all options": {
            try MaxPool2d(
                kernelSize: Pair(3, 2), stride: Pair(2, 1), padding: Pair(1, 0), dilation: Pair(1, 2), ceilMode: true)
        },
        "relu": { ReLU() },
        "dropout": { try Dropout(p: 0.4) },
        "flatten": { Flatten() },
        "flatten of some": { Flatten(startDim: 0, endDim: -2) },
        "sequential": {
            try Sequential(
                Conv2d(1, 2, kernelSize: 3, padding: 1), BatchNorm2d(2), ReLU(inPlace: true), MaxPool2d(kernelSize: 2),
                Flatten(), Dropout(), Linear(8, 3))
        },
    ]

    @Test("every case of the fixture has a layer")
    func everyCaseIsTested() throws {
        let cases = try fixture("layers", as: [String: Case].self)
        #expect(cases.keys.sorted() == Self.makers.keys.sorted())
    }

    @Test("a layer draws, computes, learns and describes itself as in PyTorch", arguments: makers.keys.sorted())
    func layerIsPyTorchs(name: String) throws {
        let expected = try #require(try fixture("layers", as: [String: Case].self)[name])
        try manualSeed(11)
        let layer = try #require(try Self.makers[name]?())

        #expect(layer.description == expected.description)
        #expect(try layer.stateDict().names == expected.keys)
        #expect(layer.namedParameters().map(\.name) == expected.parameters)
        for (key, value) in expected.first {
            try expectSameBits(layer.stateDict().tensor(.string(key)), value.tensor, "\(name): \(key) at first")
        }

        try manualSeed(12)
        let inputs = try expected.inputs.map { try $0.tensor }
        try inputs[0].requiresGrad_()
        let outputs = try inputs.map { try layer($0 * 1) }
        for (output, value) in zip(outputs, expected.outputs) {
            try expectClose(output, value.tensor, "\(name): output")
        }
        try (outputs[0] * expected.probe.tensor).sum().backward()
        let gradients = ([inputs[0]] + layer.parameters()).map(\.grad)
        #expect(gradients.count == expected.gradients.count)
        for (gradient, value) in zip(gradients, expected.gradients) {
            try expectClose(try #require(gradient), value.tensor, relative: 1e-4, absolute: 1e-5, "\(name): gradient")
        }

        for (key, value) in expected.last {
            try expectClose(layer.stateDict().tensor(.string(key)), value.tensor, "\(name): \(key) at last")
        }
        try expectClose(layer.eval()(inputs[0] * 1), expected.evaluated.tensor, "\(name): evaluated")
    }

    @Test("options that make no sense are errors that name the layer")
    func nonsenseThrows() {
        let makers: [(String, () throws -> Module)] = [
            ("Linear", { try Linear(0, 3) }),
            ("Linear", { try Linear(3, -1) }),
            ("Conv2d", { try Conv2d(0, 3, kernelSize: 3) }),
            ("Conv2d", { try Conv2d(4, 6, kernelSize: 3, groups: 4) }),
            ("Conv2d", { try Conv2d(4, 6, kernelSize: 3, groups: 0) }),
            ("Conv2d", { try Conv2d(4, 6, kernelSize: -3) }),
            ("Conv2d", { try Conv2d(4, 6, kernelSize: Pair(3, Int.max)) }),
            ("Conv2d", { try Conv2d(4, 6, kernelSize: 3, stride: 0) }),
            ("Conv2d", { try Conv2d(4, 6, kernelSize: 3, padding: -1) }),
            ("Conv2d", { try Conv2d(4, 6, kernelSize: 3, dilation: Int.min) }),
            ("Conv2d", { try Conv2d(4, 6, kernelSize: 3, stride: 2, padding: .same) }),
            ("BatchNorm2d", { try BatchNorm2d(0) }),
            ("MaxPool2d", { try MaxPool2d(kernelSize: 0) }),
            ("MaxPool2d", { try MaxPool2d(kernelSize: 2, stride: 0) }),
            ("MaxPool2d", { try MaxPool2d(kernelSize: 2, padding: -1) }),
            ("Dropout", { try Dropout(p: 1.5) }),
            ("Dropout", { try Dropout(p: .nan) }),
        ]
        for (name, make) in makers {
            let error = #expect(throws: TorchError.self) { try make() }
            #expect(error?.operation == name, "\(String(describing: error))")
        }
    }

    @Test("a layer too large for memory is an error")
    func hugeLayerThrows() {
        #expect(throws: TorchError.self) { try Linear(.max, .max) }
        #expect(throws: TorchError.self) { try Conv2d(1 << 20, 1 << 20, kernelSize: 1 << 20) }
    }

    @Test("an input of a wrong shape is an error")
    func wrongShapesThrow() throws {
        let input = try Tensor.zeros([2, 3])
        #expect(throws: TorchError.self) { try Linear(4, 2)(input) }
        #expect(throws: TorchError.self) { try Conv2d(1, 2, kernelSize: 3)(input) }
        #expect(throws: TorchError.self) { try BatchNorm2d(3)(input) }
        #expect(throws: TorchError.self) { try MaxPool2d(kernelSize: 2)(input) }
        #expect(throws: TorchError.self) { try MaxPool2d(kernelSize: 2, padding: 2)(Tensor.zeros([1, 4, 4])) }
        #expect(throws: TorchError.self) { try Flatten(startDim: 3)(input) }
        #expect(throws: TorchError.self) { try Flatten(startDim: .min, endDim: .max)(input) }
    }

    @Test("padding that the input is too small for is an error", arguments: [PaddingMode.reflect, .circular])
    func paddingBeyondTheInputThrows(mode: PaddingMode) throws {
        let conv = try Conv2d(1, 1, kernelSize: 3, padding: 4, paddingMode: mode)
        let error = #expect(throws: TorchError.self) { try conv(Tensor.zeros([1, 1, 3, 3])) }
        #expect(error?.kind == .shape)
    }

    @Test("padding of an empty input or a single number is an error")
    func paddingOfNothingThrows() throws {
        let conv = try Conv2d(1, 1, kernelSize: 3, padding: 1, paddingMode: .replicate)
        #expect(throws: TorchError.self) { try conv(Tensor.zeros([1, 1, 0, 3])) }
        #expect(throws: TorchError.self) { try conv(Tensor(1.0)) }
    }

    @Test("batch normalisation refuses to train on one value for each channel, and counts no batch then")
    func singleValueThrows() throws {
        let layer = try BatchNorm2d(3)
        let error = #expect(throws: TorchError.self) { try layer(Tensor.zeros([1, 3, 1, 1])) }
        #expect(error?.kind == .shape)
        #expect(try layer.numBatchesTracked?.item(Int.self) == 0)
        #expect(throws: Never.self) { try layer.eval()(Tensor.zeros([1, 3, 1, 1])) }
    }

    @Test("a number of channels that batch normalisation does not have is an error")
    func wrongChannelsThrow() throws {
        #expect(throws: TorchError.self) { try BatchNorm2d(3)(Tensor.zeros([2, 4, 2, 2])) }
    }

    @Test("an empty sequence gives its input back")
    func emptySequenceIsIdentity() throws {
        let input = try Tensor([1.0, 2.0])
        #expect(try Sequential()(input).isSame(as: input))
    }

    @Test("dropout in evaluation gives its input back")
    func dropoutEvaluates() throws {
        let input = try Tensor.ones([100])
        try expectSameBits(Dropout(p: 0.9).eval()(input), input)
    }
}
