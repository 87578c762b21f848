/// The options that a model's `setup` gave its optimizers, schedulers and gradient scaler: what the program says, under
/// names such as `optimizer.weight_decay` and `scheduler.T_max`.
///
/// A checkpoint has those of its program, so that a resumed run can tell that the program says something else now. What
/// training changes by itself (the learning rate under a scheduler, say) is compared as it was after `setup`, and never
/// as it is later.
struct SetupOptions {
    /// An option with another value than in the checkpoint.
    struct Difference {
        let name: String
        let saved: StateValue
        let current: StateValue
    }

    private(set) var values = StateDict()

    init(_ values: StateDict) { self.values = values }

    /// What these have now. Right after `setup` these are the options that the program says.
    init(
        optimizers: [(name: String, optimizer: Optimizer)], schedulers: [(name: String, scheduler: LRScheduler)],
        scaler: GradScaler?
    ) throws {
        for (name, optimizer) in optimizers {
            for (position, group) in optimizer.parameterGroups.enumerated() {
                let prefix = SetupOptions.prefix(name, group: position, of: optimizer)
                for (key, value) in group.options where value.isOption {
                    // With a scheduler, the rate follows from this one.
                    if key == "lr", group.options["initial_lr"] != nil { continue }
                    values[.string("\(prefix).\(key)")] = value
                }
            }
        }
        for (name, scheduler) in schedulers {
            addScheduler(name, try scheduler.stateDict())
        }
        for (key, value) in try scaler?.stateDict() ?? [:]
        where SetupOptions.scalerOptions.contains(key.description) {
            values[.string("scaler.\(key)")] = value
        }
    }

    static let scalerOptions: Set<String> = ["growth_factor", "backoff_factor", "growth_interval"]

    /// The name of a group's options.
    static func prefix(_ optimizer: String, group: Int, of value: Optimizer) -> String {
        value.parameterGroups.count > 1 ? "\(optimizer).param_groups.\(group)" : optimizer
    }

    /// What a scheduler counts and works out, which is no option. ("_schedule_phases" follows from other options.)
    private static let counters: Set<String> = [
        "base_lrs", "last_epoch", "_step_count", "_last_lr", "_is_initial", "_get_lr_called_within_step", "T_cur",
        "T_i",
        "best", "cooldown_counter", "num_bad_epochs", "mode_worse", "_schedule_phases",
    ]

    private mutating func addScheduler(_ name: String, _ state: StateDict) {
        for (key, value) in state where !SetupOptions.counters.contains(key.description) {
            switch value {
            case .dictionary(let inner): addScheduler(name, inner)
            case .list(let list) where list.contains(where: \.isDictionary):
                for (position, value) in list.enumerated() {
                    if case .dictionary(let inner) = value { addScheduler("\(name).\(position)", inner) }
                }
            case let value where value.isOption: values[.string("\(name).\(key)")] = value
            default: break
            }
        }
    }

    /// The options that both have, with other values.
    func differences(from saved: SetupOptions) -> [Difference] {
        values.compactMap { key, value in
            guard let before = saved.values[key], before.optionText != value.optionText else { return nil }
            return Difference(name: key.description, saved: before, current: value)
        }
    }

    /// The options of the checkpoint, as far as it has them, and these.
    func replaced(by saved: SetupOptions) -> SetupOptions {
        var result = self
        for (key, value) in saved.values where values[key] != nil { result.values[key] = value }
        return result
    }

    /// Without what training changes: for a checkpoint that does not say what its program said, and has only the
    /// options as they are.
    func withoutChanging(
        _ optimizers: [(name: String, optimizer: Optimizer)], _ schedulers: [(name: String, scheduler: LRScheduler)]
    ) -> SetupOptions {
        var result = self
        let scheduled = Set(schedulers.map { ObjectIdentifier($0.scheduler.optimizer) })
        for (name, optimizer) in optimizers {
            for (position, group) in optimizer.parameterGroups.enumerated() {
                let prefix = SetupOptions.prefix(name, group: position, of: optimizer)
                var changing: [String] = scheduled.contains(ObjectIdentifier(optimizer)) ? ["lr"] : []
                if group.options["max_momentum"] != nil { changing += ["momentum", "betas"] }
                for key in changing { result.values[.string("\(prefix).\(key)")] = nil }
            }
        }
        return result
    }
}

extension SetupOptions.Difference: CustomStringConvertible {
    var description: String {
        "\(name) (\(saved.optionText) in the checkpoint, \(current.optionText) in the program)"
    }
}

extension LRScheduler {
    /// The schedulers that this one makes the steps of, at any depth.
    var inner: [LRScheduler] {
        let direct: [LRScheduler] =
            switch self {
            case let chain as ChainedScheduler: chain.schedulers
            case let sequence as SequentialLR: sequence.schedulers
            case let warmup as LinearWarmupScheduler: [warmup.scheduler]
            default: []
            }
        return direct + direct.flatMap(\.inner)
    }
}

extension StateValue {
    fileprivate var isDictionary: Bool {
        if case .dictionary = self { true } else { false }
    }

    /// Whether it is a number, a word or a few of them.
    fileprivate var isOption: Bool {
        switch self {
        case .none, .bool, .int, .double, .string: true
        case .list(let values), .tuple(let values): values.allSatisfy(\.isOption)
        default: false
        }
    }

    /// An option as messages show it.
    var optionText: String {
        switch self {
        case .none: "none"
        case .bool(let value): "\(value)"
        case .int(let value): "\(value)"
        // PyTorch sometimes writes 1 for 1.0.
        case .double(let value): Int(exactly: value).map { "\($0)" } ?? "\(value)"
        case .string(let value): value
        case .list(let values), .tuple(let values):
            "[" + values.map(\.optionText).joined(separator: ", ") + "]"
        default: typeName
        }
    }
}
