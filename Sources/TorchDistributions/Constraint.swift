import Torch

/// Which values a parameter or a sample may have: PyTorch's `torch.distributions.constraints`.
public indirect enum Constraint: Sendable {
    /// Any number but NaN.
    case real
    /// Greater than 0.
    case positive
    /// At least 0.
    case nonnegative
    /// From 0 to 1.
    case unitInterval
    /// 0 or 1.
    case boolean
    /// 0, 1, 2, ….
    case nonnegativeInteger
    /// A whole number from 0 to an upper bound.
    case integers(through: Tensor)
    /// A class: a whole number that is less than their number.
    case classes(Int)
    /// From a lower to an upper bound.
    case interval(Tensor, Tensor)
    /// Less than a bound.
    case lessThan(Tensor)
    /// Greater than a bound.
    case greaterThan(Tensor)
    /// A vector of numbers that are at least 0 and have the sum 1.
    case simplex
    /// A symmetric matrix with positive eigenvalues.
    case positiveDefinite
    /// A lower triangular matrix with a positive diagonal.
    case lowerCholesky
    /// A constraint that holds for all elements of an event with the given number of dimensions.
    case independent(Constraint, dimensions: Int)

    /// A vector without NaN.
    public static let realVector = Constraint.independent(.real, dimensions: 1)

    /// Which values satisfy the constraint: truth values without the dimensions of the event.
    public func check(_ value: Tensor) throws -> Tensor {
        switch self {
        case .real: return try value.eq(value)
        case .positive: return try value.gt(0)
        case .nonnegative: return try value.ge(0)
        case .unitInterval: return try value.ge(0).logicalAnd(value.le(1))
        case .boolean: return try value.eq(0).logicalOr(value.eq(1))
        case .nonnegativeInteger: return try isWhole(value).logicalAnd(value.ge(0))
        case .integers(let last): return try isWhole(value).logicalAnd(value.ge(0)).logicalAnd(value.le(last))
        case .classes(let count):
            return try isWhole(value).logicalAnd(value.ge(0)).logicalAnd(value.lt(count))
        case .interval(let low, let high): return try value.ge(low).logicalAnd(value.le(high))
        case .lessThan(let bound): return try value.lt(bound)
        case .greaterThan(let bound): return try value.gt(bound)
        case .simplex:
            let isOne = try (value.sum(dims: [-1]) - 1.0).abs().lt(1e-6)
            return try value.ge(0).all(dim: -1).logicalAnd(isOne)
        case .positiveDefinite:
            let isSymmetric = try value.isclose(value.mT, atol: 1e-6).all(dim: -1).all(dim: -1)
            return try isSymmetric.logicalAnd(Linalg.choleskyEx(value).info.eq(0))
        case .lowerCholesky:
            let isLower = try value.tril().eq(value).all(dim: -1).all(dim: -1)
            return try isLower.logicalAnd(value.diagonal(dim1: -2, dim2: -1).gt(0).all(dim: -1))
        case .independent(let constraint, let dimensions):
            var valid = try constraint.check(value)
            for _ in 0..<dimensions { valid = try valid.all(dim: -1) }
            return valid
        }
    }

    /// The number of dimensions of what is checked as a whole.
    var eventDimensions: Int {
        switch self {
        case .simplex: 1
        case .positiveDefinite, .lowerCholesky: 2
        case .independent(let constraint, let dimensions): constraint.eventDimensions + dimensions
        default: 0
        }
    }

    /// Throws an error that names the first value that does not satisfy the constraint.
    func require(_ value: Tensor, _ name: String, of distribution: String) throws {
        let valid = try noGrad { try check(value.detach()) }
        guard !(try valid.all().item(Bool.self)) else { return }
        let place = try valid.logicalNot().nonzero().select(dim: 0, index: 0).array(Int.self)
        // A bound may have more dimensions than the value.
        let inside = place.suffix(max(value.dimensionCount - eventDimensions, 0))
        var found = try value.detach()
        for (index, size) in zip(inside, value.shape) { found = try found.select(dim: 0, index: size == 1 ? 0 : index) }
        let text = found.dimensionCount == 0 ? "\(try found.item(Double.self))" : "\(found)"
        throw TorchError(
            kind: .other, operation: distribution, inputs: "\(value.dtype)\(value.shape)",
            message: "\(name) must be \(self), and is \(text)" + (place.isEmpty ? "" : " at \(place)")
                + "; validateArguments: false leaves the check out")
    }
}

private func isWhole(_ value: Tensor) throws -> Tensor {
    value.dtype.isFloatingPoint ? try value.remainder(1).eq(0) : try Tensor.onesLike(value, dtype: .bool)
}

extension Constraint: CustomStringConvertible {
    /// What the value must be, as in "greater than 0".
    public var description: String {
        func text(_ bound: Tensor) -> String {
            (try? bound.detach().item(Double.self)).map { "\($0)" } ?? "the tensor \(bound.shape) of bounds"
        }
        switch self {
        case .real: return "a number"
        case .positive: return "greater than 0"
        case .nonnegative: return "at least 0"
        case .unitInterval: return "from 0 to 1"
        case .boolean: return "0 or 1"
        case .nonnegativeInteger: return "a whole number of at least 0"
        case .integers(let last): return "a whole number from 0 to \(text(last))"
        case .classes(let count): return "a class from 0 to \(count - 1)"
        case .interval(let low, let high): return "from \(text(low)) to \(text(high))"
        case .lessThan(let bound): return "less than \(text(bound))"
        case .greaterThan(let bound): return "greater than \(text(bound))"
        case .simplex: return "numbers of at least 0 with the sum 1"
        case .positiveDefinite: return "a symmetric positive definite matrix"
        case .lowerCholesky: return "a lower triangular matrix with a positive diagonal"
        case .independent(let constraint, _): return "\(constraint) in every element"
        }
    }
}
