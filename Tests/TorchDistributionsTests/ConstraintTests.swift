import Testing
import Torch
import TorchDistributions

@Suite struct ConstraintTests {
    /// Checks that an error names the distribution, the parameter, its constraint and the first wrong value.
    private func expectRefusal(
        _ parts: String..., sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Any
    ) {
        let error = #expect(throws: TorchError.self, sourceLocation: sourceLocation) { try body() }
        for part in parts {
            #expect(error?.description.contains(part) == true, "\(part)", sourceLocation: sourceLocation)
        }
    }

    @Test("a parameter outside its range is an error that says which, where and what")
    func wrongParametersThrow() throws {
        expectRefusal("Normal", "scale must be greater than 0", "-1.0 at [1]") {
            try Normal(0, Tensor([1.0, -1.0]))
        }
        expectRefusal("loc must be a number", "nan") { try Normal(Double.nan, 1) }
        expectRefusal("low must be less than 0.0") { try Uniform(1, 0) }
        expectRefusal("probs must be from 0 to 1", "1.5") { try Bernoulli(probs: 1.5) }
        expectRefusal("probs must be numbers of at least 0 with the sum 1") {
            try Categorical(probs: Tensor([-1.0, 2.0]))
        }
        expectRefusal("logits") { try Categorical(logits: Tensor([Double.nan, 0])) }
        expectRefusal("concentration1 must be greater than 0") { try Beta(0, 1) }
        expectRefusal("concentration must be greater than 0 in every element") {
            try Dirichlet(Tensor([[1.0, 1.0], [1.0, 0.0]]))
        }
        expectRefusal("rate must be at least 0") { try Poisson(-1) }
        expectRefusal("totalCount must be a whole number") { try Binomial(totalCount: 1.5, probs: 0.5) }
        expectRefusal("df must be greater than 0") { try StudentT(0) }
        expectRefusal("covarianceMatrix must be a symmetric positive definite matrix") {
            try MultivariateNormal(Tensor([0.0, 0.0]), covarianceMatrix: Tensor([[1.0, 2.0], [2.0, 1.0]]))
        }
        expectRefusal("scaleTril must be a lower triangular matrix") {
            try MultivariateNormal(Tensor([0.0, 0.0]), scaleTril: Tensor([[1.0, 2.0], [0.0, 1.0]]))
        }
    }

    @Test("shapes that do not fit are errors")
    func wrongShapesThrow() throws {
        expectRefusal("Dirichlet", "dimension") { try Dirichlet(Tensor(1.0)) }
        expectRefusal("Categorical", "dimension") { try Categorical(probs: Tensor(1.0)) }
        expectRefusal("square") { try MultivariateNormal(Tensor([0.0]), scaleTril: Tensor([1.0])) }
        expectRefusal("as long as") {
            try MultivariateNormal(Tensor([0.0, 0.0, 0.0]), scaleTril: Tensor.eye(2))
        }
        expectRefusal("[3]") { try Independent(Normal(Tensor([0.0, 0.0, 0.0]), 1), 2) }
        expectRefusal("broadcast with [3]") {
            try Normal(Tensor([0.0, 0.0, 0.0]), 1).logProb(Tensor([0.0, 0.0]))
        }
        expectRefusal("broadcast with [2]") { try Dirichlet(Tensor([1.0, 1.0])).logProb(Tensor([1.0])) }
    }

    @Test("a value that cannot be drawn is an error, unless the check is left out")
    func valuesOutsideTheSupportThrow() throws {
        expectRefusal("Exponential", "the value must be at least 0", "-1.0") {
            try Exponential(1).logProb(Tensor(-1.0))
        }
        expectRefusal("Bernoulli", "0 or 1") { try Bernoulli(probs: 0.5).logProb(Tensor(0.5)) }
        expectRefusal("a class from 0 to 1", "2.0") {
            try Categorical(probs: Tensor([0.5, 0.5])).logProb(Tensor(2))
        }
        expectRefusal("a whole number from 0 to 5.0") {
            try Binomial(totalCount: 5, probs: 0.5).logProb(Tensor(6.0))
        }
        expectRefusal("with the sum 1") { try Dirichlet(Tensor([1.0, 1.0])).logProb(Tensor([0.5, 0.6])) }
        let unchecked = try Exponential(1, validateArguments: false)
        #expect(try unchecked.logProb(Tensor(-1.0)).item(Double.self) == 1)
        #expect(throws: Never.self) { try Normal(0, -1, validateArguments: false) }
    }

    @Test("what a distribution does not have is an error that names it")
    func missingFormulasThrow() throws {
        expectRefusal("Poisson", "entropy") { try Poisson(1).entropy() }
        expectRefusal("Categorical", "reparameterized") { try Categorical(probs: Tensor([1.0])).rsample() }
        expectRefusal("Beta", "cumulative") { try Beta(1, 1).cdf(Tensor(0.5)) }
        expectRefusal("Normal", "list of values") { try Normal(0, 1).enumerateSupport() }
        expectRefusal("all numbers of trials are equal") {
            try Binomial(totalCount: Tensor([1.0, 2.0]), probs: 0.5).entropy()
        }
    }
}
