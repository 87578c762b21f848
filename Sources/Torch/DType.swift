import CTorch

/// The type of a tensor's elements, under PyTorch's name.
///
/// A structure rather than an enumeration: libtorch knows more types (quantized and packed ones) than are named here,
/// and a tensor of any of them can be passed on.
public struct DType: RawRepresentable, Hashable, Sendable {
    /// libtorch's number for the type (`c10::ScalarType`).
    public let rawValue: Int32

    /// Creates the value with this number in libtorch. Whether it exists is checked when it is used.
    public init(rawValue: Int32) {
        self.rawValue = rawValue
    }

    /// Integers from 0 to 255.
    public static let uint8 = DType(rawValue: 0)
    /// Integers of 8 bits.
    public static let int8 = DType(rawValue: 1)
    /// Integers of 16 bits.
    public static let int16 = DType(rawValue: 2)
    /// Integers of 32 bits.
    public static let int32 = DType(rawValue: 3)
    /// Integers of 64 bits, the type of indices.
    public static let int64 = DType(rawValue: 4)
    /// Real numbers with 5 bits of exponent and 10 of fraction.
    public static let float16 = DType(rawValue: 5)
    /// Real numbers in single precision, the usual type.
    public static let float32 = DType(rawValue: 6)
    /// Real numbers in double precision.
    public static let float64 = DType(rawValue: 7)
    /// Complex numbers of two `float16`.
    public static let complex32 = DType(rawValue: 8)
    /// Complex numbers of two `float32`.
    public static let complex64 = DType(rawValue: 9)
    /// Complex numbers of two `float64`.
    public static let complex128 = DType(rawValue: 10)
    /// Truth values, one byte each.
    public static let bool = DType(rawValue: 11)
    /// Real numbers with 8 bits of exponent, as `float32`, and 7 of fraction.
    public static let bfloat16 = DType(rawValue: 15)
    /// Real numbers with 5 bits of exponent and 2 of fraction.
    public static let float8e5m2 = DType(rawValue: 23)
    /// Finite real numbers with 4 bits of exponent and 3 of fraction.
    public static let float8e4m3fn = DType(rawValue: 24)
    /// Like `float8e5m2`, but finite and without negative zero.
    public static let float8e5m2fnuz = DType(rawValue: 25)
    /// Like `float8e4m3fn`, but without negative zero.
    public static let float8e4m3fnuz = DType(rawValue: 26)
    /// Integers of 16 bits without a sign.
    public static let uint16 = DType(rawValue: 27)
    /// Integers of 32 bits without a sign.
    public static let uint32 = DType(rawValue: 28)
    /// Integers of 64 bits without a sign.
    public static let uint64 = DType(rawValue: 29)
    /// Powers of two with 8 bits of exponent.
    public static let float8e8m0fnu = DType(rawValue: 44)

    /// Whether the elements are floating-point numbers (complex ones are not).
    public var isFloatingPoint: Bool {
        switch self {
        case .float16, .float32, .float64, .bfloat16, .float8e5m2, .float8e4m3fn, .float8e5m2fnuz, .float8e4m3fnuz,
            .float8e8m0fnu:
            true
        default: false
        }
    }

    /// Whether the elements are complex numbers.
    public var isComplex: Bool {
        self == .complex32 || self == .complex64 || self == .complex128
    }

    /// The size of one element in bytes; `nil` for a type that is not named here.
    public var byteCount: Int? {
        switch self {
        case .uint8, .int8, .bool, .float8e5m2, .float8e4m3fn, .float8e5m2fnuz, .float8e4m3fnuz, .float8e8m0fnu: 1
        case .int16, .uint16, .float16, .bfloat16: 2
        case .int32, .uint32, .float32, .complex32: 4
        case .int64, .uint64, .float64, .complex64: 8
        case .complex128: 16
        default: nil
        }
    }
}

extension DType: CustomStringConvertible {
    /// PyTorch's name without the module, as in `float32`.
    public var description: String {
        DType.names[self] ?? "dtype \(rawValue)"
    }

    private static let names: [DType: String] = [
        .uint8: "uint8", .int8: "int8", .int16: "int16", .int32: "int32", .int64: "int64",
        .float16: "float16", .float32: "float32", .float64: "float64", .bfloat16: "bfloat16",
        .complex32: "complex32", .complex64: "complex64", .complex128: "complex128", .bool: "bool",
        .float8e5m2: "float8_e5m2", .float8e4m3fn: "float8_e4m3fn", .float8e5m2fnuz: "float8_e5m2fnuz",
        .float8e4m3fnuz: "float8_e4m3fnuz", .float8e8m0fnu: "float8_e8m0fnu",
        .uint16: "uint16", .uint32: "uint32", .uint64: "uint64",
    ]
}

/// How a tensor's elements lie in memory.
public struct MemoryFormat: RawRepresentable, Hashable, Sendable {
    /// libtorch's number for the format (`c10::MemoryFormat`).
    public let rawValue: Int32

    /// Creates the value with this number in libtorch. Whether it exists is checked when it is used.
    public init(rawValue: Int32) {
        self.rawValue = rawValue
    }

    /// The last dimension's elements lie next to each other.
    public static let contiguous = MemoryFormat(rawValue: 0)
    /// The layout of the input.
    public static let preserve = MemoryFormat(rawValue: 1)
    /// `[N, C, H, W]` with the channels of one pixel next to each other.
    public static let channelsLast = MemoryFormat(rawValue: 2)
    /// `[N, C, D, H, W]` with the channels of one voxel next to each other.
    public static let channelsLast3d = MemoryFormat(rawValue: 3)
}

// The numbers of Python's `torch.finfo`.

extension DType {
    /// The distance from 1 to the next greater number; 0 for types that are not floating-point.
    package var epsilon: Double {
        switch self {
        case .float64, .complex128: 0x1p-52
        case .float32, .complex64: 0x1p-23
        case .float16: 0x1p-10
        case .bfloat16: 0x1p-7
        default: 0
        }
    }

    /// The least positive number of full precision; 0 for types that are not floating-point.
    package var leastNormal: Double {
        switch self {
        case .float64, .complex128: 0x1p-1022
        case .float32, .complex64, .bfloat16: 0x1p-126
        case .float16: 0x1p-14
        default: 0
        }
    }

    /// The greatest finite number; infinity for types that are not floating-point.
    package var greatestFinite: Double {
        switch self {
        case .float64, .complex128: .greatestFiniteMagnitude
        case .float32, .complex64: Double(Float.greatestFiniteMagnitude)
        case .float16: 65504
        case .bfloat16: 0x1.fep127
        default: .infinity
        }
    }
}
