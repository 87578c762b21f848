import Torch

/// The Dirichlet distribution of vectors of probabilities: density ∝ ∏ xₖ^(αₖ − 1).
public struct Dirichlet: Distribution {
    /// The parameters α, `[…, K]`.
    public let concentration: Tensor
    public let validatesArguments: Bool

    /// Creates a distribution from concentrations.
    ///
    /// - Parameters:
    ///   - concentration: `[…, K]`: one for each of K probabilities.
    ///   - validateArguments: whether wrong parameters and values are errors.
    /// - Throws: `TorchError` if a concentration is not positive, or is no vector.
    public init(_ concentration: Tensor, validateArguments: Bool = true) throws {
        guard concentration.dimensionCount >= 1 else {
            throw TorchError(
                kind: .shape, operation: Self.name, inputs: "\(concentration.dtype)\(concentration.shape)",
                message: "the concentration must have at least one dimension, the probabilities")
        }
        self.concentration = concentration
        validatesArguments = validateArguments
        guard validateArguments else { return }
        try Constraint.independent(.positive, dimensions: 1).require(concentration, "concentration", of: Self.name)
    }

    public var batchShape: [Int] { concentration.shape.dropLast() }
    public var eventShape: [Int] { concentration.shape.suffix(1) }
    public var support: Constraint { .simplex }
    public var mean: Tensor {
        get throws { try concentration / total }
    }
    /// If all concentrations are below 1, the density is infinite at every corner, and the first is given.
    public var mode: Tensor {
        get throws {
            let excess = try (concentration - 1).clampMin(min: 0)
            let inside = try excess / excess.sum(dims: [-1], keepDim: true)
            let corner = try Tensor.oneHot(inside.argmax(dim: -1), numClasses: concentration.size(-1))
            let isCorner = try concentration.lt(1).all(dim: -1, keepDim: true)
            return try Tensor.where(isCorner, corner.to(inside.dtype), inside)
        }
    }
    public var variance: Tensor {
        get throws {
            let total = try total
            return try concentration * (total - concentration) / (total.pow(2) * (total + 1))
        }
    }

    private var total: Tensor {
        get throws { try concentration.sum(dims: [-1], keepDim: true) }
    }

    public func expand(_ batchShape: [Int]) throws -> Dirichlet {
        Dirichlet(
            checked: try concentration.expand(batchShape + eventShape), validatesArguments: validatesArguments)
    }

    init(checked concentration: Tensor, validatesArguments: Bool) {
        self.concentration = concentration
        self.validatesArguments = validatesArguments
    }

    public func rsample(_ shape: [Int]) throws -> Tensor {
        try DirichletSample()(concentration.expand(extended(shape)))
    }

    public func logProb(_ value: Tensor) throws -> Tensor {
        try requireInSupport(value)
        let powers = try (concentration - 1).xlogy(value).sum(dims: [-1])
        return try powers + concentration.sum(dims: [-1]).lgamma() - concentration.lgamma().sum(dims: [-1])
    }

    public func entropy() throws -> Tensor {
        let (count, total) = (try concentration.size(-1), try concentration.sum(dims: [-1]))
        let beta = try concentration.lgamma().sum(dims: [-1]) - total.lgamma()
        let rest = try ((concentration - 1) * concentration.digamma()).sum(dims: [-1])
        return try beta - (count - total) * total.digamma() - rest
    }
}

/// Draws from a Dirichlet distribution; differentiable once.
private struct DirichletSample: AutogradFunction {
    func forward(_ inputs: [Tensor], _ call: FunctionCall) throws -> [Tensor] {
        let sample = try Tensor.sampleDirichlet(inputs[0])
        try call.save([sample, inputs[0]])
        return [sample]
    }

    func backward(_ gradients: [Tensor], _ call: FunctionCall) throws -> [Tensor?] {
        let saved = try call.savedTensors()
        let (sample, concentration, gradient) = (saved[0], saved[1], gradients[0])
        let total = try concentration.sum(dims: [-1], keepDim: true).expandAs(concentration)
        let derivative = try Tensor.dirichletGrad(sample, alpha: concentration, total: total)
        let projection = try (sample * gradient).sum(dims: [-1], keepDim: true)
        return [try derivative * (gradient - projection)]
    }
}
