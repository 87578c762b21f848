/// Batches of one size, cut from the order of a sampler.
struct CutSampler: BatchSampler {
    let sampler: any Sampler
    private let batchSize: Int
    let batchCount: Int

    init(_ sampler: any Sampler, _ batchSize: Int, dropLast: Bool) {
        self.sampler = sampler
        self.batchSize = batchSize
        let whole = sampler.count / batchSize
        batchCount = dropLast || sampler.count % batchSize == 0 ? whole : whole + 1
    }

    var sampleCount: Int { sampler.count }

    func batches(epoch: Int) throws -> BatchOrder {
        BatchOrder(try sampler.order(epoch: epoch), batchSize: batchSize)
    }
}
