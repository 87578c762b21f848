import TestSupport
import Testing
import Torch

/// Expected values: `torch.unique` of PyTorch 2.13.0.
@Suite struct TensorUniqueTests {
    @Test("the different elements, their places and how often each is there")
    func elements() throws {
        let (values, inverse, counts) = try Tensor([[3, 1, 2], [3, 1, 3]]).unique(
            returnInverse: true, returnCounts: true)
        try expectSameBits(values, Tensor([1, 2, 3]))
        try expectSameBits(inverse, Tensor([[2, 0, 1], [2, 0, 2]]))
        try expectSameBits(counts, Tensor([2, 1, 3]))
        #expect(try Tensor([1.5, 1.5]).unique().counts.count == 0)
    }

    @Test("the different slices of a dimension")
    func slices() throws {
        let rows = try Tensor([[1, 2], [3, 4], [1, 2]]).unique(returnCounts: true, dim: 0)
        try expectSameBits(rows.values, Tensor([[1, 2], [3, 4]]))
        try expectSameBits(rows.counts, Tensor([2, 1]))
        #expect(throws: TorchError.self) { try Tensor([1]).unique(dim: 3) }
    }
}
