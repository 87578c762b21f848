// What Python's `torch.finfo` says.

extension DType {
    /// The distance from 1 to the next greater number; 0 for types that are not of floating-point numbers.
    package var epsilon: Double {
        switch self {
        case .float64, .complex128: 0x1p-52
        case .float32, .complex64: 0x1p-23
        case .float16: 0x1p-10
        case .bfloat16: 0x1p-7
        default: 0
        }
    }

    /// The least positive number of full precision; 0 for types that are not of floating-point numbers.
    package var leastNormal: Double {
        switch self {
        case .float64, .complex128: 0x1p-1022
        case .float32, .complex64, .bfloat16: 0x1p-126
        case .float16: 0x1p-14
        default: 0
        }
    }

    /// The greatest finite number; infinity for types that are not of floating-point numbers.
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
