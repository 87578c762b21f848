import Testing
import Torch

@testable import Helios

/// Samples whose tensors a loader copies into the memory of their batch.
@Suite struct StackableSampleTests {
    struct Picture: StackableSample {
        var stackable: Tensor
        let number: Int

        static func collate(_ samples: [Picture], stacked: Tensor) throws -> LabeledBatch {
            LabeledBatch(inputs: stacked, targets: try Tensor(samples.map(\.number)))
        }
    }

    struct Pictures: Dataset {
        struct Trouble: Error {}
        let all: Tensor
        var faults: Set<Int> = []
        var other: [Int: Tensor] = [:]
        var count: Int { all.shape[0] }

        func sample(at index: Int, random: inout SampleRandom) throws -> Picture {
            if faults.contains(index) { throw Trouble() }
            return Picture(stackable: try other[index] ?? all[index], number: index)
        }
    }

    /// Large enough to be copied, unless said otherwise.
    private func pictures(_ shape: [Int] = [3, 64, 64]) throws -> Tensor {
        let count = shape.reduce(20, *)
        return try Tensor.arange(count, dtype: .float32).reshape([20] + shape)
    }

    @Test(
        "a batch is what stacking makes, whatever the size, the workers and the way to collate",
        arguments: [[3, 64, 64], [2], []], [0, 2])
    func equalToStacking(shape: [Int], workers: Int) throws {
        let all = try pictures(shape)
        let options = LoaderOptions(batchSize: 8, shuffle: true, workers: .count(workers))
        let batches = try DataLoader(Pictures(all: all), options).batches(epoch: 0)
        let named = try DataLoader(
            Pictures(all: all).map { sample, _ in sample.stackable }.collated(by: .stacking), options
        )
        .batches(epoch: 0)
        for size in [8, 8, 4] {
            let batch = try #require(try batches.next())
            #expect(batch.inputs.shape == [size] + shape)
            #expect(try batch.inputs.equal(all.indexSelect(dim: 0, index: batch.targets)))
            #expect(try #require(try named.next()).equal(batch.inputs))
        }
        #expect(try batches.next() == nil)
    }

    @Test("a batch does not share memory with the data set")
    func memory() throws {
        let all = try pictures()
        let copy = try all.clone()
        let batches = try DataLoader(Pictures(all: all), LoaderOptions(batchSize: 20)).batches(epoch: 0)
        try #require(try batches.next()).inputs.zero_()
        #expect(try all.equal(copy))
    }

    @Test("samples that are left out leave no gap", arguments: [0, 2])
    func skipping(workers: Int) throws {
        let all = try pictures()
        let batches = try DataLoader(
            Pictures(all: all, faults: [0, 5, 6]),
            LoaderOptions(batchSize: 10, workers: .count(workers), onFailure: .skip(limit: 3))
        ).batches(epoch: 0)
        batches.warn = { _ in }
        let first = try #require(try batches.next())
        #expect(try first.targets.array(Int.self) == [1, 2, 3, 4, 7, 8, 9])
        #expect(try first.inputs.equal(all.indexSelect(dim: 0, index: first.targets)))
        #expect(try #require(try batches.next()).inputs.equal(all.narrow(dim: 0, start: 10, length: 10)))
    }

    @Test("tensors that differ are an error, or what stacking makes of them")
    func different() throws {
        let all = try pictures()
        func first(_ other: Tensor) throws -> LabeledBatch? {
            try DataLoader(Pictures(all: all, other: [1: other]), LoaderOptions(batchSize: 4)).batches(epoch: 0).next()
        }
        #expect(throws: TorchError.self) { try first(Tensor.zeros([3, 64, 63])) }
        let promoted = try #require(try first(Tensor.zeros([3, 64, 64], dtype: .float64)))
        #expect(promoted.inputs.dtype == .float64)
        #expect(try promoted.inputs[0].equal(all[0].to(.float64)))
        #expect(throws: TorchError.self) { try first(all[1].toSparse()) }
    }
}
