/// What defines the batches of an epoch and their order: a position in the middle of one means nothing under another.
struct EpochLayout {
    /// `nil` for a stream.
    let sampleCount: Int?
    let batchSize: Int
    // These are `nil` in older checkpoints.
    let shuffle: Bool?
    let dropLast: Bool?
    /// How many batches the epoch has, with all limits.
    let batchCount: Int?
    /// What the order and the random numbers of the samples are drawn from, together with the epoch.
    let seed: UInt64?
    /// The sampler's type.
    let sampler: String?
    /// A number that stands for the order itself, if a sampler of the program's own made it.
    let order: Int?

    /// - Parameter epoch: the number of the epoch that is under way, the first being 0; `nil` between two epochs, when
    ///   the order does not matter.
    /// - Throws: what the sampler throws.
    init<Batch>(_ loader: DataLoader<Batch>, epoch: Int? = nil) throws {
        sampleCount = loader.sampleCount
        batchSize = loader.options.batchSize
        shuffle = loader.options.shuffle
        dropLast = loader.options.dropLast
        batchCount = loader.batchCount
        seed = loader.seed
        sampler = loader.samplerName
        order = try epoch.flatMap { try loader.orderFingerprint(epoch: $0) }
    }

    /// What makes a position in the one mean something else in the other, as far as is known: each with both values.
    func differences(from other: EpochLayout) -> [String] {
        var result: [String] = []
        func compare<Value: Equatable>(_ name: String, _ saved: Value?, _ now: Value?) {
            guard let saved, let now, saved != now else { return }
            result.append("\(name) (\(saved) in the checkpoint, \(now) now)")
        }
        compare("the number of samples", sampleCount, other.sampleCount)
        compare("batchSize", batchSize, other.batchSize)
        compare("shuffle", shuffle, other.shuffle)
        compare("dropLast", dropLast, other.dropLast)
        compare("the sampler", sampler, other.sampler)
        compare("the seed of the loader", seed, other.seed)
        // Otherwise it is a consequence.
        if result.isEmpty {
            compare("the number of batches (data: .first(train:), .overfit(batches:))", batchCount, other.batchCount)
        }
        if result.isEmpty, let order, let now = other.order, order != now {
            result.append("the order that \(sampler ?? "the sampler") gives for this epoch")
        }
        return result
    }
}

extension EpochLayout: CustomStringConvertible {
    var description: String {
        guard let sampleCount else { return "a stream in batches of \(batchSize)" }
        let order = shuffle.map { $0 ? ", shuffled" : ", not shuffled" } ?? ""
        return "\(sampleCount) samples in batches of \(batchSize)\(order)"
    }

    func stateDict() -> StateDict {
        var state: StateDict = ["batch_size": .int(batchSize)]
        if let sampleCount { state["samples"] = .int(sampleCount) }
        if let shuffle { state["shuffle"] = .bool(shuffle) }
        if let dropLast { state["drop_last"] = .bool(dropLast) }
        if let batchCount { state["batches"] = .int(batchCount) }
        // By its bits: Python has no unsigned integers of 64.
        if let seed { state["seed"] = .int(Int(bitPattern: UInt(seed))) }
        if let sampler { state["sampler"] = .string(sampler) }
        if let order { state["order"] = .int(order) }
        return state
    }

    init(_ state: StateDict) throws {
        func optional<Value>(_ key: StateDict.Key, _ read: (StateDict.Key) throws -> Value) throws -> Value? {
            state[key] == nil ? nil : try read(key)
        }
        sampleCount = try optional("samples") { try state.int($0) }
        batchSize = try state.int("batch_size")
        shuffle = try optional("shuffle") { try state.bool($0) }
        dropLast = try optional("drop_last") { try state.bool($0) }
        batchCount = try optional("batches") { try state.int($0) }
        seed = try optional("seed") { try state.int($0) }.map { UInt64(UInt(bitPattern: $0)) }
        sampler = try optional("sampler") { try state.string($0) }
        order = try optional("order") { try state.int($0) }
    }
}
