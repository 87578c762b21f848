import TestSupport
import Testing
import Torch
import TorchNN

@Suite(.standardGenerator)
struct ActivationTests {
    static let family: LayerFamily = LayerFamily(
        name: "activation",
        makers: [
            "relu": .layer { ReLU() },
            "relu in place": .layer { ReLU(inPlace: true) },
            "relu6": .layer { ReLU6() },
            "relu6 in place": .layer { ReLU6(inPlace: true) },
            "leaky relu": .layer { LeakyReLU(negativeSlope: 0.2) },
            "leaky relu in place": .layer { LeakyReLU(negativeSlope: 0.2, inPlace: true) },
            "rrelu": .layer { RReLU(lower: 0.1, upper: 0.4) },
            "rrelu in place": .layer { RReLU(lower: 0.1, upper: 0.4, inPlace: true) },
            "elu": .layer { ELU(alpha: 1.5) },
            "elu in place": .layer { ELU(alpha: 1.5, inPlace: true) },
            "celu": .layer { CELU(alpha: 1.5) },
            "celu in place": .layer { CELU(alpha: 1.5, inPlace: true) },
            "selu": .layer { SELU() },
            "selu in place": .layer { SELU(inPlace: true) },
            "threshold": .layer { Threshold(0.5, -2) },
            "threshold in place": .layer { Threshold(0.5, -2, inPlace: true) },
            "silu": .layer { SiLU() },
            "silu in place": .layer { SiLU(inPlace: true) },
            "mish": .layer { Mish() },
            "mish in place": .layer { Mish(inPlace: true) },
            "hardsigmoid": .layer { Hardsigmoid() },
            "hardsigmoid in place": .layer { Hardsigmoid(inPlace: true) },
            "hardswish": .layer { Hardswish() },
            "hardswish in place": .layer { Hardswish(inPlace: true) },
            "hardtanh": .layer { Hardtanh(minVal: -2, maxVal: 0.5) },
            "hardtanh in place": .layer { Hardtanh(minVal: -2, maxVal: 0.5, inPlace: true) },
            "rrelu by default": .layer { RReLU() },
            "leaky relu by default": .layer { LeakyReLU() },
            "elu by default": .layer { ELU() },
            "prelu": .layer { PReLU() },
            "prelu by channel": .layer { PReLU(numParameters: 3, initial: 0.5) },
            "gelu": .layer { GELU() },
            "gelu by tanh": .layer { GELU(approximate: .tanh) },
            "softplus": .layer { Softplus() },
            "softplus with options": .layer { Softplus(beta: 2, threshold: 1.5) },
            "sigmoid": .layer { Sigmoid() },
            "log sigmoid": .layer { LogSigmoid() },
            "tanh": .layer { Tanh() },
            "tanhshrink": .layer { Tanhshrink() },
            "softsign": .layer { Softsign() },
            "hardshrink": .layer { Hardshrink(lambd: 0.75) },
            "softshrink": .layer { Softshrink(lambd: 0.75) },
            "glu": .layer { GLU() },
            "glu of channels": .layer { GLU(dim: 1) },
            "softmax": .layer { Softmax(dim: 1) },
            "softmin": .layer { Softmin(dim: 0) },
            "log softmax": .layer { LogSoftmax(dim: -1) },
            "softmax2d": .layer { Softmax2d() },
            "softmax2d of one": .layer { Softmax2d() },
        ])

    @Test("options that make no sense are errors that name the layer")
    func nonsenseThrows() {
        expectError("PReLU") { PReLU(numParameters: 0) }
        expectError("RReLU") { RReLU(lower: 0.5, upper: 0.1) }
        expectError("RReLU") { RReLU(lower: .nan) }
        expectError("CELU") { CELU(alpha: 0) }
        expectError("Hardtanh") { Hardtanh(minVal: 1, maxVal: 1) }
        expectError("Softshrink") { Softshrink(lambd: -1) }
    }

    @Test("an input of a wrong shape is an error")
    func wrongShapesThrow() throws {
        let input = try Tensor.zeros([2, 3])
        #expect(throws: TorchError.self) { try Softmax(dim: 2)(input) }
        #expect(throws: TorchError.self) { try Softmax2d()(input) }
        #expect(throws: TorchError.self) { try GLU()(input) }
        #expect(throws: TorchError.self) { try PReLU(numParameters: 2)(input) }
    }

    @Test("the hard Gumbel softmax chooses one class, with the soft one's gradient")
    func gumbelSoftmaxChooses() throws {
        try manualSeed(3)
        let logits = try Tensor.zeros([4, 3]).requiresGrad_()
        let choice = try gumbelSoftmax(logits, hard: true)
        #expect(try choice.max(dim: 1).values.array(Float.self).allSatisfy { abs($0 - 1) < 1e-6 })
        #expect(try choice.sum().item(Double.self).rounded() == 4)
        try (choice * Tensor([1.0, 2.0, 4.0], dtype: .float32)).sum().backward()
        #expect(try logits.grad?.abs().sum().item(Double.self) ?? 0 > 0)
    }
}
