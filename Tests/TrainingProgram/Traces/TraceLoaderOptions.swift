import Helios

/// A loader's parameters under Python Helios' names.
struct TraceLoaderOptions {
    var batchSize = 1
    var shuffle = false
    var dropLast = false
    var workers = 0
    var prefetch: Int?
    var seed: Int?
    private var isPersistent = false
    private var isDistributed = false
    private var timeout = 0.0

    init(_ parameters: [String: JSONValue]) throws {
        for (name, value) in parameters {
            switch (name, value) {
            case ("batch_size", .int(let size)): batchSize = size
            case ("shuffle", .bool(let isOn)): shuffle = isOn
            case ("drop_last", .bool(let isOn)): dropLast = isOn
            case ("num_workers", .int(let count)): workers = count
            case ("prefetch_factor", .int(let count)): prefetch = count
            case ("random_seed", .int(let number)): seed = number
            case ("persistent_workers", .bool(let isOn)): isPersistent = isOn
            case ("is_distributed", .bool(let isOn)): isDistributed = isOn
            case ("timeout", .int(let seconds)): timeout = Double(seconds)
            case ("timeout", .double(let seconds)): timeout = seconds
            // What says nothing of the order, and what stands for a default.
            case ("pin_memory", _), ("pin_memory_device", _), ("multiprocessing_context", _), (_, .null): break
            default: throw TraceError("no loader option '\(name)' with the value \(value)")
            }
        }
    }

    /// Whether a data set of this size gives no batch under them, or they are no options.
    func giveNothing(count: Int) -> Bool {
        count < 1 || batchSize < 1 || workers < 0 || (prefetch ?? 1) < 1 || (dropLast && batchSize > count)
    }

    /// Whether PyTorch makes no loader of this many samples with them.
    func failInPyTorch(count: Int) -> Bool {
        count < 1 || batchSize < 1 || workers < 0 || (prefetch ?? 1) < 0 || timeout < 0 || haveMissingWorkers
    }

    /// Whether they are about worker processes, or other processes, of which there are none.
    var haveMissingWorkers: Bool {
        (workers == 0 && (prefetch != nil || isPersistent || timeout > 0)) || isDistributed
    }
}

extension LoaderOptions {
    /// The options of our loader.
    init(_ options: TraceLoaderOptions, seed: Int) {
        self.init(
            batchSize: options.batchSize, shuffle: options.shuffle, dropLast: options.dropLast,
            workers: options.workers, prefetch: options.prefetch ?? 2, seed: UInt64(seedOfPyTorch: options.seed ?? seed)
        )
    }
}

extension UInt64 {
    /// PyTorch takes a negative seed by its bits.
    init(seedOfPyTorch seed: Int) {
        self.init(bitPattern: Int64(seed))
    }
}
