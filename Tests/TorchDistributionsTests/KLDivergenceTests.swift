import TestSupport
import Testing
import Torch
import TorchDistributions

private typealias Of = Parameters

/// A distribution that this library does not know.
private struct Own: Distribution {
    var batchShape: [Int] { [] }
    var eventShape: [Int] { [] }
    var support: Constraint { .real }
    var validatesArguments: Bool { true }
    var mean: Tensor { get throws { try Tensor(0.0) } }
    var variance: Tensor { get throws { try Tensor(1.0) } }
    func logProb(_ value: Tensor) throws -> Tensor { value }
    func expand(_ batchShape: [Int]) throws -> Own { self }
    func klDivergence(to other: any Distribution) throws -> Tensor? { other is Normal ? try Tensor(7.0) : nil }
}

@Suite struct KLDivergenceTests {
    static let pairs: [String: @Sendable () throws -> (any Distribution, any Distribution)] = [
        "Normal Normal": { (try normal(), try Normal(Of.b(), Of.a())) },
        "LogNormal LogNormal": { (try LogNormal(Of.a(), Of.b()), try LogNormal(Of.b(), Of.a())) },
        "Laplace Laplace": { (try laplace(), try Laplace(Of.b(), Of.a())) },
        "Uniform Uniform": { (try inside(), try Uniform(Tensor([0.0, 0.3, 0.0]), Tensor([1.0, 1.0, 1.0]))) },
        "Exponential Exponential": { (try Exponential(Of.a()), try Exponential(Of.b())) },
        "Gamma Gamma": { (try gamma(), try Gamma(Of.b(), Of.a())) },
        "Beta Beta": { (try beta(), try Beta(Of.b(), Of.a())) },
        "Dirichlet Dirichlet": { (try Dirichlet(Of.a()), try Dirichlet(Of.a() * Of.b() + 0.1)) },
        "Poisson Poisson": { (try Poisson(Of.a()), try Poisson(Of.a() + 1)) },
        "Bernoulli Bernoulli": {
            (try Bernoulli(probs: Tensor([0.2, 0.0, 1.0, 0.5])), try Bernoulli(probs: Tensor([0.7, 0.5, 0.5, 1.0])))
        },
        "Binomial Binomial": {
            (
                try Binomial(totalCount: 5, probs: Of.p()),
                try Binomial(totalCount: 5, probs: Tensor([0.3, 0.3, 0.3]))
            )
        },
        "Categorical Categorical": {
            (
                try Categorical(probs: Of.rows()),
                try Categorical(probs: Tensor([[0.0, 0.5, 0.5], [0.4, 0.4, 0.2]]))
            )
        },
        "MultivariateNormal MultivariateNormal": {
            (
                try MultivariateNormal(Of.means(), covarianceMatrix: Of.covariance()),
                try MultivariateNormal(Of.means() + 1, scaleTril: Of.triangles())
            )
        },
        "Independent Independent": {
            (try Independent(normal(), 1), try Independent(Normal(Of.b().expand(2, 3), Of.a()), 1))
        },
        "Bernoulli Poisson": { (try Bernoulli(probs: Of.p()), try Poisson(Of.a())) },
        "Beta Exponential": { (try beta(), try Exponential(Of.a())) },
        "Beta Gamma": { (try beta(), try Gamma(Of.b(), Of.a())) },
        "Beta Normal": { (try beta(), try normal()) },
        "Beta Uniform": {
            (try Beta(Of.a(), 2.0), try Uniform(Tensor([-1.0, 0.0, 0.1]), Tensor([2.0, 1.0, 2.0])))
        },
        "Exponential Gamma": { (try Exponential(Of.a().expand(2, 3)), try gamma()) },
        "Exponential Normal": { (try Exponential(Of.a()), try normal()) },
        "Gamma Exponential": { (try gamma(), try Exponential(Of.a() + 1)) },
        "Gamma Normal": { (try gamma(), try normal()) },
        "Laplace Normal": { (try laplace(), try Normal(Of.b(), Of.a())) },
        "Normal Laplace": { (try normal(), try Laplace(Of.b(), Of.a())) },
        "Uniform Beta": { (try inside(), try Beta(Of.a(), 2.0)) },
        "Uniform Exponential": { (try inside(), try Exponential(Of.a())) },
        "Uniform Gamma": {
            (try Uniform(Tensor([-0.1, 0.2, 0.0]), Tensor([0.5, 0.9, 1.0])), try Gamma(Of.a(), 2.0))
        },
        "Uniform Normal": { (try Uniform(Of.a() - 3, Of.b() + Of.a()), try normal()) },
        "Normal Beta": { (try Normal(Of.a(), 1.0), try Beta(Of.a(), 2.0)) },
        "Poisson Binomial": { (try Poisson(Of.a()), try Binomial(totalCount: 5, probs: Of.p())) },
    ]

    private static func normal() throws -> Normal { try Normal(Of.a(), Of.b()) }
    private static func laplace() throws -> Laplace { try Laplace(Of.a(), Of.b()) }
    private static func gamma() throws -> Gamma { try Gamma(Of.a(), Of.b()) }
    private static func beta() throws -> Beta { try Beta(Of.a(), Of.b()) }
    private static func inside() throws -> Uniform {
        try Uniform(Tensor([0.1, 0.2, 0.0]), Tensor([0.5, 0.9, 1.0]))
    }

    @Test("the divergence of each pair is PyTorch's", arguments: KLDivergenceTests.pairs.keys.sorted())
    func agreesWithPyTorch(name: String) throws {
        let recorded = try fixture("distributions", as: DistributionFixture.self).divergences
        #expect(Set(recorded.keys) == Set(Self.pairs.keys))
        let make = try #require(Self.pairs[name])
        let (p, q) = try make()
        let expected = try #require(recorded[name])
        try expectCloseOrSpecial(klDivergence(p, q), expected.tensor, name)
    }

    @Test("a pair without a formula is an error that names both, and says what to do")
    func unknownPairsThrow() throws {
        let error = #expect(throws: TorchError.self) { try klDivergence(StudentT(3.0), Normal(0, 1)) }
        #expect(error?.message.contains("StudentT and Normal") == true)
        #expect(error?.message.contains("samples") == true)
        #expect(throws: TorchError.self) {
            try klDivergence(
                Binomial(totalCount: 2, probs: Tensor(0.5)), Binomial(totalCount: 3, probs: Tensor(0.5)))
        }
    }

    @Test("a distribution of one's own brings its formula")
    func ownFormulaCounts() throws {
        #expect(try klDivergence(Own(), Normal(0, 1)).item(Double.self) == 7)
        #expect(throws: TorchError.self) { try klDivergence(Own(), Laplace(0, 1)) }
    }
}
