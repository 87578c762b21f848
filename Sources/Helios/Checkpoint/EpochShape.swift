/// What the batches of an epoch are counted by: a position in the middle of one means nothing under another.
struct EpochShape {
    let sampleCount: Int
    let batchSize: Int
    /// nil where nobody knows, as in older checkpoints.
    let shuffle: Bool?

    init<Batch>(_ loader: DataLoader<Batch>) {
        sampleCount = loader.sampleCount
        batchSize = loader.options.batchSize
        shuffle = loader.options.shuffle
    }

    /// Whether a position in the one means the same in the other, as far as is known.
    func fits(_ other: EpochShape) -> Bool {
        let isSameOrder = shuffle == nil || other.shuffle == nil || shuffle == other.shuffle
        return sampleCount == other.sampleCount && batchSize == other.batchSize && isSameOrder
    }
}

extension EpochShape: CustomStringConvertible {
    var description: String {
        let order = shuffle.map { $0 ? ", shuffled" : ", not shuffled" } ?? ""
        return "\(sampleCount) samples in batches of \(batchSize)\(order)"
    }

    func stateDict() -> StateDict {
        var state: StateDict = ["samples": .int(sampleCount), "batch_size": .int(batchSize)]
        if let shuffle { state["shuffle"] = .bool(shuffle) }
        return state
    }

    init(_ state: StateDict) throws {
        sampleCount = try state.int("samples")
        batchSize = try state.int("batch_size")
        shuffle = state["shuffle"] == nil ? nil : try state.bool("shuffle")
    }
}
