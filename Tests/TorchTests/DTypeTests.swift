import Testing
import Torch

@Suite struct DTypeTests {
    private let named: [(DType, String, Int)] = [
        (.uint8, "uint8", 1), (.int8, "int8", 1), (.int16, "int16", 2), (.int32, "int32", 4), (.int64, "int64", 8),
        (.float16, "float16", 2), (.float32, "float32", 4), (.float64, "float64", 8), (.bfloat16, "bfloat16", 2),
        (.complex32, "complex32", 4), (.complex64, "complex64", 8), (.complex128, "complex128", 16), (.bool, "bool", 1),
        (.float8e5m2, "float8_e5m2", 1), (.float8e4m3fn, "float8_e4m3fn", 1), (.float8e5m2fnuz, "float8_e5m2fnuz", 1),
        (.float8e4m3fnuz, "float8_e4m3fnuz", 1), (.float8e8m0fnu, "float8_e8m0fnu", 1), (.uint16, "uint16", 2),
        (.uint32, "uint32", 4), (.uint64, "uint64", 8),
    ]

    @Test("types have PyTorch's names, and tensors of them their size")
    func names() throws {
        for (dtype, name, byteCount) in named {
            #expect(dtype.description == name)
            #expect(dtype.byteCount == byteCount)
            let tensor = try Tensor.empty(3, dtype: dtype)
            #expect(tensor.dtype == dtype)
            // libtorch's name for the type, by way of an error.
            let error = #expect(throws: TorchError.self) { try tensor.view(7) }
            #expect(error?.inputs == "\(name)[3]")
        }
    }

    @Test("real and complex types are told apart")
    func kinds() {
        #expect(DType.bfloat16.isFloatingPoint && DType.float8e5m2.isFloatingPoint)
        #expect(!DType.complex64.isFloatingPoint && DType.complex64.isComplex)
        #expect(!DType.int64.isFloatingPoint && !DType.bool.isComplex)
    }

    @Test("a number that is no type is an error when it is used")
    func unknownTypes() {
        for rawValue: Int32 in [-2, 64, 99, .max, .min] {
            let dtype = DType(rawValue: rawValue)
            #expect(dtype.description == "dtype \(rawValue)")
            #expect(dtype.byteCount == nil)
            #expect(throws: TorchError.self) { try Tensor.zeros(1).view(dtype: dtype) }
        }
    }

    @Test("a memory format that is none is an error; the others lay out as they say")
    func memoryFormats() throws {
        let x = try Tensor.zeros(2, 3, 4, 5)
        #expect(try x.contiguous(memoryFormat: .channelsLast).strides == [60, 1, 15, 3])
        #expect(try x.clone(memoryFormat: .preserve).strides == x.strides)
        #expect(throws: TorchError.self) { try x.clone(memoryFormat: .channelsLast3d) }
        #expect(throws: TorchError.self) { try x.clone(memoryFormat: MemoryFormat(rawValue: 9)) }
        #expect(throws: TorchError.self) { try x.contiguous(memoryFormat: MemoryFormat(rawValue: -3)) }
    }
}
