/// What the batches of an epoch are counted by: a position in the middle of one means nothing under another.
struct EpochShape: Equatable {
    let sampleCount: Int
    let batchSize: Int

    init<Batch>(_ loader: DataLoader<Batch>) {
        sampleCount = loader.sampleCount
        batchSize = loader.options.batchSize
    }
}

extension EpochShape: CustomStringConvertible {
    var description: String {
        "\(sampleCount) samples in batches of \(batchSize)"
    }

    func stateDict() -> StateDict {
        ["samples": .int(sampleCount), "batch_size": .int(batchSize)]
    }

    init(_ state: StateDict) throws {
        sampleCount = try state.int("samples")
        batchSize = try state.int("batch_size")
    }
}
