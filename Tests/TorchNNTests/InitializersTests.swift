import TestSupport
import Testing
import Torch
import TorchNN

struct InitializersTests {
    struct Expected: Decodable {
        let drawn: [String: [FixtureTensor]]
        let gains: [String: Double]
        let gainsOfLayers: [Double]
        let functions: [String]
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
        "truncated normal": { try Init.truncNormal_($0) },
        "truncated normal, redrawn": { try Init.truncNormal_($0, mean: 0.5, std: 1.5, low: -1, high: 1.25) },
        "truncated normal, accepted": { try Init.truncNormal_($0, mean: 0.5, std: 2, low: 2, high: 3) },
        "truncated normal, tail": { try Init.truncNormal_($0, low: 3, high: 5) },
        "truncated normal, left of the mean": { try Init.truncNormal_($0, low: -9, high: -4) },
        "truncated normal, halves": { try Init.truncNormal_($0) },
        "eye": { try Init.eye_($0) },
        "sparse": { try Init.sparse_($0, sparsity: 0.4) },
        "sparse, std": { try Init.sparse_($0, sparsity: 0.75, std: 2) },
        "dirac": { try Init.dirac_($0) },
        "dirac, groups": { try Init.dirac_($0, groups: 2) },
        "orthogonal": { try Init.orthogonal_($0) },
        "orthogonal, gain": { try Init.orthogonal_($0, gain: 1.5) },
    ]

    /// The function in torch.nn.init that each case above is of.
    static let names: [String: String] = [
        "uniform": "uniform_", "normal": "normal_", "constant": "constant_", "zeros": "zeros_", "ones": "ones_",
        "kaiming uniform": "kaiming_uniform_", "kaiming normal": "kaiming_normal_",
        "xavier uniform": "xavier_uniform_", "xavier normal": "xavier_normal_", "truncated normal": "trunc_normal_",
        "eye": "eye_", "sparse": "sparse_", "dirac": "dirac_", "orthogonal": "orthogonal_",
    ]

    @Test(
        "an initializer draws what PyTorch drew on another machine, also into a parameter", .standardGenerator,
        arguments: functions.keys.sorted())
    func drawsAsRecorded(name: String) throws {
        let tolerance: Tolerance =
            if name.hasPrefix("truncated") {
                // The inverse of the normal distribution has a slope of 1.25 · exp(x²/2), which is 9.3 at the bounds of
                // 2: it makes 2 units of the uniform draw's two roundings 19 of the result.
                .ulps(32, of: .greatest)
            } else if name.hasPrefix("orthogonal") {
                // LAPACK's factorization: sums of 24 terms, in each of 3 to 4 reflections.
                .sum(of: 96)
            } else {
                .draw
            }
        try expect(name, fixture("initializers"), within: tolerance)
    }

    @Test(
        "an initializer draws the bits of the PyTorch beside, also into a parameter", .needsPyTorch,
        arguments: functions.keys.sorted())
    func drawsAsPyTorch(name: String) async throws {
        let expected: Expected = try await Python.fixture("initializers")
        try await withStandardGenerator {
            LibTorch.useOneThreadOnThisThread()
            try expect(name, expected, within: .bits)
        }
    }

    private func expect(_ name: String, _ expected: Expected, within tolerance: Tolerance) throws {
        for value in try #require(expected.drawn[name]) {
            let tensor = try Tensor.empty(value.shape, dtype: value.tensor.dtype).requiresGrad_()
            try manualSeed(5)
            let result = try Self.functions[name]?(tensor)
            try expectClose(tensor, value.tensor, within: tolerance, name)
            #expect(result?.isSame(as: tensor) == true)
        }
    }

    @Test("every function of torch.nn.init is there", .standardGenerator)
    func everyFunctionIsThere() throws {
        let expected = try fixture("initializers", as: Expected.self)
        #expect(Set(Self.names.values) == Set(expected.functions))
        #expect(Set(Self.names.keys).isSubset(of: Self.functions.keys))
        #expect(Set(Self.functions.keys) == Set(expected.drawn.keys).subtracting(["default"]))
    }

    @Test("gains are PyTorch's", .standardGenerator)
    func gainsArePyTorchs() throws {
        let expected = try fixture("initializers", as: Expected.self)
        let gains: [String: Init.Nonlinearity] = [
            "linear": .linear, "sigmoid": .sigmoid, "tanh": .tanh, "relu": .relu, "leaky_relu": .leakyReLU,
            "selu": .selu,
        ]
        #expect(Set(gains.keys) == Set(expected.gains.keys))
        for (name, gain) in gains {
            try expectClose(Init.calculateGain(gain), #require(expected.gains[name]), within: .operation, name)
        }
        #expect(gains.count == Init.Nonlinearity.allCases.count)
        #expect(expected.gainsOfLayers.allSatisfy { $0 == Init.calculateGain(.linear) })
        expectClose(Init.calculateGain(.leakyReLU, param: 0.2), expected.leakyGain, within: .operation)
    }

    @Test("a generator of one's own is used", .standardGenerator)
    func generatorIsUsed() throws {
        let (first, second) = (try Generator(seed: 5), try Generator(seed: 5))
        let drawn = try Init.xavierUniform_(Tensor.empty([2, 3]), generator: first)
        try expectSameBits(drawn, Init.xavierUniform_(Tensor.empty([2, 3]), generator: second))
    }

    @Test("a generator of one's own draws the elements and the places of a sparse matrix", .standardGenerator)
    func generatorIsUsedForPlaces() throws {
        let (first, second) = (try Generator(seed: 5), try Generator(seed: 5))
        let drawn = try Init.sparse_(Tensor.empty([6, 3]), sparsity: 0.5, generator: first)
        try expectSameBits(drawn, Init.sparse_(Tensor.empty([6, 3]), sparsity: 0.5, generator: second))
        #expect(try (drawn .== 0).sum(dims: [0]).array(Int.self) == [3, 3, 3])
    }

    @Test("an orthogonal matrix has rows, or columns, of length `gain` at right angles", .standardGenerator)
    func orthogonalIsOrthogonal() throws {
        for shape in [[3, 5], [5, 3], [4, 2, 3]] {
            let matrix = try Init.orthogonal_(Tensor.empty(shape, dtype: .float64), gain: 2).flatten(startDim: 1)
            let isWide = matrix.shape[0] <= matrix.shape[1]
            let product = try isWide ? matrix.matmul(matrix.t()) : matrix.t().matmul(matrix)
            try expectClose(
                product, 4 * Tensor.eye(product.shape[0], dtype: .float64), relative: 1e-12, absolute: 1e-12)
        }
    }

    @Test("default weights are those of Helios: Kaiming's, scaled, and biases of one value", .standardGenerator)
    func defaultInitWeights() throws {
        try expectDefaultInitWeights(fixture("initializers"), within: .draw)
    }

    @Test("default weights have the bits of the PyTorch beside", .needsPyTorch)
    func defaultInitWeightsHavePyTorchsBits() async throws {
        let expected: Expected = try await Python.fixture("initializers")
        try await withStandardGenerator { try expectDefaultInitWeights(expected, within: .bits) }
    }

    private func expectDefaultInitWeights(_ expected: Expected, within tolerance: Tolerance) throws {
        let weights = try #require(expected.drawn["default"])
        let (norm, plain) = (BatchNorm2d(4), BatchNorm1d(4, affine: false))
        let (conv, fc) = (Conv2d(2, 4, kernelSize: 3), Linear(8, 3, bias: false))
        try noGrad { _ = try #require(norm.weight).fill_(3) }
        try manualSeed(5)
        try Init.defaultInitWeights(
            Sequential(conv, norm, plain, ReLU()), fc, scale: 0.1, biasFill: 0.5, a: 0.1, mode: .fanOut)
        try expectClose(conv.weight, weights[0].tensor, within: tolerance)
        try expectClose(fc.weight, weights[1].tensor, within: tolerance)
        try expectSameBits(#require(norm.weight).detach(), Tensor.ones([4]))
        for bias in [conv.bias, norm.bias] { try expectSameBits(#require(bias).detach(), Tensor.full([4], 0.5)) }
        #expect(conv.weight.requiresGrad && conv.weight.isLeaf)
    }

    @Test("what an initializer cannot do is an error", .standardGenerator)
    func misfitsThrow() throws {
        let (vector, matrix) = (try Tensor.zeros([3]), try Tensor.zeros([4, 3]))
        let (convolution, numbers) = (try Tensor.zeros([4, 3, 2]), try Tensor.zeros([4, 3], dtype: .int64))
        let calls: [() throws -> Tensor] = [
            { try Init.eye_(vector) }, { try Init.dirac_(matrix) }, { try Init.dirac_(Tensor.zeros([4, 3, 0])) },
            { try Init.dirac_(convolution, groups: 3) }, { try Init.dirac_(convolution, groups: 0) },
            { try Init.dirac_(convolution, groups: .min) }, { try Init.orthogonal_(vector) },
            { try Init.orthogonal_(numbers) }, { try Init.sparse_(vector, sparsity: 0.1) },
            { try Init.sparse_(matrix, sparsity: 1.1) }, { try Init.sparse_(matrix, sparsity: -0.1) },
            { try Init.sparse_(matrix, sparsity: .nan) }, { try Init.sparse_(matrix, sparsity: 0.5, std: -1) },
            { try Init.truncNormal_(matrix, std: 0) }, { try Init.truncNormal_(matrix, mean: .nan) },
            { try Init.truncNormal_(matrix, low: 1, high: -1) }, { try Init.truncNormal_(matrix, high: .infinity) },
            { try Init.truncNormal_(matrix, low: 5, high: 1e9) }, { try Init.truncNormal_(numbers) },
        ]
        for (number, call) in calls.enumerated() {
            #expect(throws: TorchError.self, "call \(number)") { try call() }
        }
    }

    @Test("what has no elements stays as it is", .standardGenerator)
    func emptyTensors() throws {
        #expect(try Init.eye_(Tensor.zeros([0, 3])).shape == [0, 3])
        #expect(try Init.dirac_(Tensor.zeros([0, 3, 1])).shape == [0, 3, 1])
        #expect(try Init.orthogonal_(Tensor.zeros([0, 3])).shape == [0, 3])
        #expect(try Init.sparse_(Tensor.zeros([0, 3]), sparsity: 1).shape == [0, 3])
        #expect(try Init.sparse_(Tensor.zeros([3, 0]), sparsity: 1).shape == [3, 0])
        #expect(try Init.truncNormal_(Tensor.zeros([0])).shape == [0])
        #expect(try Init.truncNormal_(Tensor.zeros([2]), mean: 1, low: 1, high: 1).array(Float.self) == [1, 1])
    }

    @Test("a vector has no fan: an error of kind shape", .standardGenerator)
    func vectorThrows() throws {
        let vector = try Tensor.zeros([3])
        for function in [{ try Init.kaimingNormal_($0) }, { try Init.xavierUniform_($0) }]
            as [(Tensor) throws -> Tensor]
        {
            #expect(#expect(throws: TorchError.self) { try function(vector) }?.kind == .shape)
        }
    }

    @Test("a weight without elements is left as it is, and its sizes do not overflow", .standardGenerator)
    func emptyWeight() throws {
        #expect(throws: Never.self) { try Init.kaimingUniform_(Tensor.zeros([0, 3])) }
        let large = try Tensor.zeros([0, 1 << 31, 1 << 31])
        #expect(throws: Never.self) { try Init.calculateFan(large) }
        #expect(throws: TorchError.self) { try Init.calculateFan(large.view([0, 1 << 31, 1 << 31, 8])) }
    }
}
