import Torch

/// A number of a line search in PyTorch's precision: double for a Python float, its own for a tensor of one number.
///
/// A sum of the two is a tensor, so how a search rounds depends on where its numbers come from. Following the same
/// rules gives the same bits.
struct SearchNumber: Comparable {
    let value: Double
    /// The tensor's type; `nil` for a Python float.
    let dtype: DType?

    init(_ value: Double, dtype: DType? = nil) {
        self.value = Self.rounded(value, to: dtype)
        self.dtype = dtype
    }

    /// Rounds as a kernel does that computes half precision in single precision.
    private static func rounded(_ value: Double, to dtype: DType?) -> Double {
        switch dtype {
        case nil, .float64?: return value
        case .bfloat16?:
            let bits = Float(value).bitPattern
            // Keeps the upper half of the bits, rounded to the even one of two equally near numbers. The bits of a NaN
            // could overflow.
            let upper = (bits &+ 0x7FFF &+ (bits >> 16 & 1)) & 0xFFFF_0000
            return value.isNaN ? value : Double(Float(bitPattern: upper))
        #if !(os(macOS) && arch(x86_64))
            case .float16?: return Double(Float16(Float(value)))
        #endif
        default: return Double(Float(value))
        }
    }

    init(_ tensor: Tensor) throws {
        self.init(try tensor.item(Double.self), dtype: tensor.dtype)
    }

    /// Reads a value of a state: a number, or a tensor of one number.
    init(_ state: StateDict, _ key: String) throws {
        if case .tensor(let tensor) = try state.value(.string(key)), tensor.isDefined {
            try self.init(tensor)
        } else {
            self.init(try state.double(.string(key)))
        }
    }

    /// The number as a state holds it.
    func stateValue(on device: Device) throws -> StateValue {
        guard let dtype else { return .double(value) }
        return .tensor(try Tensor.full([], value, dtype: dtype, device: device))
    }

    var scalar: Scalar { .real(value) }
    var magnitude: SearchNumber { SearchNumber(abs(value), dtype: dtype) }

    /// The square root as PyTorch computes it, which need not be the nearest number.
    func squareRoot() throws -> SearchNumber {
        guard let dtype else { return SearchNumber(value.squareRoot()) }
        return try SearchNumber(Tensor.full([], scalar, dtype: dtype).sqrt())
    }

    /// The two values as a sum or product of both takes them. Its result in double precision, rounded, equals the
    /// result in single precision.
    private static func operands(_ left: SearchNumber, _ right: SearchNumber) -> (Double, Double, DType?) {
        let dtype = left.dtype ?? right.dtype
        // A Python number meets half precision in single precision.
        let common: DType? = dtype == nil || dtype == .float64 ? dtype : .float32
        return (rounded(left.value, to: common), rounded(right.value, to: common), dtype)
    }

    /// The two values as a comparison takes them, which happens in the tensor's type.
    private static func compared(_ left: SearchNumber, _ right: SearchNumber) -> (Double, Double) {
        let dtype = left.dtype ?? right.dtype
        return (rounded(left.value, to: dtype), rounded(right.value, to: dtype))
    }

    static func + (left: SearchNumber, right: SearchNumber) -> SearchNumber {
        let (left, right, dtype) = operands(left, right)
        return SearchNumber(left + right, dtype: dtype)
    }

    static func - (left: SearchNumber, right: SearchNumber) -> SearchNumber {
        let (left, right, dtype) = operands(left, right)
        return SearchNumber(left - right, dtype: dtype)
    }

    static func * (left: SearchNumber, right: SearchNumber) -> SearchNumber {
        let (left, right, dtype) = operands(left, right)
        return SearchNumber(left * right, dtype: dtype)
    }

    static func / (left: SearchNumber, right: SearchNumber) -> SearchNumber {
        // PyTorch divides a Python number by a tensor in two steps, each of which rounds.
        if left.dtype == nil, right.dtype != nil { return SearchNumber(1 / right.value, dtype: right.dtype) * left }
        let (left, right, dtype) = operands(left, right)
        return SearchNumber(left / right, dtype: dtype)
    }

    static prefix func - (number: SearchNumber) -> SearchNumber {
        SearchNumber(-number.value, dtype: number.dtype)
    }

    static func < (left: SearchNumber, right: SearchNumber) -> Bool {
        let (left, right) = compared(left, right)
        return left < right
    }

    // Each is spelled out, since none of them holds if one is not a number.
    static func <= (left: SearchNumber, right: SearchNumber) -> Bool {
        let (left, right) = compared(left, right)
        return left <= right
    }

    static func > (left: SearchNumber, right: SearchNumber) -> Bool { right < left }
    static func >= (left: SearchNumber, right: SearchNumber) -> Bool { right <= left }

    static func == (left: SearchNumber, right: SearchNumber) -> Bool {
        let (left, right) = compared(left, right)
        return left == right
    }

    /// Returns the lesser number; of two equal ones the first, whose type then counts.
    static func least(_ first: SearchNumber, _ second: SearchNumber) -> SearchNumber {
        second < first ? second : first
    }

    /// Returns the greater number; of two equal ones the first, whose type then counts.
    static func greatest(_ first: SearchNumber, _ second: SearchNumber) -> SearchNumber {
        second > first ? second : first
    }
}

extension SearchNumber: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
    init(integerLiteral value: Int) {
        self.init(Double(value))
    }

    init(floatLiteral value: Double) {
        self.init(value)
    }
}
