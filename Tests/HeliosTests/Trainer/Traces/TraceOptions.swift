import Helios

/// A trainer's arguments under Python Helios' names.
struct TraceOptions {
    var unit = TrainingUnit.epoch
    /// nil for endless.
    var total: Int? = 0
    var validFrequency: Int?
    var checkpointFrequency: Int?
    var printFrequency: Int?
    var accumulation = 1
    var earlyStopCycles: Int?
    var seed: Int?
    var isDeterministic = false

    init(_ arguments: [String: JSONValue]) throws {
        for (name, value) in arguments {
            switch (name, value) {
            case ("train_unit", .string(let text)):
                guard let known = TrainingUnit(rawValue: text) else { throw TraceError("no training unit '\(text)'") }
                unit = known
            case ("total_steps", .int(let steps)): total = steps
            case ("total_steps", .string("inf")): total = nil
            case ("valid_frequency", .int(let count)): validFrequency = count
            case ("chkpt_frequency", .int(let count)): checkpointFrequency = count
            case ("print_frequency", .int(let count)): printFrequency = count
            case ("accumulation_steps", .int(let count)): accumulation = count
            case ("early_stop_cycles", .int(let count)): earlyStopCycles = count
            case ("random_seed", .int(let number)): seed = number
            case ("enable_deterministic", .bool(let isOn)): isDeterministic = isOn
            // What is not part of the order of calls, and what stands for a default.
            case ("run_name", _), ("print_banner", _), ("enable_progress_bar", _), ("use_cpu", _), ("gpus", .array([])),
                ("enable_cudnn_benchmark", _), ("capture_warnings", _), ("enable_tensorboard", _),
                ("enable_file_logging", _), ("log_root", _), ("wandb_args", _), ("src_root", _), ("import_prefix", _),
                (_, .null):
                break
            default: throw TraceError("no trainer option '\(name)' with the value \(value)")
            }
        }
    }

    /// Whether they contradict each other, or are counts below 1.
    var areContradictory: Bool {
        let counts = [validFrequency, checkpointFrequency, printFrequency, earlyStopCycles, accumulation]
        return counts.contains { $0.map { $0 < 1 } ?? false } || (total ?? 0) < 0
            || (earlyStopCycles != nil && validFrequency == nil)
    }
}

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

    /// Whether a data set of so many samples gives no batch under them, or they are no options.
    func giveNothing(count: Int) -> Bool {
        count < 1 || batchSize < 1 || workers < 0 || (prefetch ?? 1) < 1 || (dropLast && batchSize > count)
    }

    /// Whether PyTorch makes no loader of so many samples with them.
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

/// A recording that the harness cannot read.
struct TraceError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
