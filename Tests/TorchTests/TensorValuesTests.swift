import TestSupport
import Testing
import Torch

/// Of Tensor+Values.swift and TensorElement.swift.
@Suite struct TensorValuesTests {
    @Test("literals have PyTorch's types and shapes")
    func literals() throws {
        #expect(try Tensor(3).dtype == .int64)
        #expect(try Tensor(3).shape == [])
        #expect(try Tensor(true).dtype == .bool)
        #expect(try Tensor([true, false]).dtype == .bool)
        #expect(try Tensor([1, 2]).dtype == .int64)
        #expect(try Tensor([1, 2.5]).dtype == .float32)
        #expect(try Tensor([true, 2]).array(Int.self) == [1, 2])
        #expect(try Tensor([[1, 2], [3, 4], [5, 6]]).shape == [3, 2])
        #expect(try Tensor([[[0.5]], [[1]]]).shape == [2, 1, 1])
        #expect(try Tensor([]).shape == [0])
        #expect(try Tensor([]).dtype == .float32)
        #expect(try Tensor([[], []]).shape == [2, 0])
        #expect(try Tensor([0.1], dtype: .float64).item(Double.self) == 0.1)
        #expect(try Tensor([1, 2], dtype: .uint8).dtype == .uint8)
        #expect(try Tensor([9_007_199_254_740_993]).item(Int.self) == 9_007_199_254_740_993)
    }

    @Test("lists of different lengths are an error that names the shapes")
    func raggedLiterals() {
        let error = #expect(throws: TorchError.self) { try Tensor([[1, 2], [3]]) }
        #expect(error?.kind == .shape)
        #expect(error?.message.contains("[1], before it [2]") == true)
        #expect(throws: TorchError.self) { try Tensor([[1], 2]) }
        #expect(throws: TorchError.self) { try Tensor([1, [2]]) }
    }

    @Test("arrays make tensors of their elements' type, and come back")
    func arrays() throws {
        func roundTrip<Element: TensorElement & Equatable>(_ values: [Element], _ dtype: DType) throws {
            let tensor = try Tensor(values)
            #expect(tensor.dtype == dtype)
            #expect(tensor.shape == [values.count])
            #expect(try tensor.array(Element.self) == values)
        }
        try roundTrip([Float(0.1), -.infinity], .float32)
        try roundTrip([0.1, 1e300], .float64)
        try roundTrip([Int.min, .max], .int64)
        try roundTrip([Int64.min, .max], .int64)
        try roundTrip([Int32.min, .max], .int32)
        try roundTrip([Int16.min, .max], .int16)
        try roundTrip([Int8.min, .max], .int8)
        try roundTrip([UInt8.min, .max], .uint8)
        try roundTrip([UInt16.min, .max], .uint16)
        try roundTrip([UInt32.min, .max], .uint32)
        try roundTrip([UInt64.min, .max], .uint64)
        try roundTrip([true, false], .bool)
        try roundTrip([Float](), .float32)
        #if !(os(macOS) && arch(x86_64))
            try roundTrip([Float16(0.1), 65504], .float16)
        #endif
    }

    @Test("nested arrays and single values make tensors; rows of different lengths are an error")
    func nestedArrays() throws {
        let rows: [[Float]] = [[1, 2, 3], [4, 5, 6]]
        #expect(try Tensor(rows).shape == [2, 3])
        #expect(try Tensor(rows).array(Float.self) == [1, 2, 3, 4, 5, 6])
        #expect(try Tensor([rows, rows, rows]).shape == [3, 2, 3])
        #expect(try Tensor([[Float]]()).shape == [0, 0])
        let value = 0.25
        #expect(try Tensor(value).shape == [])
        let odd: [[Float]] = [[1], [2, 3]]
        let error = #expect(throws: TorchError.self) { try Tensor(odd) }
        #expect(error?.kind == .shape)
        #expect(throws: TorchError.self) { try Tensor([rows, odd]) }
    }

    @Test("a shape that the values do not fit is an error, however great")
    func wrongShapes() throws {
        let values: [Float] = [1, 2, 3, 4, 5, 6]
        #expect(try Tensor(values, shape: [2, 3]).shape == [2, 3])
        #expect(try Tensor(values, shape: [2, 1, 3]).array(Float.self) == values)
        for shape in [
            [5], [-1], [2, -3], [], [Int.max], [1 << 62, 4], [1 << 40], [Int.min], [0], [6, 0], [1 << 62, 1 << 62, 0],
        ] {
            let error = #expect(throws: TorchError.self, "\(shape)") { try Tensor(values, shape: shape) }
            #expect(error?.kind == .shape)
        }
        #expect(try Tensor([Float](), shape: [0, 3]).shape == [0, 3])
    }

    @Test("elements come in row-major order from any strides, and are converted")
    func views() throws {
        let x = try Tensor([[1, 2, 3], [4, 5, 6]])
        #expect(try x.t().array(Int.self) == [1, 4, 2, 5, 3, 6])
        #expect(try x[.all, 1].array(Float.self) == [2, 5])
        #expect(try x[1...].expand(2, 3).array(Int8.self) == [4, 5, 6, 4, 5, 6])
        #expect(try Tensor([0.9, -0.9]).array(Int.self) == [0, 0])
        #expect(try Tensor([0.5, 0]).array(Bool.self) == [true, false])
    }

    @Test("more elements than memory holds are an error")
    func endlessElements() throws {
        let endless = try Tensor.zeros(1).expand(1 << 50)
        let error = #expect(throws: TorchError.self) { try endless.array(Float.self) }
        #expect(error?.kind == .outOfMemory)
        #expect(throws: TorchError.self) { try endless.array(Double.self) }
        #expect(endless.description == "tensor([0., 0., 0.,  ..., 0., 0., 0.])")
    }

    @Test("one element gives its value in the type asked for")
    func items() throws {
        #expect(try Tensor(2.5).item(Double.self) == 2.5)
        #expect(try Tensor([[7]]).item(Int.self) == 7)
        #expect(try Tensor(7.0).item(UInt8.self) == 7)
        #expect(try Tensor(true).item(Int.self) == 1)
        #expect(try Tensor(0.5).item(Bool.self))
        #expect(try Tensor(0.5).item() == .real(0.5))
        #expect(try Tensor(5).item() == .integer(5))
        #expect(try Tensor(false).item() == .boolean(false))
        #expect(try Tensor.complex(Tensor(1.0), Tensor(2.0)).item() == .complex(real: 1, imaginary: 2))
        #expect(try Tensor(Float.nan).item(Double.self).isNaN)
    }

    @Test("a value that a type cannot hold is an error, not a trap")
    func itemsThatDoNotFit() throws {
        for value in [Double.nan, .infinity, 1e300, -1, 0.5, 256] {
            let error = #expect(throws: TorchError.self, "\(value)") { try Tensor(value).item(UInt8.self) }
            #expect(error?.kind == .type)
        }
        for value in [Double.nan, -.infinity, 1e300, 9.3e18] {
            #expect(throws: TorchError.self) { try Tensor(value).item(Int.self) }
        }
        #expect(throws: TorchError.self) { try Tensor([UInt64.max]).item(Int.self) }
        let complex = try Tensor.complex(Tensor(1.0), Tensor(2.0))
        #expect(throws: TorchError.self) { try complex.item(Double.self) }
        #expect(throws: TorchError.self) { try complex.item(Int.self) }
    }

    @Test("several elements, none, or an undefined tensor have no one value")
    func itemsOfOtherShapes() throws {
        let error = #expect(throws: TorchError.self) { try Tensor([1, 2, 3]).item() }
        #expect(error?.inputs == "int64[3]")
        #expect(error?.message.contains("3 elements") == true)
        #expect(throws: TorchError.self) { try Tensor([]).item(Float.self) }
        #expect(throws: TorchError.self) { try Tensor.undefined.item() }
        #expect(throws: TorchError.self) { try Tensor.undefined.array(Float.self) }
    }

    @Test("a value has the type that its context asks for")
    func itemOfContext() throws {
        let loss = try Tensor(2.5)
        let double: Double = try loss.item()
        let float: Float = try loss.item()
        let scalar = try loss.item()
        let count: Int = try Tensor([7]).item()
        let flag: Bool = try Tensor([true]).item()
        #expect(double == 2.5 && float == 2.5 && scalar == .real(2.5) && count == 7 && flag)
        var total = 0.5
        total += try loss.item()
        #expect(total == 3)
        #expect(try loss.item() * 2.0 + total == 8)
        #expect(try loss.item() > 2.0)
        let scores: [String: Double] = ["loss": try loss.item()]
        #expect(scores == ["loss": 2.5])
        #expect(throws: TorchError.self) { let _: Int = try loss.item() }
        #expect(throws: TorchError.self) { let _: Double = try Tensor([1, 2]).item() }
    }
}
