import Helios
import Testing

@testable import TrainingProgram

@Suite struct LoaderOptionsTests {
    @Test(
        "options that make no sense are errors that say so",
        arguments: [
            (LoaderOptions(batchSize: 0), 10, "batch size must be positive"),
            (LoaderOptions(batchSize: -1), 10, "batch size must be positive"),
            (LoaderOptions(workers: -1), 10, "workers must not be negative"),
            (LoaderOptions(workers: Int.max), 10, "1024 at most"),
            (LoaderOptions(prefetch: 0), 10, "prefetch must be positive"),
            (LoaderOptions(), 0, "no samples"),
            (LoaderOptions(shuffle: true, sampler: SequentialSampler(count: 10)), 10, "leave out 'shuffle'"),
            (LoaderOptions(batchSize: 11, dropLast: true), 10, "larger than the data set (10 samples)"),
            (LoaderOptions(sampler: SequentialSampler(count: 0)), 10, "gives 0 samples"),
            (LoaderOptions(batchSize: 4, dropLast: true, sampler: SequentialSampler(count: 3)), 10, "gives 3 samples"),
        ])
    func badOptions(_ options: LoaderOptions, count: Int, message: String) {
        let dataset = Numbers(count: count, offset: 0).collated { $0 }
        let error = #expect(throws: DataError.self) { try DataLoader(dataset, options) }
        #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
    }

    @Test("a batch may be larger than the data if it need not be whole")
    func largeBatch() throws {
        let loader = try DataLoader(Numbers(count: 3, offset: 0).collated { $0 }, LoaderOptions(batchSize: 8))
        #expect(loader.batchCount == 1)
        #expect(try loader.batches(epoch: 0).next() == [0, 1, 2])
    }

    @Test("the largest numbers are numbers like others")
    func extremes() throws {
        let dataset = Numbers(count: 5, offset: 0).collated { $0 }
        let loader = try DataLoader(dataset, LoaderOptions(batchSize: .max, workers: 3, prefetch: .max))
        let batches = try loader.batches(epoch: .max, from: .min)
        #expect(try batches.next() == [0, 1, 2, 3, 4])
        #expect(try batches.next() == nil)
        #expect(try loader.batches(epoch: 0, from: .max).next() == nil)

        let endless = Numbers(count: .max, offset: 0).collated(by: \.count)
        let last = try DataLoader(endless, LoaderOptions(batchSize: .max - 1, sampler: Endless()))
        #expect(last.batchCount == 2)
        #expect(try last.batches(epoch: 0, from: 1).next() == 1)
    }
}

private struct Endless: Sampler {
    let count = Int.max

    func order(epoch: Int) -> SampleOrder { .sequential(count: count) }
}
