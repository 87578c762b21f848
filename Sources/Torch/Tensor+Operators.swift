// Arithmetic and comparison, element by element, with PyTorch's broadcasting and type promotion.

precedencegroup ExponentiationPrecedence {
    higherThan: MultiplicationPrecedence
    associativity: right
}

/// A power: `x ** 2`.
///
/// It binds as in Python, except for the minus sign, which binds more tightly in Swift: `-x ** 2` is `(-x) ** 2`. Write
/// `-(x ** 2)` for Python's `-x ** 2`.
infix operator ** : ExponentiationPrecedence

extension Tensor {
    /// Each element to the power of the other's, with broadcasting.
    public static func ** (left: Tensor, right: Tensor) throws -> Tensor { try left.pow(right) }
    /// Each element to the power of a number.
    ///
    /// Beware of `-x ** 2`: in Swift it is `(-x) ** 2`.
    public static func ** (left: Tensor, right: some ScalarConvertible) throws -> Tensor {
        try left.pow(right.scalar)
    }
    /// A number to the power of each element.
    public static func ** (left: some ScalarConvertible, right: Tensor) throws -> Tensor {
        try Tensor.pow(left.scalar, right)
    }

    /// The sum, element by element.
    public static func + (left: Tensor, right: Tensor) throws -> Tensor { try left.add(right) }
    /// The sum, element by element.
    public static func + (left: Tensor, right: some ScalarConvertible) throws -> Tensor {
        try left.add(right.scalar)
    }
    /// The sum, element by element.
    public static func + (left: some ScalarConvertible, right: Tensor) throws -> Tensor {
        try right.add(left.scalar)
    }

    /// The difference, element by element.
    public static func - (left: Tensor, right: Tensor) throws -> Tensor { try left.sub(right) }
    /// The difference, element by element.
    public static func - (left: Tensor, right: some ScalarConvertible) throws -> Tensor {
        try left.sub(right.scalar)
    }
    /// The difference, element by element.
    public static func - (left: some ScalarConvertible, right: Tensor) throws -> Tensor {
        try Tensor.rsub(right, left.scalar)
    }
    /// Each element with its sign changed.
    public static prefix func - (operand: Tensor) throws -> Tensor { try operand.neg() }

    /// The product, element by element.
    public static func * (left: Tensor, right: Tensor) throws -> Tensor { try left.mul(right) }
    /// The product, element by element.
    public static func * (left: Tensor, right: some ScalarConvertible) throws -> Tensor {
        try left.mul(right.scalar)
    }
    /// The product, element by element.
    public static func * (left: some ScalarConvertible, right: Tensor) throws -> Tensor {
        try right.mul(left.scalar)
    }

    /// The quotient, element by element; integers give a real number.
    public static func / (left: Tensor, right: Tensor) throws -> Tensor { try left.div(right) }
    /// The quotient, element by element; integers give a real number.
    public static func / (left: Tensor, right: some ScalarConvertible) throws -> Tensor {
        try left.div(right.scalar)
    }
    /// The quotient, element by element; integers give a real number.
    public static func / (left: some ScalarConvertible, right: Tensor) throws -> Tensor {
        try right.reciprocal().mul(left.scalar)
    }

    /// The remainder with the divisor's sign, as Python's `%` has.
    public static func % (left: Tensor, right: Tensor) throws -> Tensor { try left.remainder(right) }
    /// The remainder with the divisor's sign, as Python's `%` has.
    public static func % (left: Tensor, right: some ScalarConvertible) throws -> Tensor {
        try left.remainder(right.scalar)
    }

    /// Assigns the sum to `left`. The old tensor does not change (`add_` writes into it).
    public static func += (left: inout Tensor, right: Tensor) throws { left = try left + right }
    /// Assigns the difference to `left`. The old tensor does not change.
    public static func -= (left: inout Tensor, right: Tensor) throws { left = try left - right }
    /// Assigns the product to `left`. The old tensor does not change.
    public static func *= (left: inout Tensor, right: Tensor) throws { left = try left * right }
    /// Assigns the quotient to `left`. The old tensor does not change.
    public static func /= (left: inout Tensor, right: Tensor) throws { left = try left / right }

    /// Assigns the sum to `left`. The old tensor does not change (`add_` writes into it).
    public static func += (left: inout Tensor, right: some ScalarConvertible) throws { left = try left + right }
    /// Assigns the difference to `left`. The old tensor does not change.
    public static func -= (left: inout Tensor, right: some ScalarConvertible) throws { left = try left - right }
    /// Assigns the product to `left`. The old tensor does not change.
    public static func *= (left: inout Tensor, right: some ScalarConvertible) throws { left = try left * right }
    /// Assigns the quotient to `left`. The old tensor does not change.
    public static func /= (left: inout Tensor, right: some ScalarConvertible) throws { left = try left / right }
}

extension Tensor {
    /// True where both are equal.
    public static func .== (left: Tensor, right: Tensor) throws -> Tensor { try left.eq(right) }
    /// True where both are equal.
    public static func .== (left: Tensor, right: some ScalarConvertible) throws -> Tensor {
        try left.eq(right.scalar)
    }

    /// True where both differ.
    public static func .!= (left: Tensor, right: Tensor) throws -> Tensor { try left.ne(right) }
    /// True where both differ.
    public static func .!= (left: Tensor, right: some ScalarConvertible) throws -> Tensor {
        try left.ne(right.scalar)
    }

    /// True where `left` is less.
    public static func .< (left: Tensor, right: Tensor) throws -> Tensor { try left.lt(right) }
    /// True where `left` is less.
    public static func .< (left: Tensor, right: some ScalarConvertible) throws -> Tensor {
        try left.lt(right.scalar)
    }

    /// True where `left` is less or equal.
    public static func .<= (left: Tensor, right: Tensor) throws -> Tensor { try left.le(right) }
    /// True where `left` is less or equal.
    public static func .<= (left: Tensor, right: some ScalarConvertible) throws -> Tensor {
        try left.le(right.scalar)
    }

    /// True where `left` is greater.
    public static func .> (left: Tensor, right: Tensor) throws -> Tensor { try left.gt(right) }
    /// True where `left` is greater.
    public static func .> (left: Tensor, right: some ScalarConvertible) throws -> Tensor {
        try left.gt(right.scalar)
    }

    /// True where `left` is greater or equal.
    public static func .>= (left: Tensor, right: Tensor) throws -> Tensor { try left.ge(right) }
    /// True where `left` is greater or equal.
    public static func .>= (left: Tensor, right: some ScalarConvertible) throws -> Tensor {
        try left.ge(right.scalar)
    }

    /// True where both are true; every number but zero counts as true.
    public static func .& (left: Tensor, right: Tensor) throws -> Tensor { try left.logicalAnd(right) }
    /// True where at least one is true.
    public static func .| (left: Tensor, right: Tensor) throws -> Tensor { try left.logicalOr(right) }
    /// True where exactly one of the two is true.
    public static func .^ (left: Tensor, right: Tensor) throws -> Tensor { try left.logicalXor(right) }
    /// True where it is false.
    public static prefix func .! (operand: Tensor) throws -> Tensor { try operand.logicalNot() }
}
