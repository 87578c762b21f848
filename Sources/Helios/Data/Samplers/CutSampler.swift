/// Batches of one size, cut from the order of a sampler.
struct CutSampler: BatchSampler {
    let sampler: any Sampler
    private let batchSize: Int
    let batchCount: Int

    init(_ sampler: any Sampler, _ batchSize: Int, dropLast: Bool) {
        self.sampler = sampler
        self.batchSize = batchSize
        batchCount = dropLast ? sampler.count / batchSize : (sampler.count + batchSize - 1) / batchSize
    }

    var sampleCount: Int { sampler.count }

    func batches(epoch: Int) throws -> BatchOrder {
        BatchOrder(try sampler.order(epoch: epoch), batchSize: batchSize)
    }
}
