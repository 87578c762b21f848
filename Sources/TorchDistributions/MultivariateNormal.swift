import Foundation
import Torch

/// The normal distribution of vectors: density exp(−½ (x − μ)ᵀ Σ⁻¹ (x − μ)) / √((2π)ⁿ |Σ|).
///
/// Everything is computed by the lower triangular L with LLᵀ = Σ, so `scaleTril` takes the least time.
public struct MultivariateNormal: Distribution {
    /// The mean μ, `[…, n]`.
    public let loc: Tensor
    /// L without the batch's dimensions that it does not need.
    private let factor: Tensor
    public let validatesArguments: Bool

    /// Creates a distribution from its covariance.
    ///
    /// - Parameters:
    ///   - loc: the mean, `[…, n]`.
    ///   - covarianceMatrix: Σ, `[…, n, n]`, symmetric and positive definite.
    ///   - validateArguments: whether wrong parameters and values are errors.
    /// - Throws: `TorchError` if a parameter is outside its range, or the shapes do not fit.
    public init(_ loc: Tensor, covarianceMatrix: Tensor, validateArguments: Bool = true) throws {
        try Self.check(covarianceMatrix, .positiveDefinite, "covarianceMatrix", validateArguments)
        try self.init(loc, Linalg.cholesky(covarianceMatrix), validateArguments)
    }

    /// Creates a distribution from the inverse of its covariance.
    ///
    /// - Parameters:
    ///   - loc: the mean, `[…, n]`.
    ///   - precisionMatrix: Σ⁻¹, `[…, n, n]`, symmetric and positive definite.
    ///   - validateArguments: whether wrong parameters and values are errors.
    /// - Throws: `TorchError` if a parameter is outside its range, or the shapes do not fit.
    public init(_ loc: Tensor, precisionMatrix: Tensor, validateArguments: Bool = true) throws {
        try Self.check(precisionMatrix, .positiveDefinite, "precisionMatrix", validateArguments)
        // Read backwards, the Cholesky factor of the precision is the transposed inverse of the covariance's.
        let inverse = try Linalg.cholesky(precisionMatrix.flip([-2, -1])).flip([-2, -1]).mT
        let identity = try Tensor.eye(
            precisionMatrix.size(-1), dtype: precisionMatrix.dtype, device: precisionMatrix.device)
        try self.init(loc, Linalg.solveTriangular(inverse, identity, upper: false), validateArguments)
    }

    /// Creates a distribution from the Cholesky factor of its covariance.
    ///
    /// - Parameters:
    ///   - loc: the mean, `[…, n]`.
    ///   - scaleTril: L, `[…, n, n]`, lower triangular with a positive diagonal.
    ///   - validateArguments: whether wrong parameters and values are errors.
    /// - Throws: `TorchError` if a parameter is outside its range, or the shapes do not fit.
    public init(_ loc: Tensor, scaleTril: Tensor, validateArguments: Bool = true) throws {
        try Self.check(scaleTril, .lowerCholesky, "scaleTril", validateArguments)
        try self.init(loc, scaleTril, validateArguments)
    }

    private init(_ loc: Tensor, _ factor: Tensor, _ validateArguments: Bool) throws {
        guard loc.dimensionCount >= 1, loc.shape.last == factor.shape.last else {
            throw TorchError(
                kind: .shape, operation: Self.name, inputs: "\(loc.dtype)\(loc.shape), \(factor.dtype)\(factor.shape)",
                message: "loc must be a vector as long as the matrix is large")
        }
        // A row of the factor has the shape of the mean.
        self.loc = try Tensor.broadcastTensors([loc, factor.select(dim: -1, index: 0)])[0]
        self.factor = factor
        validatesArguments = validateArguments
        if validateArguments { try Constraint.realVector.require(self.loc, "loc", of: Self.name) }
    }

    private init(expanded loc: Tensor, like other: MultivariateNormal) {
        self.loc = loc
        factor = other.factor
        validatesArguments = other.validatesArguments
    }

    private static func check(_ matrix: Tensor, _ constraint: Constraint, _ name: String, _ validates: Bool) throws {
        guard matrix.dimensionCount >= 2, try matrix.size(-1) == matrix.size(-2) else {
            throw TorchError(
                kind: .shape, operation: Self.name, inputs: "\(matrix.dtype)\(matrix.shape)",
                message: "\(name) must be a square matrix, or a batch of them")
        }
        if validates { try constraint.require(matrix, name, of: Self.name) }
    }

    /// The lower triangular L with LLᵀ = Σ, `[…, n, n]`.
    public var scaleTril: Tensor {
        get throws { try factor.expand(matrixShape) }
    }
    /// Σ, `[…, n, n]`.
    public var covarianceMatrix: Tensor {
        get throws { try factor.matmul(factor.mT).expand(matrixShape) }
    }
    /// Σ⁻¹, `[…, n, n]`.
    public var precisionMatrix: Tensor {
        get throws { try factor.choleskyInverse().expand(matrixShape) }
    }

    private var matrixShape: [Int] { batchShape + eventShape + eventShape }

    public var batchShape: [Int] { loc.shape.dropLast() }
    public var eventShape: [Int] { loc.shape.suffix(1) }
    public var support: Constraint { .realVector }
    public var mean: Tensor { loc }
    public var mode: Tensor { loc }
    public var variance: Tensor {
        get throws { try factor.pow(2).sum(dims: [-1]).expand(batchShape + eventShape) }
    }

    public func expand(_ batchShape: [Int]) throws -> MultivariateNormal {
        MultivariateNormal(expanded: try loc.expand(batchShape + eventShape), like: self)
    }

    public func rsample(_ shape: [Int]) throws -> Tensor {
        let numbers = try standardNormal(extended(shape), like: loc)
        return try loc + factor.matmul(numbers.unsqueeze(dim: -1)).squeeze(dim: -1)
    }

    public func logProb(_ value: Tensor) throws -> Tensor {
        try requireInSupport(value)
        let distance = try squaredDistance(value - loc)
        return try (distance + Double(eventShape[0]) * log(2 * Double.pi)) * -0.5 - halfLogDeterminant
    }

    public func entropy() throws -> Tensor {
        let constant = 0.5 * Double(eventShape[0]) * (1 + log(2 * Double.pi))
        return try (halfLogDeterminant + constant).expand(batchShape)
    }

    /// log |L|, which is ½ log |Σ|.
    var halfLogDeterminant: Tensor {
        get throws { try factor.diagonal(dim1: -2, dim2: -1).log().sum(dims: [-1]) }
    }

    /// ‖L⁻¹x‖²: the squared Mahalanobis distance.
    func squaredDistance(_ difference: Tensor) throws -> Tensor {
        guard factor.dimensionCount == 2 else {
            let solved = try Linalg.solveTriangular(factor, difference.unsqueeze(dim: -1), upper: false)
            return try solved.squeeze(dim: -1).pow(2).sum(dims: [-1])
        }
        // One factor for all: one solution for all vectors.
        let columns = try difference.reshape([-1, difference.size(-1)]).t()
        let solved = try Linalg.solveTriangular(factor, columns, upper: false)
        return try solved.pow(2).sum(dims: [0]).reshape(Array(difference.shape.dropLast()))
    }

    /// The trace of Σ⁻¹ times another distribution's covariance.
    func trace(with other: MultivariateNormal) throws -> Tensor {
        try Linalg.solveTriangular(factor, other.factor, upper: false).pow(2).sum(dims: [-2, -1])
    }
}
