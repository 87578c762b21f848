import Helios
import Testing

@testable import HeliosCommand

@Suite("TensorDifference")
struct TensorDifferenceTests {
    private func difference(_ first: [Double], _ second: [Double], dtype: DType = .float32, tolerance: Double = 0)
        throws -> TensorDifference
    {
        let tensors = try [first, second].map { try Tensor($0, shape: [$0.count]).to(dtype) }
        return try compare(tensors[0], tensors[1], tolerance: tolerance)
    }

    private func compare(_ first: Tensor, _ second: Tensor, tolerance: Double = 0) throws -> TensorDifference {
        try TensorDifference(TensorElements(first), TensorElements(second), tolerance: tolerance)
    }

    @Test("how many elements differ, and by how much at most")
    func greatest() throws {
        let found = try difference([1, 2, 4, 8], [1, 2.5, 3, 8])
        #expect(found.count == 2)
        #expect(found.elementCount == 4)
        #expect(found.maximum == 1)
        #expect(found.relativeMaximum == 0.25)
    }

    @Test("two that are no number are equal, one that is none is not")
    func notANumber() throws {
        #expect(try difference([.nan, 1], [.nan, 1]).count == 0)
        let found = try difference([.nan, 1, 2], [.nan, .nan, 2])
        #expect(found.count == 1)
        #expect(found.maximum == .infinity)
    }

    @Test("the same infinity is equal, the other is not")
    func infinities() throws {
        #expect(try difference([.infinity, -.infinity, 1], [.infinity, -.infinity, 2]).count == 1)
        #expect(try difference([.infinity], [-.infinity]).maximum == .infinity)
        #expect(try difference([.infinity], [-.infinity], tolerance: 1e300).count == 1)
    }

    @Test("zero and minus zero are equal, and zero against another number is infinitely off")
    func zeros() throws {
        #expect(try difference([0.0, 1], [-0.0, 1]).count == 0)
        #expect(try difference([0], [0.5]).relativeMaximum == .infinity)
    }

    @Test("up to the tolerance elements count as equal")
    func tolerance() throws {
        #expect(try difference([1, 2], [1.5, 2.25], tolerance: 0.5).count == 0)
        let found = try difference([1, 2], [1.5, 2.25], tolerance: 0.25)
        #expect(found.count == 1)
        #expect(found.maximum == 0.5)
    }

    @Test(
        "types of every kind are compared",
        arguments: [
            DType.float64, .float16, .bfloat16, .int8, .uint8, .int32, .int64, .uint16, .uint64, .complex64,
            .complex128, .float8e5m2, .float8e4m3fn,
        ])
    func types(dtype: DType) throws {
        let found = try difference([1, 2, 3], [1, 4, 3], dtype: dtype)
        #expect(found.count == 1)
        #expect(found.maximum == 2)
        #expect(try difference([1, 2, 3], [1, 2, 3], dtype: dtype).count == 0)
    }

    @Test("booleans differ by one")
    func booleans() throws {
        #expect(try difference([0, 1], [1, 1], dtype: .bool).maximum == 1)
    }

    @Test("integers that double precision cannot tell apart differ all the same")
    func largeIntegers() throws {
        let first = try Tensor([1 << 60, 7])
        let second = try Tensor([1 << 60 + 1, 7])
        #expect(try compare(first, second).count == 1)
    }

    @Test("tensors are compared by their indices, not by how they lie in memory")
    func strides() throws {
        let first = try Tensor([1.0, 2, 3, 4, 5, 6], shape: [2, 3])
        let second = try first.t().contiguous().t()
        #expect(try compare(first, second).count == 0)
    }

    @Test("sparse tensors are compared by their elements")
    func sparse() throws {
        let dense = try Tensor([0.0, 2, 0, 4], shape: [2, 2])
        #expect(try compare(dense.toSparse(), dense).count == 0)
        #expect(try compare(dense.toSparse(), (dense * 2).toSparse()).count == 2)
    }

    @Test("empty tensors and scalars are compared, and large ones in parts")
    func sizes() throws {
        #expect(try difference([], []).count == 0)
        #expect(try compare(Tensor(1.0), Tensor(2.0)).count == 1)
        let first = try Tensor.zeros([1 << 20 + 3], dtype: .uint8)
        let second = try first.clone()
        try second[-1].fill_(2)
        try second[0].fill_(1)
        let found = try compare(first, second)
        #expect(found.count == 2)
        #expect(found.maximum == 2)
    }
}
