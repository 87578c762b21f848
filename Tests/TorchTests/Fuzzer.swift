import Torch

/// Arguments at random, odd ones often, for operations that must answer every one of them with a result or an error.
///
/// The same seed gives the same arguments. Sizes are small or far too great, never such that a computer would try.
final class Fuzzer {
    private var state: UInt64
    private var lastShape: [Int] = [2, 3]

    init(seed: UInt64) {
        state = seed
    }

    /// SplitMix64.
    private func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }

    func chance(_ percent: UInt64) -> Bool {
        next() % 100 < percent
    }

    func pick<Value>(_ values: [Value]) -> Value {
        values[Int(next() % UInt64(values.count))]
    }

    // MARK: Numbers

    /// A dimension, a place, a small number.
    var int: Int {
        chance(12)
            ? pick([Int.min, Int.max, -1 << 62, 1 << 62, 1 << 50, -1 << 33]) : pick([-3, -2, -1, 0, 0, 1, 1, 2, 3, 4])
    }

    var ints: [Int] {
        (0..<pick([0, 1, 1, 2, 2, 2, 3, 4])).map { _ in int }
    }

    /// Sizes, or the numbers that go with two dimensions of an image.
    var sizes: [Int] {
        chance(15) ? ints : (0..<pick([0, 1, 2, 2, 3, 4])).map { _ in pick([0, 1, 1, 2, 3, 4]) }
    }

    var pair: [Int] {
        chance(25) ? ints : (0..<2).map { _ in pick([0, 1, 1, 1, 2, 3]) }
    }

    var real: Double {
        pick([0, 0.5, 1, -1, 1e-8, 2.5, -1e300, .nan, .infinity, -.infinity, 3])
    }

    var scalar: Scalar {
        pick([
            .integer(0), .integer(2), .integer(-1), .integer(.max), .integer(.min), .real(0.5), .real(.nan),
            .real(1e300),
            .boolean(true), .complex(real: 1, imaginary: 2),
        ])
    }

    var bool: Bool {
        chance(50)
    }

    var text: String {
        pick(["floor", "trunc", "none", "tanh", "same", "valid", "add", "multiply", "", "no such word"])
    }

    func optional<Value>(_ value: Value) -> Value? {
        chance(50) ? value : nil
    }

    var dtype: DType {
        chance(60)
            ? .float32
            : pick([
                .float64, .int64, .int32, .int16, .uint8, .int8, .bool, .float16, .bfloat16, .complex64, .complex128,
                .uint16, .uint64, .float8e5m2, DType(rawValue: 12), DType(rawValue: 21), DType(rawValue: 99),
            ])
    }

    // MARK: Tensors

    /// Of any shape; often of the last one's, so that operations on two get beyond their checks.
    func tensor(_ dtype: DType? = nil) throws -> Tensor {
        if chance(2) { return .undefined }
        if chance(50) {
            lastShape = (0..<pick([0, 1, 1, 2, 2, 3, 4, 5])).map { _ in pick([0, 1, 1, 2, 3, 5]) }
        }
        return try filled(lastShape, dtype: dtype ?? pick([.float32, .float32, .float32, .float64, self.dtype]))
    }

    /// Of a shape that an operation on images or sequences wants, mostly.
    func tensor(_ shape: [Int], _ dtype: DType = .float32) throws -> Tensor {
        guard chance(75) else { return try tensor() }
        var shape = shape
        if chance(15), !shape.isEmpty { shape[Int(next() % UInt64(shape.count))] = pick([0, 1, 2, 3]) }
        return try filled(shape, dtype: chance(90) ? dtype : self.dtype)
    }

    /// Places, some of which are not there.
    func indices() throws -> Tensor {
        guard chance(80) else { return try tensor() }
        let shape = chance(40) ? lastShape : [pick([0, 1, 2, 3])]
        let count = shape.reduce(1, *)
        let values = (0..<count).map { _ in chance(5) ? int : pick([0, 0, 1, 1, 2]) }
        return try Tensor(values, shape: shape).to(chance(85) ? .int64 : dtype)
    }

    func mask() throws -> Tensor {
        chance(80) ? try filled(lastShape, dtype: .bool) : try tensor()
    }

    func tensors() throws -> [Tensor] {
        try (0..<pick([0, 1, 2, 3])).map { _ in try tensor() }
    }

    func generator() throws -> Generator? {
        chance(50) ? try Generator(seed: next()) : nil
    }

    private func filled(_ shape: [Int], dtype: DType) throws -> Tensor {
        let count = shape.reduce(1, *)
        let values = (0..<count).map { _ in pick([0, 1, 1, 2, 0.5, -1, 3, -0.25]) }
        let tensor = try Tensor(values, shape: shape)
        let converted = try dtype == .bool ? tensor .> 0 : tensor.to(dtype)
        return switch pick([0, 0, 0, 0, 0, 0, 1, 2]) {
        case 1 where shape.count > 1: try converted.transpose(0, 1)
        case 2 where dtype.isFloatingPoint: try converted.requiresGrad_()
        default: converted
        }
    }
}
