import Helios
import TestSupport
import Testing

@Suite struct PaddedBatchTests {
    struct Recorded: Decodable {
        struct Padding: Decodable {
            let samples: [FixtureTensor]
            let padded: FixtureTensor
        }
        let padding: Padding
    }

    private struct Ragged: Dataset {
        let samples: [Tensor]
        var count: Int { samples.count }
        func sample(at index: Int, random: inout SampleRandom) -> Tensor { samples[index] }
    }

    @Test("samples of different lengths are padded as PyTorch's pad_sequence does, with their lengths")
    func padding() throws {
        let recorded = try fixture("samplers", as: Recorded.self).padding
        let data = Ragged(samples: try recorded.samples.map { try $0.tensor })
        let loader = try DataLoader(data.collated(by: .padding(value: -1.5)), LoaderOptions(batchSize: 4))
        let batch = try #require(try loader.batches(epoch: 0).next())
        #expect(batch.values.shape == recorded.padded.shape)
        #expect(try batch.values.array(Double.self) == recorded.padded.values)
        #expect(try batch.lengths.array(Int.self) == [2, 5, 0, 1])
        #expect(try batch.mask().to(.int64).sum(dim: 1).array(Int.self) == [2, 5, 0, 1])
        let longer = try PaddedBatch(padding: data.samples, toMultipleOf: 8)
        #expect(longer.values.shape == [4, 8, 3])
        #expect(
            try longer.to(.cpu).values.sum().item(Double.self)
                == data.samples.reduce(0) { try $0 + $1.sum().item(Double.self) })
    }

    @Test("samples that differ in more than their length are an error that says how")
    func errors() throws {
        let error = #expect(throws: DataError.self) {
            try PaddedBatch(padding: [Tensor.zeros([2, 3]), Tensor.zeros([2, 4])])
        }
        #expect(error?.description.contains("[2, 3], and number 2 of the batch is float32[2, 4]") == true)
        #expect(throws: DataError.self) {
            try PaddedBatch(padding: [Tensor.zeros([2]), Tensor.zeros([2], dtype: .int64)])
        }
        #expect(throws: DataError.self) { try PaddedBatch(padding: [Tensor(1.0)]) }
        #expect(throws: DataError.self) { try PaddedBatch(padding: []) }
        #expect(throws: DataError.self) { try PaddedBatch(padding: [Tensor.zeros([2])], toMultipleOf: 0) }
    }

    @Test("samples of one shape are stacked")
    func stacking() throws {
        let data = Ragged(samples: try (0..<3).map { try Tensor.full([2], $0) })
        let loader = try DataLoader(data.collated(by: .stacking), LoaderOptions(batchSize: 3))
        #expect(try loader.batches(epoch: 0).next()?.shape == [3, 2])
    }
}
