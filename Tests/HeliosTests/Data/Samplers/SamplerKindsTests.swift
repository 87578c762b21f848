import Foundation
import TestSupport
import Testing

@testable import Helios

/// The samplers of this library beside those of PyTorch, and what each promises.
@Suite struct SamplerKindsTests {
    struct Recorded: Decodable {
        struct Weighted: Decodable {
            let weights: [Double]
            let replacement: [[Int]]
            let single: [[Int]]
        }
        struct Subset: Decodable {
            let numbers: [Int]
            let orders: [[Int]]
        }
        let seed: UInt64
        let weighted: Weighted
        let subset: Subset
    }

    private let recorded: Recorded

    init() throws { recorded = try fixture("samplers") }

    @Test("weighted draws are those of PyTorch's WeightedRandomSampler")
    func weighted() throws {
        let weights = recorded.weighted.weights
        let several = try WeightedSampler(weights: weights, count: 20, seed: recorded.seed)
        let single = try WeightedSampler(weights: weights, count: 5, replacement: false, seed: recorded.seed)
        for epoch in 0..<2 {
            #expect(try numbers(several, epoch) == recorded.weighted.replacement[epoch])
            #expect(try numbers(single, epoch) == recorded.weighted.single[epoch])
        }
    }

    @Test("balanced draws have each class nearly equally often")
    func balanced() throws {
        let labels = (0..<1000).map { $0 < 900 ? 0 : $0 < 990 ? 1 : 2 }
        let drawn = try numbers(WeightedSampler(balancing: labels, count: 3000), 0).map { labels[$0] }
        for label in 0..<3 { #expect((880...1120).contains(drawn.count { $0 == label })) }
    }

    @Test(
        "weights that are no probabilities are errors",
        arguments: [
            ([1, -1], nil, true, "the weight of sample 1 is -1.0"), ([.nan], nil, true, "sample 0 is nan"),
            ([0, 0], nil, true, "all weights"), ([], nil, true, "all weights"),
            ([1, 0, 2], 3, false, "3 samples cannot be drawn without replacement from 2"),
            ([1], 0, true, "at least one sample"),
        ] as [([Double], Int?, Bool, String)])
    func badWeights(_ weights: [Double], count: Int?, replacement: Bool, message: String) {
        let error = #expect(throws: DataError.self) {
            try WeightedSampler(weights: weights, count: count, replacement: replacement)
        }
        #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
    }

    @Test("the order of a subset is that of PyTorch's SubsetRandomSampler")
    func subset() throws {
        let sampler = SubsetSampler(recorded.subset.numbers, seed: recorded.seed)
        for epoch in 0..<2 { #expect(try numbers(sampler, epoch) == recorded.subset.orders[epoch]) }
        #expect(try numbers(SubsetSampler([4, 2], shuffle: false), 3) == [4, 2])
    }

    @Test("each batch of a stratified order has the classes in the proportions of the whole")
    func stratified() throws {
        let labels = (0..<600).map { $0 % 10 < 7 ? 0 : $0 % 10 < 9 ? 1 : 2 }
        let sampler = StratifiedSampler(labels: labels, seed: 3)
        let order = try numbers(sampler, 1)
        #expect(order.sorted() == Array(0..<600))
        #expect(try order != numbers(sampler, 2))
        for start in stride(from: 0, to: 600, by: 30) {
            let batch = order[start..<start + 30].map { labels[$0] }
            for (label, share) in [21, 6, 3].enumerated() {
                #expect(abs(batch.count { $0 == label } - share) <= 1)
            }
        }
    }

    @Test("batches of groups have one group each, and every sample once", arguments: [false, true])
    func grouped(shuffle: Bool) throws {
        let groups = [3, 1, 3, 3, 1, 3, 3, 2]
        let sampler = try GroupedBatchSampler(groups: groups, batchSize: 2, shuffle: shuffle, seed: 5)
        let batches = try batches(sampler, 4)
        #expect(batches.count == sampler.batchCount && sampler.sampleCount == 8)
        #expect(batches.allSatisfy { Set($0.map { groups[$0] }).count == 1 })
        #expect(batches.flatMap { $0 }.sorted() == Array(0..<8))
        if !shuffle { #expect(batches == [[0, 2], [3, 5], [6], [1, 4], [7]]) }
        let whole = try GroupedBatchSampler(groups: groups, batchSize: 2, shuffle: shuffle, dropLast: true)
        #expect(try self.batches(whole, 0).map(\.count) == [2, 2, 2] && whole.sampleCount == 6)
    }

    @Test("batches by length have little padding, and other samples in each epoch")
    func buckets() throws {
        var random = SampleRandom(seed: 2, epoch: 0, index: 0)
        let lengths = (0..<1003).map { _ in Int.random(in: 1...500, using: &random) }
        let sampler = try BucketBatchSampler(lengths: lengths, batchSize: 8, batchesInPool: 20, seed: 9)
        let batches = try batches(sampler, 0)
        #expect(batches.count == sampler.batchCount && batches.count == 126)
        #expect(batches.flatMap { $0 }.sorted() == Array(0..<1003))
        func padding(_ batches: [[Int]]) -> Int {
            batches.reduce(0) { sum, batch in
                let batch = batch.map { lengths[$0] }
                return sum + (batch.max() ?? 0) * batch.count - batch.reduce(0, +)
            }
        }
        let plain = stride(from: 0, to: 1003, by: 8).map { Array($0..<min($0 + 8, 1003)) }
        #expect(padding(batches) * 10 < padding(plain))
        #expect(try self.batches(sampler, 1) != batches)
        #expect(try self.batches(sampler, 0) == batches)
        let whole = try BucketBatchSampler(lengths: lengths, batchSize: 8, dropLast: true)
        #expect(try self.batches(whole, 0).allSatisfy { $0.count == 8 } && whole.batchCount == 125)
    }

    @Test("a loader makes the batches of a batch sampler, whatever the workers, and from any on", arguments: [0, 2])
    func loader(workers: Int) throws {
        let groups = (0..<31).map { $0 % 3 }
        let sampler = try GroupedBatchSampler(groups: groups, batchSize: 4, seed: 1)
        let data = NamedNumbers(count: 31).collated { $0 }
        let loader = try DataLoader(data, LoaderOptions(workers: workers, batchSampler: sampler))
        let expected = try batches(sampler, 2)
        #expect(loader.batchCount == expected.count && loader.sampleCount == 31)
        for start in [0, 3, expected.count] {
            var made: [[Int]] = []
            let batches = try loader.batches(epoch: 2, from: start)
            while let batch = try batches.next() { made.append(batch) }
            #expect(made == Array(expected[start...]))
        }
        let error = #expect(throws: DataError.self) {
            try DataLoader(data, LoaderOptions(batchSize: 4, batchSampler: sampler))
        }
        #expect(error?.description.contains("leave out 'batchSize'") == true)
    }

    @Test("a batch without samples, and sizes that are not positive, are errors")
    func badBatches() {
        #expect(throws: DataError.self) { try BatchOrder([[1], []]) }
        #expect(throws: DataError.self) { try GroupedBatchSampler(groups: [1], batchSize: 0) }
        #expect(throws: DataError.self) { try BucketBatchSampler(lengths: [1], batchSize: 0) }
        #expect(throws: DataError.self) { try BucketBatchSampler(lengths: [1], batchSize: 1, batchesInPool: 0) }
    }

    private func numbers(_ sampler: some Sampler, _ epoch: Int) throws -> [Int] {
        let order = try sampler.order(epoch: epoch)
        #expect(order.count == sampler.count)
        return try order.numbers(at: 0..<order.count)
    }

    private func batches(_ sampler: some BatchSampler, _ epoch: Int) throws -> [[Int]] {
        let order = try sampler.batches(epoch: epoch)
        return try (0..<order.count).map { try order.order.numbers(at: order.positions(ofBatch: $0)) }
    }
}

/// The numbers from 0 on.
struct NamedNumbers: Dataset {
    let count: Int

    func sample(at index: Int, random: inout SampleRandom) -> Int { index }
    func name(ofSample index: Int) -> String? { "number \(index)" }
}
