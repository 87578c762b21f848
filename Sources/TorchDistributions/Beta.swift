import Torch

/// The beta distribution on [0, 1]: density ∝ x^(α − 1) (1 − x)^(β − 1).
public struct Beta: Distribution {
    /// The two parameters as those of a Dirichlet distribution, whose first probability is drawn.
    private let dirichlet: Dirichlet

    /// Creates a distribution from its two concentrations.
    ///
    /// - Parameters:
    ///   - concentration1: the parameter α.
    ///   - concentration0: the parameter β.
    ///   - validateArguments: whether wrong parameters and values are errors.
    /// - Throws: `TorchError` if a parameter is not positive, or the shapes do not fit.
    public init(
        _ concentration1: some DistributionParameter, _ concentration0: some DistributionParameter,
        validateArguments: Bool = true
    ) throws {
        let values = try broadcast(concentration1, concentration0)
        if validateArguments {
            try Constraint.positive.require(values[0], "concentration1", of: Self.name)
            try Constraint.positive.require(values[1], "concentration0", of: Self.name)
        }
        dirichlet = Dirichlet(checked: try Tensor.stack(values, dim: -1), validatesArguments: validateArguments)
    }

    private init(_ dirichlet: Dirichlet) {
        self.dirichlet = dirichlet
    }

    /// The parameter α.
    public var concentration1: Tensor {
        get throws { try dirichlet.concentration.select(dim: -1, index: 0) }
    }
    /// The parameter β.
    public var concentration0: Tensor {
        get throws { try dirichlet.concentration.select(dim: -1, index: 1) }
    }
    public var validatesArguments: Bool { dirichlet.validatesArguments }
    public var batchShape: [Int] { dirichlet.batchShape }
    public var eventShape: [Int] { [] }
    public var support: Constraint { .unitInterval }
    public var mean: Tensor {
        get throws { try concentration1 / (concentration1 + concentration0) }
    }
    public var mode: Tensor {
        get throws { try dirichlet.mode.select(dim: -1, index: 0) }
    }
    public var variance: Tensor {
        get throws {
            let total = try concentration1 + concentration0
            return try concentration1 * concentration0 / (total.pow(2) * (total + 1))
        }
    }

    public func expand(_ batchShape: [Int]) throws -> Beta {
        Beta(try dirichlet.expand(batchShape))
    }

    public func rsample(_ shape: [Int]) throws -> Tensor {
        try dirichlet.rsample(shape).select(dim: -1, index: 0)
    }

    public func logProb(_ value: Tensor) throws -> Tensor {
        try requireInSupport(value)
        return try dirichlet.logProb(Tensor.stack([value, 1.0 - value], dim: -1))
    }

    public func entropy() throws -> Tensor {
        try dirichlet.entropy()
    }
}
