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
