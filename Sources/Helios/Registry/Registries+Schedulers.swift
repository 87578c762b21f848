// A scheduler changes its optimizer when it is made: what is wrong with the options is said before.

extension OptionReader {
    /// The last option of a scheduler; throws if others are left over.
    fileprivate func lastEpoch() throws -> Int {
        let epoch = try int("last_epoch", -1)
        try requireNoOthers()
        return epoch
    }

    /// One number for all groups of an optimizer, or a list with one for each.
    fileprivate func perGroup(_ name: String) throws -> any PerGroup {
        let numbers = try value(name, as: OneOrMore<Double>.self)
        return numbers.isList ? numbers.values : numbers.values[0]
    }

    fileprivate func perGroup(_ name: String, _ standard: Double) throws -> any PerGroup {
        let numbers = try value(name, default: OneOrMore(standard))
        return numbers.isList ? numbers.values : numbers.values[0]
    }

    fileprivate func schedulers(_ optimizer: Optimizer) throws -> [LRScheduler] {
        try parts("schedulers", from: Registries.schedulers, for: optimizer, as: LRScheduler.self)
    }

    /// A function for all groups of an optimizer, or a list with one for each.
    fileprivate func functions(_ name: String, groups: Int) throws -> [(Int) throws -> Double] {
        let form = ConfigForm.made(by: Registries.functions)
        recording?.note(name, OptionForm(form: .either([form, .list(form)])))
        let functions: [Registries.Function]
        if let (value, _) = look(name, defaultText: nil), case .list = value {
            functions = try parts(name, from: Registries.functions, as: Registries.Function.self)
        } else {
            functions = Array(
                repeating: try part(name, from: Registries.functions, as: Registries.Function.self), count: groups)
        }
        return functions.map { function in { try function(Double($0)) } }
    }
}

extension Registry where Subject == Optimizer, Product == LRScheduler {
    func addStepSchedulers() {
        add("StepLR") {
            try StepLR(
                $1, stepSize: $0.int("step_size"), gamma: $0.double("gamma", 0.1), lastEpoch: $0.lastEpoch())
        }
        add("MultiStepLR") {
            try MultiStepLR(
                $1, milestones: $0.value("milestones"), gamma: $0.double("gamma", 0.1), lastEpoch: $0.lastEpoch())
        }
        add("ReduceLROnPlateau") { options, optimizer in
            let (mode, factor) = (
                try options.choice("mode", ReduceLROnPlateau.Mode.min), try options.double("factor", 0.1)
            )
            let patience = try options.int("patience", 10)
            let threshold = try options.double("threshold", 1e-4)
            let thresholdMode = try options.choice("threshold_mode", ReduceLROnPlateau.ThresholdMode.relative)
            let (cooldown, minimum) = (try options.int("cooldown", 0), try options.perGroup("min_lr", 0))
            let eps = try options.double("eps", 1e-8)
            try options.requireNoOthers()
            return try ReduceLROnPlateau(
                optimizer, mode: mode, factor: factor, patience: patience, threshold: threshold,
                thresholdMode: thresholdMode, cooldown: cooldown, minLearningRate: minimum, eps: eps)
        }
    }

    func addCurveSchedulers() {
        add("ConstantLR") {
            try ConstantLR(
                $1, factor: $0.double("factor", 1.0 / 3), totalIters: $0.int("total_iters", 5),
                lastEpoch: $0.lastEpoch())
        }
        add("LinearLR") {
            try LinearLR(
                $1, startFactor: $0.double("start_factor", 1.0 / 3), endFactor: $0.double("end_factor", 1),
                totalIters: $0.int("total_iters", 5), lastEpoch: $0.lastEpoch())
        }
        add("ExponentialLR") {
            try ExponentialLR($1, gamma: $0.double("gamma"), lastEpoch: $0.lastEpoch())
        }
        add("PolynomialLR") {
            try PolynomialLR(
                $1, totalIters: $0.int("total_iters", 5), power: $0.double("power", 1), lastEpoch: $0.lastEpoch())
        }
        add("CosineAnnealingLR") {
            try CosineAnnealingLR(
                $1, tMax: $0.int("T_max"), etaMin: $0.double("eta_min", 0), lastEpoch: $0.lastEpoch())
        }
        add("LambdaLR") { options, optimizer in
            try LambdaLR(
                optimizer, lambdas: options.functions("lr_lambda", groups: optimizer.parameterGroups.count),
                lastEpoch: options.lastEpoch())
        }
        add("MultiplicativeLR") { options, optimizer in
            try MultiplicativeLR(
                optimizer, lambdas: options.functions("lr_lambda", groups: optimizer.parameterGroups.count),
                lastEpoch: options.lastEpoch())
        }
        add("SWALR") {
            try SWALR(
                $1, swaLearningRate: $0.perGroup("swa_lr"), annealEpochs: $0.int("anneal_epochs", 10),
                annealStrategy: $0.choice("anneal_strategy", .cos), lastEpoch: $0.lastEpoch())
        }
    }

    func addCyclicSchedulers() {
        add("CyclicLR") {
            try CyclicLR(
                $1, baseLearningRate: $0.perGroup("base_lr"), maxLearningRate: $0.perGroup("max_lr"),
                stepSizeUp: $0.int("step_size_up", 2000), stepSizeDown: $0.optional("step_size_down"),
                mode: $0.choice("mode", .triangular), gamma: $0.double("gamma", 1),
                scale: $0.optionalPart("scale_fn", from: Registries.functions, as: Registries.Function.self),
                scaleMode: $0.choice("scale_mode", .cycle), cycleMomentum: $0.bool("cycle_momentum", true),
                baseMomentum: $0.perGroup("base_momentum", 0.8), maxMomentum: $0.perGroup("max_momentum", 0.9),
                lastEpoch: $0.lastEpoch())
        }
        add("OneCycleLR") {
            try OneCycleLR(
                $1, maxLearningRate: $0.perGroup("max_lr"), totalSteps: $0.optional("total_steps"),
                epochs: $0.optional("epochs"), stepsPerEpoch: $0.optional("steps_per_epoch"),
                pctStart: $0.double("pct_start", 0.3), annealStrategy: $0.choice("anneal_strategy", .cos),
                cycleMomentum: $0.bool("cycle_momentum", true), baseMomentum: $0.perGroup("base_momentum", 0.85),
                maxMomentum: $0.perGroup("max_momentum", 0.95), divFactor: $0.double("div_factor", 25),
                finalDivFactor: $0.double("final_div_factor", 1e4), threePhase: $0.bool("three_phase", false),
                lastEpoch: $0.lastEpoch())
        }
    }

    func addRestartSchedulers() {
        add("CosineAnnealingWarmRestarts") {
            try CosineAnnealingWarmRestarts(
                $1, t0: $0.int("T_0"), tMult: $0.int("T_mult", 1), etaMin: $0.double("eta_min", 0),
                lastEpoch: $0.lastEpoch())
        }
        add("CosineAnnealingRestartLR") {
            try CosineAnnealingRestartLR(
                $1, periods: $0.value("periods"), restartWeights: $0.optional("restart_weights") ?? [1],
                etaMin: $0.double("eta_min", 0), lastEpoch: $0.lastEpoch())
        }
        add("MultiStepRestartLR") {
            try MultiStepRestartLR(
                $1, milestones: $0.value("milestones"), gamma: $0.double("gamma", 0.1),
                restarts: $0.optional("restarts") ?? [0],
                restartWeights: $0.optional("restart_weights") ?? [1], lastEpoch: $0.lastEpoch())
        }
    }

    func addComposedSchedulers() {
        add("LinearWarmupScheduler") { options, optimizer in
            let (steps, factor) = (try options.int("warmup_steps"), try options.double("warmup_start_factor", 0))
            let lastEpoch = try options.int("last_epoch", -1)
            try options.requireNoOthers(but: "scheduler")
            return try restoring(optimizer) {
                try LinearWarmupScheduler(
                    optimizer, warmupSteps: steps,
                    scheduler: options.part(
                        "scheduler", from: Registries.schedulers, for: optimizer, as: LRScheduler.self),
                    warmupStartFactor: factor, lastEpoch: lastEpoch)
            }
        }
        add("SequentialLR") { options, optimizer in
            let milestones = try options.value("milestones", as: [Int].self)
            try options.requireNoOthers(but: "schedulers")
            return try restoring(optimizer) {
                try SequentialLR(optimizer, schedulers: options.schedulers(optimizer), milestones: milestones)
            }
        }
        add("ChainedScheduler") { options, optimizer in
            try options.requireNoOthers(but: "schedulers")
            return try restoring(optimizer) {
                try ChainedScheduler(options.schedulers(optimizer), optimizer: optimizer)
            }
        }
    }
}

/// Gives an optimizer its options back if one of several schedulers cannot be made: those before have changed them.
private func restoring<Scheduler>(_ optimizer: Optimizer, _ make: () throws -> Scheduler) throws -> Scheduler {
    let options = optimizer.parameterGroups.map(\.options)
    do {
        return try make()
    } catch {
        for (group, options) in zip(optimizer.parameterGroups, options) { group.options = options }
        throw error
    }
}
