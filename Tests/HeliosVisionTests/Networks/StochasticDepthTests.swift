import HeliosVision
import TestSupport
import Testing
import Torch
import TorchNN

@Suite(.standardGenerator) struct StochasticDepthTests {
    @Test("in training a sample is 0 or larger by 1 / (1 - p)")
    func training() throws {
        try manualSeed(1)
        let output = try StochasticDepth(p: 0.75)(Tensor.ones([400, 2, 3]))
        let sums = try output.sum(dims: [1, 2]).array(Float.self)
        #expect(Set(sums) == [0, 24])
        // A binomial distribution of 400 with 0.25 has a deviation of 8.7.
        #expect((60...140).contains(sums.count { $0 > 0 }))
    }

    @Test("with p of 1 nothing is left, without division by 0")
    func everything() throws {
        #expect(try StochasticDepth(p: 1)(Tensor.ones([3, 2])).abs().sum().item(Double.self) == 0)
    }

    @Test("in evaluation, and with p of 0, the input stays as it is")
    func evaluation() throws {
        let input = try Tensor.rand([4, 2])
        try expectSameBits(StochasticDepth(p: 0.9).eval()(input), input)
        try expectSameBits(StochasticDepth(p: 0)(input), input)
    }

    @Test("a number is not a batch")
    func noBatch() throws {
        #expect(throws: TorchError.self) { try StochasticDepth(p: 0.5)(Tensor(1.0)) }
    }
}
