import Torch

// Options as plain data, for a file or a log.
extension LoaderOptions {
    /// Python's names, where Python has the option.
    private enum Key: String, CaseIterable {
        case batchSize = "batch_size"
        case shuffle
        case dropLast = "drop_last"
        case workers = "num_workers"
        case prefetch = "prefetch_factor"
        case prefetchBytes = "prefetch_bytes"
        case timeout
        case persistentWorkers = "persistent_workers"
        case pinMemory = "pin_memory"
        case skipLimit = "skip_limit"
        case seed
        case isDistributed = "is_distributed"
        case drawsLikePyTorch = "draws_like_pytorch"

        var state: StateDict.Key { .string(rawValue) }
    }

    /// Returns the options as plain data, with the names of PyTorch's `DataLoader` where they exist. A `timeout` is in
    /// seconds, options that are `nil` are omitted, and automatic `workers` are the string `automatic`.
    ///
    /// - Throws: `DataError` if there is a sampler, because a sampler is not plain data.
    public func stateDict() throws -> StateDict {
        guard sampler == nil, batchSampler == nil else {
            throw DataError(
                "options with a sampler cannot be saved, since a sampler is no plain data: make it in the program")
        }
        var state = StateDict()
        state[Key.batchSize.state] = .int(batchSize)
        state[Key.shuffle.state] = .bool(shuffle)
        state[Key.dropLast.state] = .bool(dropLast)
        switch workers {
        case .count(let count): state[Key.workers.state] = .int(count)
        case .automatic: state[Key.workers.state] = .string("automatic")
        }
        if let prefetch { state[Key.prefetch.state] = .int(prefetch) }
        if let prefetchBytes { state[Key.prefetchBytes.state] = .int(prefetchBytes) }
        if let timeout { state[Key.timeout.state] = .double(timeout / .seconds(1)) }
        state[Key.persistentWorkers.state] = .bool(persistentWorkers)
        state[Key.pinMemory.state] = .bool(pinMemory)
        if case .skip(let limit) = onFailure { state[Key.skipLimit.state] = .int(limit) }
        if let seed { state[Key.seed.state] = .int(Int(bitPattern: UInt(seed))) }
        if let isDistributed { state[Key.isDistributed.state] = .bool(isDistributed) }
        state[Key.drawsLikePyTorch.state] = .bool(drawsLikePyTorch)
        return state
    }

    /// Creates options from the result of `stateDict()`; missing options have their defaults.
    ///
    /// - Throws: `DataError` for an unknown option, or for a number that is out of range; `StateDictError` for a value
    ///   of another type.
    public init(_ state: StateDict) throws {
        self.init()
        let names = Key.allCases.map(\.rawValue)
        for key in state.keys where !names.contains("\(key)") {
            throw DataError(
                "there is no option '\(VisibleText.of("\(key)"))' of a loader\(NearNames.question("\(key)", among: names))"
            )
        }
        func optional<Value>(_ key: Key, _ read: (StateDict.Key) throws -> Value) throws -> Value? {
            if case StateValue.none? = state[key.state] { return nil }
            return state[key.state] == nil ? nil : try read(key.state)
        }
        batchSize = try optional(.batchSize) { try state.int($0) } ?? batchSize
        shuffle = try optional(.shuffle) { try state.bool($0) } ?? shuffle
        dropLast = try optional(.dropLast) { try state.bool($0) } ?? dropLast
        if state[Key.workers.rawValue]?.string == "automatic" {
            workers = .automatic
        } else if let count = try optional(.workers, { try state.int($0) }) {
            workers = .count(count)
        }
        prefetch = try optional(.prefetch) { try state.int($0) }
        prefetchBytes = try optional(.prefetchBytes) { try state.int($0) }
        timeout = try optional(.timeout) { try state.double($0) }.flatMap { seconds in
            guard seconds >= 0, seconds < 1e9 else {
                throw DataError("the timeout of a loader is a number of seconds that is not negative, not \(seconds)")
            }
            // In PyTorch, 0 means to wait without a limit.
            return seconds == 0 ? nil : .seconds(seconds)
        }
        persistentWorkers = try optional(.persistentWorkers) { try state.bool($0) } ?? persistentWorkers
        pinMemory = try optional(.pinMemory) { try state.bool($0) } ?? pinMemory
        onFailure = try optional(.skipLimit) { try state.int($0) }.map { .skip(limit: $0) } ?? onFailure
        seed = try optional(.seed) { try state.int($0) }.map { UInt64(UInt(bitPattern: $0)) }
        isDistributed = try optional(.isDistributed) { try state.bool($0) }
        drawsLikePyTorch = try optional(.drawsLikePyTorch) { try state.bool($0) } ?? drawsLikePyTorch
    }
}
