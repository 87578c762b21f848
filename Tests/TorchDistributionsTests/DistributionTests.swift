import TestSupport
import Testing
import Torch
import TorchDistributions

/// A recorded tensor, whose values may be NaN or infinite.
struct RecordedNumbers: Decodable {
    let dtype: String
    let shape: [Int]
    let values: [Double]

    private enum CodingKeys: CodingKey {
        case dtype, shape, values
    }

    /// A number, or the text of one that JSON does not have.
    private struct Number: Decodable {
        let value: Double

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let number = try? container.decode(Double.self) {
                value = number
            } else {
                value = try #require(Double(try container.decode(String.self)))
            }
        }
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        dtype = try container.decode(String.self, forKey: .dtype)
        shape = try container.decode([Int].self, forKey: .shape)
        values = try container.decode([Number].self, forKey: .values).map(\.value)
    }

    var tensor: Tensor {
        get throws {
            let types: [String: DType] = ["float32": .float32, "float64": .float64, "int64": .int64]
            return try Tensor(values, shape: shape).to(#require(types[dtype]))
        }
    }
}

/// What Tests/Fixtures/distributions.py recorded.
struct DistributionFixture: Decodable {
    struct Case: Decodable {
        let batchShape: [Int]
        let eventShape: [Int]
        let value: RecordedNumbers
        let logProb: RecordedNumbers
        let mean: RecordedNumbers
        let variance: RecordedNumbers
        let stddev: RecordedNumbers
        let mode: RecordedNumbers?
        let entropy: RecordedNumbers?
        let cdf: RecordedNumbers?
        let icdf: RecordedNumbers?
        let support: RecordedNumbers?
        let sample: RecordedNumbers
        let rsample: RecordedNumbers?
        let logProbGradients: [RecordedNumbers]?
        let rsampleGradients: [RecordedNumbers]?
    }

    let cases: [String: Case]
    let divergences: [String: RecordedNumbers]
}

/// A distribution as distributions.py makes it, from parameters that gradients are asked for.
struct DistributionMaker: Sendable {
    let parameters: @Sendable () throws -> [Tensor]
    let make: @Sendable ([Tensor]) throws -> any Distribution
}

/// The parameters that distributions.py uses again and again.
enum Parameters {
    static func a() throws -> Tensor { try Tensor([0.5, 1.0, 2.5]) }
    static func b() throws -> Tensor { try Tensor([[1.5], [0.3]]) }
    static func p() throws -> Tensor { try Tensor([0.2, 0.5, 0.9]) }
    static func rows() throws -> Tensor { try Tensor([[0.1, 0.2, 0.7], [0.5, 0.25, 0.25]]) }
    static func means() throws -> Tensor { try Tensor([[0.5, -1.0], [2.0, 0.0], [-0.5, 0.3]]) }
    static func covariance() throws -> Tensor { try Tensor([[2.0, 0.3], [0.3, 0.5]]) }
    static func triangles() throws -> Tensor {
        try Tensor([[[1.0, 0.0], [0.5, 2.0]], [[0.7, 0.0], [-0.2, 0.4]], [[1.5, 0.0], [0.1, 1.0]]])
    }
}

private typealias Of = Parameters

@Suite(.standardGenerator)
struct DistributionTests {
    static let makers: [String: DistributionMaker] = [
        "Normal": .init(parameters: { [try Of.a(), try Of.b()] }) { try Normal($0[0], $0[1]) },
        "Normal of numbers": .init(parameters: { [] }) { _ in try Normal(1.5, 2) },
        "Normal in float64": .init(parameters: { [try Of.a().to(.float64)] }) { try Normal($0[0], 2) },
        "LogNormal": .init(parameters: { [try Of.a(), try Of.b()] }) { try LogNormal($0[0], $0[1]) },
        "Uniform": .init(parameters: { [try Of.a() - 3, try Of.b() + Of.a()] }) { try Uniform($0[0], $0[1]) },
        "Laplace": .init(parameters: { [try Of.a(), try Of.b()] }) { try Laplace($0[0], $0[1]) },
        "StudentT": .init(parameters: { [try Of.a(), try Of.b()] }) { try StudentT($0[0], loc: $0[1], scale: 2.0) },
        "Exponential": .init(parameters: { [try Of.a()] }) { try Exponential($0[0]) },
        "Gamma": .init(parameters: { [try Of.a(), try Of.b()] }) { try Gamma($0[0], $0[1]) },
        "Beta": .init(parameters: { [try Of.a(), try Of.b()] }) { try Beta($0[0], $0[1]) },
        "Beta of numbers": .init(parameters: { [] }) { _ in try Beta(2.0, 3) },
        "Dirichlet": .init(parameters: { [try Of.a() * Of.b() + 0.1] }) { try Dirichlet($0[0]) },
        "Dirichlet below 1": .init(parameters: { [try Tensor([0.3, 0.2, 0.9])] }) { try Dirichlet($0[0]) },
        "Bernoulli": .init(parameters: { [try Of.p()] }) { try Bernoulli(probs: $0[0]) },
        "Bernoulli of logits": .init(parameters: { [try Of.a() - 1] }) { try Bernoulli(logits: $0[0]) },
        "Categorical": .init(parameters: { [try Of.rows() * 2] }) { try Categorical(probs: $0[0]) },
        "Categorical of logits": .init(parameters: { [try Of.a() * Of.b()] }) { try Categorical(logits: $0[0]) },
        "Poisson": .init(parameters: { [try Of.a()] }) { try Poisson($0[0]) },
        "Binomial": .init(parameters: { [try Of.p()] }) { try Binomial(totalCount: 5, probs: $0[0]) },
        "Binomial of logits": .init(parameters: { [try Of.a() - 1] }) { try Binomial(totalCount: 4, logits: $0[0]) },
        "MultivariateNormal": .init(parameters: { [try Of.means(), try Of.covariance()] }) {
            try MultivariateNormal($0[0], covarianceMatrix: $0[1])
        },
        "MultivariateNormal of precisions": .init(parameters: { [try Of.means(), try Of.covariance()] }) {
            try MultivariateNormal($0[0], precisionMatrix: $0[1])
        },
        "MultivariateNormal of triangles": .init(parameters: { [try Of.means(), try Of.triangles()] }) {
            try MultivariateNormal($0[0], scaleTril: $0[1])
        },
        "Independent": .init(parameters: { [try Of.a(), try Of.b()] }) { try Independent(Normal($0[0], $0[1]), 1) },
    ]

    private static let recorded = Result { try fixture("distributions", as: DistributionFixture.self) }

    @Test("each recorded distribution is made here, and none besides")
    func noneIsForgotten() throws {
        let recorded = try Self.recorded.get().cases.keys
        #expect(Set(recorded) == Set(Self.makers.keys))
    }

    @Test(
        "moments, probabilities, samples of a seed and gradients are PyTorch's",
        arguments: DistributionTests.makers.keys.sorted())
    func agreesWithPyTorch(name: String) throws {
        let maker = try #require(Self.makers[name])
        let expected = try #require(Self.recorded.get().cases[name])
        let parameters = try maker.parameters().map { try $0.requiresGrad_() }
        let distribution = try maker.make(parameters)
        let value = try expected.value.tensor
        #expect(distribution.batchShape == expected.batchShape)
        #expect(distribution.eventShape == expected.eventShape)
        func compare(_ actual: Tensor, _ numbers: RecordedNumbers?, _ what: String) throws {
            guard let numbers else { return }
            try expectCloseOrSpecial(actual, numbers.tensor, "\(name): \(what)")
        }
        try compare(distribution.mean, expected.mean, "mean")
        try compare(distribution.variance, expected.variance, "variance")
        try compare(distribution.stddev, expected.stddev, "stddev")
        if let mode = expected.mode { try compare(distribution.mode, mode, "mode") }
        if let entropy = expected.entropy { try compare(distribution.entropy(), entropy, "entropy") }
        if let cdf = expected.cdf { try compare(distribution.cdf(value), cdf, "cdf") }
        if let icdf = expected.icdf {
            try compare(distribution.icdf(Tensor(0.3).to(value.dtype)), icdf, "icdf")
        }
        if let support = expected.support { try compare(distribution.enumerateSupport(), support, "support") }
        let logProb = try distribution.logProb(value)
        try compare(logProb, expected.logProb, "logProb")
        if let gradients = expected.logProbGradients {
            let actual = try grad(of: [logProb.sum()], withRespectTo: parameters, retainGraph: true)
            for (actual, expected) in zip(actual, gradients) {
                let gradient = try #require(actual)
                try compare(gradient, expected, "gradient")
            }
        }
        try manualSeed(11)
        try compare(distribution.sample(2), expected.sample, "sample")
        guard let draws = expected.rsample else {
            #expect(throws: TorchError.self) { try distribution.rsample() }
            return
        }
        try manualSeed(12)
        let drawn = try distribution.rsample(2)
        try compare(drawn, draws, "rsample")
        if let gradients = expected.rsampleGradients {
            let weights = try Tensor.linspace(start: 0.5, end: 2, steps: drawn.count, dtype: drawn.dtype)
            let actual = try grad(of: [(drawn * weights.reshape(drawn.shape)).sum()], withRespectTo: parameters)
            for (actual, expected) in zip(actual, gradients) {
                let gradient = try #require(actual)
                try compare(gradient, expected, "gradient of a sample")
            }
        }
    }

    @Test("samples are those of the Python torch beside libtorch, to the bit", .enabled(if: Python.hasTorch))
    func samplesAreLive() async throws {
        for line in try await Python.run("distributions.py", ["--live"]) {
            let parts = line.split(separator: "|").map(String.init)
            let maker = try #require(Self.makers[parts[0]])
            let distribution = try maker.make(maker.parameters())
            try manualSeed(11)
            let bits = try distribution.sample(2).contiguous().reshape([-1]).view(dtype: .int32).array(Int32.self)
            // Solvers of another thread count may round in another way.
            if parts[0].hasPrefix("MultivariateNormal") { continue }
            #expect(bits == parts.dropFirst().compactMap { Int32($0) }, "\(parts[0])")
        }
    }

    @Test("a sample is not recorded, and a reparameterized one is")
    func onlyReparameterizedSamplesHaveGradients() throws {
        let loc = try Tensor([0.0, 1.0]).requiresGrad_()
        let distribution = try Normal(loc, 1)
        #expect(try !distribution.sample().requiresGrad)
        #expect(try distribution.rsample(3).requiresGrad)
        #expect(try distribution.sample(3, 2).shape == [3, 2, 2])
    }

    @Test("an expanded distribution computes as the small one", arguments: DistributionTests.makers.keys.sorted())
    func expansionKeepsProbabilities(name: String) throws {
        let maker = try #require(Self.makers[name])
        let expected = try #require(Self.recorded.get().cases[name])
        let distribution = try maker.make(maker.parameters())
        let expanded = try distribution.expand([4] + distribution.batchShape)
        #expect(expanded.batchShape == [4] + distribution.batchShape)
        #expect(expanded.eventShape == distribution.eventShape)
        // One distribution of numbers: one value, since three would be a batch of their own.
        let isSingle = distribution.batchShape.isEmpty && distribution.eventShape.isEmpty
        let values = try expected.value.tensor
        let value = isSingle ? try values.select(dim: 0, index: 0) : values
        let logProb = try expanded.logProb(value)
        #expect(logProb.shape == expanded.batchShape)
        try expectCloseOrSpecial(logProb.select(dim: 0, index: 3), distribution.logProb(value), name)
        #expect(try expanded.sample().shape == expanded.batchShape + expanded.eventShape)
    }
}

/// As `expectClose`, with NaN and infinity where they are expected.
///
/// Most formulas are a few operations in float32, each right to half a unit in the last place, 6e-8 of its value;
/// lgamma and digamma are right to a few units, and differences of them lose a digit.
func expectCloseOrSpecial(
    _ actual: Tensor, _ expected: Tensor, _ comment: String, sourceLocation: SourceLocation = #_sourceLocation
) throws {
    guard actual.shape == expected.shape, actual.dtype == expected.dtype else {
        Issue.record(
            "\(comment): \(actual.dtype)\(actual.shape) instead of \(expected.dtype)\(expected.shape)",
            sourceLocation: sourceLocation)
        return
    }
    let (left, right) = (try actual.detach().to(.float64), try expected.detach().to(.float64))
    guard try !left.allclose(right, rtol: 1e-5, atol: 2e-6, equalNan: true) else { return }
    Issue.record("\(comment): \(left) instead of \(right)", sourceLocation: sourceLocation)
}
