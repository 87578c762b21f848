import Testing

@testable import Helios

@Suite("The largest numbers as options of the data layer")
struct LargestNumbersTests {
    @Test("are batches of all samples, or errors")
    func sizes() throws {
        let bucket = try BucketBatchSampler(lengths: [3, 1, 2], batchSize: .max, batchesInPool: .max)
        #expect(try bucket.batchCount == 1 && bucket.batches(epoch: 0).count == 1)
        let grouped = try GroupedBatchSampler(groups: [0, 1, 0], batchSize: .max)
        #expect(try grouped.batchCount == 2 && grouped.batches(epoch: 0).count == 2)
        let samples = try [Tensor([1, 2]), Tensor([3])]
        #expect(throws: DataError.self) { try PaddedBatch(padding: samples, toMultipleOf: .max) }
    }

    @Test("are timeouts that do not end")
    func timeout() throws {
        let data = try TensorDataset(inputs: Tensor.arange(6), targets: Tensor.arange(6))
        for timeout in [Duration.seconds(Int64.max), .seconds(1e12), .milliseconds(Int64.max)] {
            let options = LoaderOptions(batchSize: 4, workers: 2, prefetch: .max, timeout: timeout)
            let batches = try DataLoader(data, options).batches(epoch: 0)
            for count in [4, 2, nil] { #expect(try batches.next()?.count == count) }
        }
    }

    @Test("a fraction that integers cannot hold does not pad them with something else")
    func fraction() throws {
        let samples = try [Tensor([1, 2], dtype: .int64), Tensor([3], dtype: .int64)]
        let error = #expect(throws: DataError.self) { try PaddedBatch(padding: samples, value: 0.5) }
        #expect(error?.description.contains("cannot be padded with 0.5") == true)
        #expect(try PaddedBatch(padding: samples, value: -1).values.array(Int.self) == [1, 2, 3, -1])
    }
}
