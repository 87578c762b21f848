import CTorch

/// One number as an operation takes it: an integer, a real or complex number, or a truth value.
///
/// Operations take any Swift number, literal or not, so that a scalar needs to be made only for a complex number:
/// `x.add(y, alpha: rate)`, `Tensor.full([2], Scalar.complex(real: 0, imaginary: 1))`.
public enum Scalar: Hashable, Sendable {
    case integer(Int)
    case real(Double)
    case boolean(Bool)
    case complex(real: Double, imaginary: Double)

    package var c: CTScalar {
        switch self {
        case .integer(let value):
            CTScalar(kind: CTScalarKindInteger, integer: Int64(value), real: 0, imaginary: 0)
        case .real(let value):
            CTScalar(kind: CTScalarKindReal, integer: 0, real: value, imaginary: 0)
        case .boolean(let value):
            CTScalar(kind: CTScalarKindBoolean, integer: value ? 1 : 0, real: 0, imaginary: 0)
        case .complex(let real, let imaginary):
            CTScalar(kind: CTScalarKindComplex, integer: 0, real: real, imaginary: imaginary)
        }
    }

    package init(_ value: CTScalar) {
        switch value.kind {
        case CTScalarKindReal: self = .real(value.real)
        case CTScalarKindBoolean: self = .boolean(value.integer != 0)
        case CTScalarKindComplex: self = .complex(real: value.real, imaginary: value.imaginary)
        default: self = .integer(Int(value.integer))
        }
    }

    /// The value as a real number; the real part of a complex one.
    public var double: Double {
        switch self {
        case .integer(let value): Double(value)
        case .real(let value), .complex(let value, _): value
        case .boolean(let value): value ? 1 : 0
        }
    }
}

extension Scalar: CustomStringConvertible {
    /// The number as Swift writes it, or as `1.0+2.0j` if it is complex.
    public var description: String {
        switch self {
        case .integer(let value): "\(value)"
        case .real(let value): "\(value)"
        case .boolean(let value): "\(value)"
        case .complex(let real, let imaginary): "\(real)\(imaginary < 0 ? "" : "+")\(imaginary)j"
        }
    }
}

extension Scalar: ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral {
    public init(integerLiteral value: Int) {
        self = .integer(value)
    }

    public init(floatLiteral value: Double) {
        self = .real(value)
    }

    public init(booleanLiteral value: Bool) {
        self = .boolean(value)
    }
}

/// A Swift number that an operation takes: `2 * x`, `x + learningRate`, `Tensor.arange(count)`, `x.clamp(min: 0.5)`.
public protocol ScalarConvertible {
    /// The number as an operation takes it.
    var scalar: Scalar { get }
}

extension Scalar: ScalarConvertible {
    public var scalar: Scalar { self }

    /// Creates the number of a Swift value.
    public init(_ value: some ScalarConvertible) {
        self = value.scalar
    }
}

extension Int: ScalarConvertible {
    public var scalar: Scalar { .integer(self) }
}

extension Int64: ScalarConvertible {
    public var scalar: Scalar { .integer(Int(self)) }
}

extension Int32: ScalarConvertible {
    public var scalar: Scalar { .integer(Int(self)) }
}

extension UInt8: ScalarConvertible {
    public var scalar: Scalar { .integer(Int(self)) }
}

extension Double: ScalarConvertible {
    public var scalar: Scalar { .real(self) }
}

extension Float: ScalarConvertible {
    public var scalar: Scalar { .real(Double(self)) }
}

extension Bool: ScalarConvertible {
    public var scalar: Scalar { .boolean(self) }
}
