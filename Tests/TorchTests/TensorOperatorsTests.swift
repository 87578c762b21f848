import Testing
import Torch

/// What the operators add to the operations that OperationsTests compares with PyTorch.
@Suite struct TensorOperatorsTests {
    @Test("Swift numbers of every kind stand beside tensors")
    func numbers() throws {
        let x = try Tensor([1.0, 2])
        #expect(try (x + Float(0.5)).array(Float.self) == [1.5, 2.5])
        #expect(try (x * Int32(3)).array(Float.self) == [3, 6])
        #expect(try (x - UInt8(1)).array(Float.self) == [0, 1])
        #expect(try (Int64(4) / x).array(Float.self) == [4, 2])
        #expect(try (Scalar.real(2) * x).array(Float.self) == [2, 4])
        #expect(try (x + true).dtype == .float32)
    }

    @Test("an assigning operator makes a new tensor")
    func assignment() throws {
        let x = try Tensor([1.0, 2])
        var y = x
        try y += x
        try y -= 1
        try y *= 2
        try y /= x
        try y *= x
        try y -= x
        try y += 0.5
        try y /= 0.5
        #expect(try y.array(Float.self) == [3, 9])
        #expect(try x.array(Float.self) == [1, 2])
        var z = try Tensor([1.0])
        #expect(throws: TorchError.self) { try z += Tensor([1.0, 2, 3]) + Tensor([1.0, 2]) }
        #expect(try z.array(Float.self) == [1])
    }

    @Test("truth values are joined")
    func logic() throws {
        let (a, b) = (try Tensor([true, true, false, false]), try Tensor([true, false, true, false]))
        #expect(try (a .& b).array(Bool.self) == [true, false, false, false])
        #expect(try (a .| b).array(Bool.self) == [true, true, true, false])
        #expect(try (a .^ b).array(Bool.self) == [false, true, true, false])
        #expect(try (.!a).array(Bool.self) == [false, false, true, true])
        let x = try Tensor([1, 2, 3, 4])
        #expect(try (x .> 1 .& x .< 4).array(Bool.self) == [false, true, true, false])
        #expect(try (x .== 1 .| x .>= 4).array(Bool.self) == [true, false, false, true])
        #expect(try (x .!= Tensor([1, 0, 3, 0])).array(Bool.self) == [false, true, false, true])
        #expect(try (x .<= Tensor([1, 0, 3, 9])).array(Bool.self) == [true, false, true, true])
    }

    @Test("a number beside a tensor does not widen its type; beside integers a real number does")
    func promotion() throws {
        #expect(try (Tensor([1.0]).to(.float16) * 2.5).dtype == .float16)
        #expect(try (Tensor([1]).to(.int8) + 1000).dtype == .int8)
        #expect(try (Tensor([1]) + 0.5).dtype == .float32)
        #expect(try (Tensor([true]) + 1).dtype == .int64)
        #expect(try (Tensor([1.0]) + Scalar.complex(real: 0, imaginary: 1)).dtype == .complex64)
    }
}
