// Arithmetic and comparison, element by element, with PyTorch's broadcasting and type promotion.

extension Tensor {
    public static func + (left: Tensor, right: Tensor) throws -> Tensor { try left.add(right) }
    public static func + (left: Tensor, right: some ScalarConvertible) throws -> Tensor {
        try left.add(right.scalar)
    }
    public static func + (left: some ScalarConvertible, right: Tensor) throws -> Tensor {
        try right.add(left.scalar)
    }

    public static func - (left: Tensor, right: Tensor) throws -> Tensor { try left.sub(right) }
    public static func - (left: Tensor, right: some ScalarConvertible) throws -> Tensor {
        try left.sub(right.scalar)
    }
    public static func - (left: some ScalarConvertible, right: Tensor) throws -> Tensor {
        try Tensor.rsub(right, left.scalar)
    }
    public static prefix func - (operand: Tensor) throws -> Tensor { try operand.neg() }

    public static func * (left: Tensor, right: Tensor) throws -> Tensor { try left.mul(right) }
    public static func * (left: Tensor, right: some ScalarConvertible) throws -> Tensor {
        try left.mul(right.scalar)
    }
    public static func * (left: some ScalarConvertible, right: Tensor) throws -> Tensor {
        try right.mul(left.scalar)
    }

    public static func / (left: Tensor, right: Tensor) throws -> Tensor { try left.div(right) }
    public static func / (left: Tensor, right: some ScalarConvertible) throws -> Tensor {
        try left.div(right.scalar)
    }
    public static func / (left: some ScalarConvertible, right: Tensor) throws -> Tensor {
        try right.reciprocal().mul(left.scalar)
    }

    /// The remainder with the divisor's sign, as Python's `%`.
    public static func % (left: Tensor, right: Tensor) throws -> Tensor { try left.remainder(right) }
    public static func % (left: Tensor, right: some ScalarConvertible) throws -> Tensor {
        try left.remainder(right.scalar)
    }

    /// Assigns the sum to `left`; the tensor that it was stays as it is (`add_` writes into it).
    public static func += (left: inout Tensor, right: Tensor) throws { left = try left + right }
    public static func -= (left: inout Tensor, right: Tensor) throws { left = try left - right }
    public static func *= (left: inout Tensor, right: Tensor) throws { left = try left * right }
    public static func /= (left: inout Tensor, right: Tensor) throws { left = try left / right }

    public static func += (left: inout Tensor, right: some ScalarConvertible) throws { left = try left + right }
    public static func -= (left: inout Tensor, right: some ScalarConvertible) throws { left = try left - right }
    public static func *= (left: inout Tensor, right: some ScalarConvertible) throws { left = try left * right }
    public static func /= (left: inout Tensor, right: some ScalarConvertible) throws { left = try left / right }
}

extension Tensor {
    public static func .== (left: Tensor, right: Tensor) throws -> Tensor { try left.eq(right) }
    public static func .== (left: Tensor, right: some ScalarConvertible) throws -> Tensor {
        try left.eq(right.scalar)
    }

    public static func .!= (left: Tensor, right: Tensor) throws -> Tensor { try left.ne(right) }
    public static func .!= (left: Tensor, right: some ScalarConvertible) throws -> Tensor {
        try left.ne(right.scalar)
    }

    public static func .< (left: Tensor, right: Tensor) throws -> Tensor { try left.lt(right) }
    public static func .< (left: Tensor, right: some ScalarConvertible) throws -> Tensor {
        try left.lt(right.scalar)
    }

    public static func .<= (left: Tensor, right: Tensor) throws -> Tensor { try left.le(right) }
    public static func .<= (left: Tensor, right: some ScalarConvertible) throws -> Tensor {
        try left.le(right.scalar)
    }

    public static func .> (left: Tensor, right: Tensor) throws -> Tensor { try left.gt(right) }
    public static func .> (left: Tensor, right: some ScalarConvertible) throws -> Tensor {
        try left.gt(right.scalar)
    }

    public static func .>= (left: Tensor, right: Tensor) throws -> Tensor { try left.ge(right) }
    public static func .>= (left: Tensor, right: some ScalarConvertible) throws -> Tensor {
        try left.ge(right.scalar)
    }

    /// Where both are true, taking every number but zero as true.
    public static func .& (left: Tensor, right: Tensor) throws -> Tensor { try left.logicalAnd(right) }
    /// Where at least one is true.
    public static func .| (left: Tensor, right: Tensor) throws -> Tensor { try left.logicalOr(right) }
    /// Where one of both is true.
    public static func .^ (left: Tensor, right: Tensor) throws -> Tensor { try left.logicalXor(right) }
    /// Where it is false.
    public static prefix func .! (operand: Tensor) throws -> Tensor { try operand.logicalNot() }
}
