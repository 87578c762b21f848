/// Gives a restored model the options that its `setup` had given it.
struct OptionOverride {
    private struct Optimization {
        let name: String
        let optimizer: Optimizer
        let options: [StateDict]
    }

    private struct Schedule {
        let name: String
        let scheduler: LRScheduler
        let state: StateDict
        let stepCount: Int
    }

    private let optimizations: [Optimization]
    private let schedules: [Schedule]
    private let scaler: (scaler: GradScaler, state: StateDict)?

    /// Notes what `setup` made, before the model is restored.
    init<Batch>(_ model: Model<Batch>) throws {
        optimizations = model.namedOptimizers().map {
            Optimization(name: $0, optimizer: $1, options: $1.parameterGroups.map(\.options))
        }
        schedules = try model.namedSchedulers().map {
            Schedule(name: $0, scheduler: $1, state: try $1.stateDict(), stepCount: $1.lastEpoch)
        }
        scaler = try model.mixedPrecision.map { ($0.scaler, try $0.scaler.stateDict()) }
    }

    /// Puts the program's options in place of the restored ones.
    ///
    /// - Throws: `StateDictError` if the program's schedulers do not get to the step at which training resumes.
    func apply(_ differences: [SetupOptions.Difference]) throws {
        for optimization in optimizations { try apply(differences, to: optimization) }
        for schedule in schedules where schedule.scheduler is ReduceLROnPlateau {
            try merge(schedule.state, named: schedule.name, differences, into: schedule.scheduler)
        }
        if let scaler { try merge(scaler.state, named: "scaler", differences, into: scaler.scaler) }
    }

    /// What a scheduler may work out from.
    private static let scheduledOptions: Set<String> = [
        "lr", "initial_lr", "max_lr", "min_lr", "momentum", "betas", "base_momentum", "max_momentum",
    ]

    private func apply(_ differences: [SetupOptions.Difference], to optimization: Optimization) throws {
        let optimizer = optimization.optimizer
        let own = schedules.filter { $0.scheduler.optimizer === optimizer }
        let stepped = own.filter { !($0.scheduler is ReduceLROnPlateau) }
        var mustReplay = stepped.contains { schedule in
            differences.contains { $0.name.hasPrefix("\(schedule.name).") }
        }
        for (position, (group, options)) in zip(optimizer.parameterGroups, optimization.options).enumerated() {
            let prefix = SetupOptions.prefix(optimization.name, group: position, of: optimizer) + "."
            for difference in differences where difference.name.hasPrefix(prefix) {
                let key = String(difference.name.dropFirst(prefix.count))
                guard let value = options[key] else { continue }
                if !stepped.isEmpty, OptionOverride.scheduledOptions.contains(key) {
                    mustReplay = true
                } else if key == "lr", !own.isEmpty, case .double(let saved) = difference.saved,
                    case .double(let current) = value, saved != 0
                {
                    // What was reduced stays reduced.
                    group.learningRate *= current / saved
                } else {
                    group.options[.string(key)] = value
                }
            }
        }
        if mustReplay { try replay(stepped, of: optimization) }
    }

    /// Lets the schedulers make all steps up to the restored one with the program's options.
    private func replay(_ schedules: [Schedule], of optimization: Optimization) throws {
        var rest = schedules.map { $0.scheduler.lastEpoch - $0.stepCount }
        for (group, options) in zip(optimization.optimizer.parameterGroups, optimization.options) {
            for key in OptionOverride.scheduledOptions where group.options[key] != nil {
                group.options[key] = options[key]
            }
        }
        for schedule in schedules { try schedule.scheduler.loadStateDict(schedule.state) }
        while rest.contains(where: { $0 > 0 }) {
            for (position, schedule) in schedules.enumerated() where rest[position] > 0 {
                do {
                    try schedule.scheduler.step()
                } catch {
                    throw StateDictError(
                        "onResume: .override cannot bring '\(schedule.name)' of the program to the step where training "
                            + "resumes: \(error)")
                }
                rest[position] -= 1
            }
        }
    }

    /// Loads the restored state again with the program's options in it.
    private func merge(
        _ program: StateDict, named name: String, _ differences: [SetupOptions.Difference], into target: any Stateful
    ) throws {
        let keys = differences.filter { $0.name.hasPrefix("\(name).") }.map { $0.name.dropFirst(name.count + 1) }
        guard !keys.isEmpty else { return }
        var state = try target.stateDict()
        for key in keys { state[String(key)] = program[String(key)] }
        try target.loadStateDict(state)
    }
}
