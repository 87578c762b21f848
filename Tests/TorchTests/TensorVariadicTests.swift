import TestSupport
import Testing
import Torch

@Suite(.standardGenerator) struct TensorVariadicTests {
    @Test("sizes written out are those of the array forms")
    func creation() throws {
        #expect(try Tensor.zeros(2, 3).shape == [2, 3])
        #expect(try Tensor.zeros([2, 3]).shape == [2, 3])
        #expect(try Tensor.zeros().shape == [])
        #expect(try Tensor.zeros([]).shape == [])
        #expect(try Tensor.ones(4, dtype: .int32).array(Int32.self) == [1, 1, 1, 1])
        #expect(try Tensor.empty(2, 0, 3).shape == [2, 0, 3])
        let generator = try Generator()
        #expect(try Tensor.rand(3, generator: generator, dtype: .float64).dtype == .float64)
        #expect(try Tensor.randn(2, 2, generator: generator, device: .cpu).shape == [2, 2])
        let sizes = [2, 5]
        #expect(try Tensor.randn(sizes, generator: generator).shape == sizes)
        #expect(throws: TorchError.self) { try Tensor.rand(-1) }
    }

    @Test("shapes and dimensions written out are those of the array forms")
    func shapes() throws {
        let x = try Tensor.arange(6)
        #expect(try x.reshape(2, -1).shape == [2, 3])
        #expect(try x.view(3, 2).shape == [3, 2])
        #expect(try x.view(3, 2).permute(1, 0).shape == [2, 3])
        #expect(try x.view(1, 6).expand(4, -1).shape == [4, 6])
        #expect(try x.repeat(2, 1).shape == [2, 6])
        #expect(try Tensor(5).reshape(1, 1).shape == [1, 1])
        #expect(try Tensor([5]).reshape().shape == [])
        for call in [
            { try x.reshape(4, -1) }, { try x.view(-1, -1) }, { try x.permute(1) }, { try x.permute(0, 0) },
            { try x.expand(7) }, { try x.expand(-1, 6) }, { try x.repeat(-1) }, { try x.view(1, 6).repeat(2) },
            { try x.reshape(.max, .max) }, { try x.expand(.max, .max, 6) },
        ] {
            #expect(throws: TorchError.self) { try call() }
        }
    }
}
