import Torch

// Arrays and numbers of NumPy, which training scripts keep with their tensors: a generator's state, a metric's value.
// An array is read as a tensor, and a number as a number. They are also written as tensors and numbers.

/// The type of a NumPy array's elements.
struct NumPyType {
    let dtype: DType
    var isBigEndian = false

    /// The types by NumPy's code of kind and size.
    private static let dtypes: [String: DType] = [
        "b1": .bool, "u1": .uint8, "u2": .uint16, "u4": .uint32, "u8": .uint64, "i1": .int8, "i2": .int16, "i4": .int32,
        "i8": .int64, "f2": .float16, "f4": .float32, "f8": .float64, "c8": .complex64, "c16": .complex128,
    ]

    init?(code: String) {
        guard let dtype = NumPyType.dtypes[code] else { return nil }
        self.dtype = dtype
    }
}

extension PickleReader {
    /// `dtype("f8", False, True)`, whose byte order follows as an attribute.
    func numPyType(_ arguments: [Reference]) throws -> PickleGraph.Node {
        guard let first = arguments.first, case .string(let code) = graph.nodes[first] else {
            throw misuse(of: .numPyType)
        }
        guard let type = NumPyType(code: code) else {
            throw FormatError("it holds a NumPy array of type '\(code.shortened)', which is not read", .unsupported)
        }
        return .numPyType(type)
    }

    /// `(3, "<", None, None, None, -1, -1, 0)`, the state of a type.
    func numPyType(_ type: NumPyType, _ state: [Reference]) throws -> NumPyType {
        guard state.count >= 2, case .string(let order) = graph.nodes[state[1]], ["<", ">", "|", "="].contains(order)
        else { throw misuse(of: .numPyType) }
        var type = type
        type.isBigEndian = order == ">"
        return type
    }

    /// `_reconstruct(ndarray, (0,), b"b")`, an array that is filled later.
    func emptyArray(_ arguments: [Reference]) throws -> PickleGraph.Node {
        guard let type = arguments.first, case .global(let global) = graph.nodes[type] else {
            throw misuse(of: .reconstructArray)
        }
        guard global == .numPyArray else { throw FormatError.notData(global) }
        return .numPyArray
    }

    /// `(1, shape, type, whether columns come first, bytes)`, the state of an array.
    mutating func array(_ state: [Reference]) throws -> PickleGraph.Node {
        guard state.count == 5, case .bool(let isColumnMajor) = graph.nodes[state[3]] else {
            throw misuse(of: .numPyArray)
        }
        return try array(
            type: state[2], shape: state[1], bytes: state[4], isColumnMajor: isColumnMajor, misuse(of: .numPyArray))
    }

    /// `_frombuffer(bytes, type, shape, "C")`, which protocol 5 uses instead.
    mutating func arrayFromBuffer(_ arguments: [Reference]) throws -> PickleGraph.Node {
        guard arguments.count == 4, case .string(let order) = graph.nodes[arguments[3]], ["C", "F"].contains(order)
        else {
            throw misuse(of: .arrayFromBuffer)
        }
        return try array(
            type: arguments[1], shape: arguments[2], bytes: arguments[0], isColumnMajor: order == "F",
            misuse(of: .arrayFromBuffer))
    }

    private mutating func array(
        type: Reference, shape: Reference, bytes: Reference, isColumnMajor: Bool, _ error: FormatError
    ) throws -> PickleGraph.Node {
        guard case .numPyType(let type) = graph.nodes[type], let shape = try integers(shape),
            case .bytes(let contents) = graph.nodes[bytes]
        else { throw error }
        var strides = shape
        var stride = 1
        for dimension in isColumnMajor ? Array(shape.indices) : shape.indices.reversed() {
            strides[dimension] = stride
            let (product, overflow) = stride.multipliedReportingOverflow(by: max(shape[dimension], 1))
            guard !overflow else { throw error }
            stride = product
        }
        let geometry = TensorGeometry(shape: shape, strides: strides, offset: 0)
        try geometry.requireFit(byteCount: contents.count, dtype: type.dtype)
        // Arrays may change, so each gets memory of its own, even if the pickle has their bytes only once.
        try spend(contents.count)
        graph.storages.append(
            PickleGraph.Storage(
                key: "", type: .typed(type.dtype), byteCount: contents.count, contents: bytes,
                isBigEndian: type.isBigEndian))
        return append(
            PickleGraph.TensorRecord(storage: graph.storages.count - 1, dtype: type.dtype, geometry: geometry))
    }

    /// `scalar(type, bytes)`, a number with a type of NumPy's.
    func numPyScalar(_ arguments: [Reference]) throws -> PickleGraph.Node {
        guard arguments.count == 2, case .numPyType(let type) = graph.nodes[arguments[0]],
            case .bytes(let bytes) = graph.nodes[arguments[1]], bytes.count == type.dtype.byteCount
        else { throw misuse(of: .numPyScalar) }
        let partSize = type.dtype.isComplex ? bytes.count / 2 : bytes.count
        let parts = stride(from: 0, to: bytes.count, by: partSize).map { start in
            let part = bytes[start..<start + partSize]
            let highestFirst = type.isBigEndian ? Array(part) : part.reversed()
            return highestFirst.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        }
        switch type.dtype {
        case .bool: return .bool(parts[0] != 0)
        case .uint8, .uint16, .uint32, .uint64:
            return Int(exactly: parts[0]).map { .int($0) } ?? .bigInteger(BigInteger(parts[0]))
        case .int8: return .int(Int(Int8(truncatingIfNeeded: parts[0])))
        case .int16: return .int(Int(Int16(truncatingIfNeeded: parts[0])))
        case .int32: return .int(Int(Int32(truncatingIfNeeded: parts[0])))
        case .int64: return .int(Int(truncatingIfNeeded: parts[0]))
        case .float16: return .double(Double(halfBits: UInt16(truncatingIfNeeded: parts[0])))
        case .float32: return .double(Double(Float(bitPattern: UInt32(truncatingIfNeeded: parts[0]))))
        case .float64: return .double(Double(bitPattern: parts[0]))
        case .complex64:
            let numbers = parts.map { Double(Float(bitPattern: UInt32(truncatingIfNeeded: $0))) }
            return .complex(real: numbers[0], imaginary: numbers[1])
        default: return .complex(real: Double(bitPattern: parts[0]), imaginary: Double(bitPattern: parts[1]))
        }
    }
}

extension Double {
    /// Returns the number with these bits in half precision, a type that Swift does not have on every processor.
    fileprivate init(halfBits bits: UInt16) {
        let (exponent, fraction) = (Int(bits >> 10 & 31), Double(bits & 0x3FF) / 1024)
        let magnitude: Double =
            switch exponent {
            case 0: Double(sign: .plus, exponent: -14, significand: fraction)
            case 31: fraction == 0 ? .infinity : .nan
            default: Double(sign: .plus, exponent: exponent - 15, significand: 1 + fraction)
            }
        self = bits >> 15 == 1 ? -magnitude : magnitude
    }
}
