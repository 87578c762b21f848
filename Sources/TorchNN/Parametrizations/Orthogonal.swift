import Torch

/// How `orthogonal` maps a matrix of arbitrary numbers to an orthogonal one.
public enum OrthogonalMap: String, CaseIterable, Sendable {
    /// exp(A) of the skew-symmetric A = tril(X) − tril(X)ᴴ.
    case matrixExp = "matrix_exp"
    /// (I + A/2)(I − A/2)⁻¹ of the same A.
    case cayley
    /// The product of the Householder reflections whose vectors are the columns of tril(X, −1).
    case householder
}

/// Keeps a parameter orthogonal while it trains: PyTorch's `parametrizations.orthogonal`.
///
/// A parameter `[…, m, n]` is a batch of matrices Q with QᴴQ = I if m ≥ n, and QQᴴ = I otherwise. It starts as the
/// parameter if the parameter is orthogonal, and otherwise as the Q of its QR decomposition. (With the maps
/// `.matrixExp` and `.cayley` and without `useTrivialization`, it starts as the map of the parameter, and nothing can
/// be assigned to it.)
/// ```swift
/// let layer = orthogonal(Linear(20, 40))
/// ```
/// Lezcano-Casado 2019, "Trivializations for gradient-based optimization on manifolds".
/// - Parameters:
///   - name: the parameter's key in the state dictionary.
///   - map: `nil` uses `.matrixExp` for square and complex matrices, and `.householder` for the others.
///   - useTrivialization: whether to keep the initial matrix in the buffer `parametrizations.weight.0.base` and to
///     train a change to it.
/// - Returns: the module itself. If there is no such parameter, if it is not a matrix, or if the map is `.householder`
///   and the numbers are complex, the module's first use throws the error.
@discardableResult
public func orthogonal<M: Module>(
    _ module: M, name: String = "weight", map: OrthogonalMap? = nil, useTrivialization: Bool = true
) -> M {
    module.deferErrors {
        let weight = try module.registeredTensor(name, "orthogonal")
        guard weight.dimensionCount >= 2 else {
            throw shapeError("orthogonal", [weight], "'\(name)' must be a matrix, or a batch of matrices")
        }
        let isSquare = try weight.size(-2) == weight.size(-1)
        let map = map ?? (isSquare || weight.dtype.isComplex ? .matrixExp : .householder)
        try require(
            map != .householder || !weight.dtype.isComplex, "orthogonal", "the Householder map has no complex form")
        let parametrization = Orthogonal(shape: weight.shape, map: map, useTrivialization: useTrivialization)
        try module.registerParametrization(name, parametrization, unsafe: true)
    }
    return module
}

/// Computes an orthogonal matrix.
final class Orthogonal: Module, Layer, Parametrization {
    @Buffer var base: Tensor?

    private let shape: [Int]
    private let map: OrthogonalMap
    private let useTrivialization: Bool

    init(shape: [Int], map: OrthogonalMap, useTrivialization: Bool) {
        self.shape = shape
        self.map = map
        self.useTrivialization = useTrivialization
        base = nil
    }

    override var className: String { "_Orthogonal" }

    func forward(_ input: Tensor) throws -> Tensor {
        let isWide = try input.size(-2) < input.size(-1)
        let tall = isWide ? try input.mT : input
        var result = map == .householder ? try reflected(tall) : try rotated(tall)
        if let base { result = try base.matmul(result) }
        return isWide ? try result.mT : result
    }

    /// The product of the Householder reflections, with the signs on the diagonal.
    private func reflected(_ tall: Tensor) throws -> Tensor {
        let vectors = try tall.tril(diagonal: -1)
        let factors = try 2.0 / ((vectors * vectors).sum(dims: [-2]) + 1.0)
        let product = try Linalg.householderProduct(vectors, tau: factors)
        // Whole numbers have no gradient, and neither should the signs.
        return try product * tall.diagonal(dim1: -2, dim2: -1).to(.int32).unsqueeze(dim: -2)
    }

    /// The matrix exponential or the Cayley map.
    private func rotated(_ tall: Tensor) throws -> Tensor {
        let (n, k) = (try tall.size(-2), try tall.size(-1))
        var lower = try tall.tril()
        if n != k {
            let missing = try lower.newZeros(Array(lower.shape.dropLast(2)) + [n, n - k])
            lower = try Tensor.cat([lower, missing], dim: -1)
        }
        let skew = try lower - lower.mH
        let square: Tensor
        if map == .matrixExp {
            square = try skew.matrixExp()
        } else {
            let identity = try Tensor.eye(n, dtype: skew.dtype, device: skew.device)
            square = try Linalg.solve(identity.add(skew, alpha: -0.5), identity.add(skew, alpha: 0.5))
        }
        return n == k ? square : try square.narrow(dim: -1, start: 0, length: k)
    }

    func rightInverse(_ value: Tensor) throws -> [Tensor]? {
        guard value.shape == shape else {
            throw shapeError("orthogonal", [value], "the parameter is \(shape)")
        }
        let isWide = try value.size(-2) < value.size(-1)
        let tall = isWide ? try value.mT : value
        guard useTrivialization else {
            // The other maps have no inverse that is known.
            guard map == .householder else { return nil }
            let (reflectors, factors) = try tall.geqrf()
            // R's diagonal becomes signs; a factor of exactly 0 is a reflection that is left out.
            let diagonal = try reflectors.diagonal(dim1: -2, dim2: -1)
            let signs = try diagonal.sign()
            try diagonal.copy_(Tensor.where(factors.eq(0), -signs, signs))
            return [isWide ? try reflectors.mT : reflectors]
        }
        let (n, k) = (try tall.size(-2), try tall.size(-1))
        if n == k {
            base = try isOrthogonal(tall) ? tall.clone() : orthonormalized(tall)
        } else {
            let rest = try Tensor.randn(
                Array(tall.shape.dropLast()) + [n - k], dtype: tall.dtype, device: tall.device)
            base = try orthonormalized(Tensor.cat([tall, rest], dim: -1))
        }
        // Minus the identity: the Householder map of it is the identity, as the other maps of 0 are.
        let start = try Tensor.zerosLike(value)
        try start.diagonal(dim1: -2, dim2: -1).fill_(-1)
        return [start]
    }

    private func isOrthogonal(_ matrix: Tensor) throws -> Bool {
        let n = try matrix.size(-2)
        let identity = try Tensor.eye(n, dtype: matrix.dtype, device: matrix.device)
        return try matrix.mH.matmul(matrix).allclose(identity, atol: 10 * Double(n) * matrix.dtype.epsilon)
    }

    /// The Q of the QR decomposition whose R has a positive diagonal.
    private func orthonormalized(_ matrix: Tensor) throws -> Tensor {
        let (reflectors, factors) = try matrix.geqrf()
        let product = try Linalg.householderProduct(reflectors, tau: factors)
        return try product * reflectors.diagonal(dim1: -2, dim2: -1).sgn().unsqueeze(dim: -2)
    }
}
