import Testing
import Torch

@Suite struct ScalarTests {
    @Test("literals and Swift numbers are scalars of their kind")
    func kinds() {
        #expect((3 as Scalar) == .integer(3))
        #expect((0.5 as Scalar) == .real(0.5))
        #expect((true as Scalar) == .boolean(true))
        #expect(Scalar(Float(0.5)) == .real(0.5))
        #expect(Scalar(Int32(-3)) == .integer(-3))
        #expect(Scalar(UInt8(255)) == .integer(255))
        #expect(Scalar(Int64.min) == .integer(.min))
    }

    @Test("a scalar is a real number, and a word")
    func values() {
        #expect(Scalar.integer(3).double == 3)
        #expect(Scalar.boolean(true).double == 1)
        #expect(Scalar.complex(real: 2, imaginary: 1).double == 2)
        #expect(Scalar.real(.nan).description == "nan")
        #expect(Scalar.integer(-4).description == "-4")
        #expect(Scalar.complex(real: 1, imaginary: -2).description == "1.0-2.0j")
    }

    @Test("a scalar that a type cannot hold is an error")
    func conversion() throws {
        #expect(throws: TorchError.self) { try Tensor.full([1], Double.nan, dtype: .int32) }
        #expect(throws: TorchError.self) { try Tensor.full([1], 1e300, dtype: .float32) }
        #expect(throws: TorchError.self) { try Tensor.full([1], 300, dtype: .uint8) }
        #expect(throws: TorchError.self) { try Tensor.zeros(1).fill_(Scalar.complex(real: 0, imaginary: 1)) }
        #expect(try Tensor.full([1], Double.infinity).item(Double.self) == .infinity)
        #expect(try Tensor.full([1], Int.min).item(Int.self) == .min)
    }

    @Test("operations take Swift's numbers as they are, and each keeps its kind")
    func arguments() throws {
        let (count, rate, low, limit) = (3, 0.5, Float(-0.25), Int?.some(1))
        #expect(try Tensor.arange(count).array(Int.self) == [0, 1, 2])
        #expect(try Tensor.arange(start: 1, end: count).array(Int.self) == [1, 2])
        #expect(try Tensor.full([2], rate).dtype == .float32)
        #expect(try Tensor.full([2], count).dtype == .int64)
        #expect(try Tensor.full([2], true).dtype == .bool)
        let x = try Tensor.full([1], rate)
        #expect(try x.add(x, alpha: count).item(Double.self) == 2)
        #expect(try x.add(x, alpha: rate).item(Double.self) == 0.75)
        #expect(try x.add(x, alpha: 2).item(Double.self) == 1.5)
        #expect(try x.sub(count).clamp(min: low).item(Double.self) == -0.25)
        #expect(try x.add(count).clamp(min: low, max: limit).item(Double.self) == 1)
        #expect(try x.add(count).clamp(min: nil, max: 2).item(Double.self) == 2)
        #expect(try x.norm(p: nil, dim: 0).item(Double.self) == 0.5)
        #expect(try x.mul(UInt8(4)).pow(Int32(2)).item(Double.self) == 4)
    }
}
