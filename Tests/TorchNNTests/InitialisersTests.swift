import TestSupport
import Testing
import Torch
import TorchNN

@Suite(.standardGenerator)
struct InitialisersTests {
    struct Expected: Decodable {
        let drawn: [String: [FixtureTensor]]
        let gains: [String: Double]
        let leakyGain: Double
    }

    static let functions: [String: @Sendable (Tensor) throws -> Tensor] = [
        "uniform": { try Init.uniform_($0, -2, 3) },
        "normal": { try Init.normal_($0, mean: 1, std: 2) },
        "constant": { try Init.constant_($0, 0.25) },
        "zeros": { try Init.zeros_($0) },
        "ones": { try Init.ones_($0) },
        "kaiming uniform": { try Init.kaimingUniform_($0) },
        "kaiming uniform with options": { try Init.kaimingUniform_($0, a: 0.3, mode: .fanOut) },
        "kaiming normal": { try Init.kaimingNormal_($0, mode: .fanOut, nonlinearity: .relu) },
        "xavier uniform": { try Init.xavierUniform_($0, gain: Init.calculateGain(.tanh)) },
        "xavier normal": { try Init.xavierNormal_($0) },
    ]

    @Test("an initialiser draws PyTorch's bits, also into a parameter", arguments: functions.keys.sorted())
    func drawsAsPyTorch(name: String) throws {
        let expected = try #require(try fixture("initialisers", as: Expected.self).drawn[name])
        for value in expected {
            let tensor = try Tensor.empty(value.shape).requiresGrad_()
            try manualSeed(5)
            let result = try Self.functions[name]?(tensor)
            try expectSameBits(tensor.detach(), value.tensor, name)
            #expect(result?.isSame(as: tensor) == true)
        }
    }

    @Test("gains are PyTorch's")
    func gainsArePyTorchs() throws {
        let expected = try fixture("initialisers", as: Expected.self)
        let gains: [String: Init.Nonlinearity] = [
            "linear": .linear, "sigmoid": .sigmoid, "tanh": .tanh, "relu": .relu, "leaky_relu": .leakyReLU,
            "selu": .selu,
        ]
        #expect(gains.mapValues { Init.calculateGain($0) } == expected.gains)
        #expect(Init.calculateGain(.leakyReLU, param: 0.2) == expected.leakyGain)
    }

    @Test("a generator of one's own is used")
    func generatorIsUsed() throws {
        let (first, second) = (try Generator(seed: 5), try Generator(seed: 5))
        let drawn = try Init.xavierUniform_(Tensor.empty([2, 3]), generator: first)
        try expectSameBits(drawn, Init.xavierUniform_(Tensor.empty([2, 3]), generator: second))
    }

    @Test("a vector has no fan: an error of kind shape")
    func vectorThrows() throws {
        let vector = try Tensor.zeros([3])
        for function in [{ try Init.kaimingNormal_($0) }, { try Init.xavierUniform_($0) }]
            as [(Tensor) throws -> Tensor]
        {
            #expect(#expect(throws: TorchError.self) { try function(vector) }?.kind == .shape)
        }
    }

    @Test("a weight without elements is left as it is, and its sizes do not overflow")
    func emptyWeight() throws {
        #expect(throws: Never.self) { try Init.kaimingUniform_(Tensor.zeros([0, 3])) }
        let large = try Tensor.zeros([0, 1 << 31, 1 << 31])
        #expect(throws: Never.self) { try Init.calculateFan(large) }
        #expect(throws: TorchError.self) { try Init.calculateFan(large.view([0, 1 << 31, 1 << 31, 8])) }
    }
}
