import Helios
import Testing

@Suite struct SampleRandomTests {
    @Test("each seed, epoch and sample has a sequence of its own")
    func distinctSequences() {
        var firsts: Set<UInt64> = []
        for seed in 0..<10 {
            for epoch in 0..<10 {
                for index in 0..<10 {
                    var random = SampleRandom(seed: UInt64(seed), epoch: epoch, index: index)
                    firsts.insert(random.next())
                }
            }
        }
        #expect(firsts.count == 1000)
    }

    @Test("numbers are spread evenly")
    func distribution() {
        var random = SampleRandom(seed: 1, epoch: 2, index: 3)
        let mean = (0..<10_000).reduce(0.0) { sum, _ in sum + Double.random(in: 0..<1, using: &random) } / 10_000
        // Five standard deviations of the mean of 10,000 uniform numbers.
        #expect(abs(mean - 0.5) < 5 * 0.2887 / 100)
    }

    @Test("a generator for tensors is drawn from the sequence")
    func generator() throws {
        func draw(_ index: Int) throws -> [Float] {
            var random = BatchRandom(seed: 4, epoch: 0).sample(index)
            return try Tensor.rand([3], generator: random.generator()).array(Float.self)
        }
        #expect(try draw(1) == draw(1))
        #expect(try draw(1) != draw(2))
    }

    @Test("any integers are seeds")
    func extremes() {
        for seed in [UInt64.min, .max] {
            for number in [Int.min, -1, .max] {
                var random = SampleRandom(seed: seed, epoch: number, index: number)
                #expect(random.next() != random.next())
            }
        }
    }
}
