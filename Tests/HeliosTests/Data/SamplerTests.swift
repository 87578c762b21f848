import Helios
import Testing

@Suite struct SamplerTests {
    @Test("a random order is another for each epoch and seed, and the same for the same")
    func randomOrders() throws {
        let sampler = RandomSampler(count: 50, seed: 7)
        func numbers(_ sampler: RandomSampler, _ epoch: Int) throws -> [Int] {
            try sampler.order(epoch: epoch).numbers(at: 0..<50)
        }
        #expect(try numbers(sampler, 2) == numbers(RandomSampler(count: 50, seed: 7), 2))
        #expect(try numbers(sampler, 2) != numbers(sampler, 3))
        // Seed and epoch are added, as in Python Helios.
        #expect(try numbers(sampler, 2) == numbers(RandomSampler(count: 50, seed: 9), 0))
    }

    @Test("parts of an order are parts of the whole", arguments: ["sequential", "numbers", "tensor"])
    func parts(kind: String) throws {
        let order =
            switch kind {
            case "sequential": SampleOrder.sequential(count: 6)
            case "numbers": SampleOrder([3, 1, 4, 1, 5, 9])
            default: try SampleOrder(Tensor([3, 1, 4, 1, 5, 9]))
            }
        let whole = try order.numbers(at: 0..<order.count)
        #expect(whole == (kind == "sequential" ? [0, 1, 2, 3, 4, 5] : [3, 1, 4, 1, 5, 9]))
        for start in 0...6 {
            for end in start...6 { #expect(try order.numbers(at: start..<end) == Array(whole[start..<end])) }
        }
    }

    @Test("positions outside the order are an error", arguments: [0, 1, 2])
    func outside(kind: Int) throws {
        let orders = [SampleOrder.sequential(count: 3), SampleOrder([0, 1, 2]), try SampleOrder(Tensor([0, 1, 2]))]
        #expect(throws: DataError.self) { try orders[kind].numbers(at: 1..<4) }
        #expect(throws: DataError.self) { try orders[kind].numbers(at: -1..<2) }
    }

    @Test("an order is a list of whole numbers on the CPU", arguments: [[2, 2], [4]])
    func otherTensors(shape: [Int]) throws {
        let wrong = try Tensor.zeros(shape, dtype: shape.count == 1 ? .float32 : .int64)
        #expect(throws: DataError.self) { try SampleOrder(wrong) }
    }
}
