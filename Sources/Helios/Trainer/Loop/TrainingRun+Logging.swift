import Foundation

// How the run's logs begin, and what is logged without a line of the user's code.
extension TrainingRun {
    /// What the logs have at this moment, for a checkpoint: a resumed run cuts them back to it.
    func logState() throws -> StateDict {
        var state = try status.loggers.stateDict()
        state["root"] = .dictionary(status.log.stateDict() ?? ["log_file": StateValue.none])
        return state
    }

    /// Begins the logs of a training.
    ///
    /// - Parameter resumed: what the checkpoint has of the logs that the training resumes from; `nil` if it begins.
    func beginLogs(resuming resumed: StateDict?) throws {
        guard plan.writesFiles else { return }
        try status.log.begin(resuming: resumed.map { try $0["root"] == nil ? [:] : $0.dictionary("root") })
        try openLoggers(isRepeated: resumed != nil) { id in
            guard let resumed else { return .new }
            // A logger that the checkpoint does not know begins now.
            return .resumed(try resumed[id] == nil ? [:] : resumed.dictionary(.string(id)))
        }
        if resumed == nil { logHyperparameters() }
    }

    /// Lets a test or a prediction add to the logs.
    func continueLogs() throws {
        guard plan.writesFiles else { return }
        switch model.weightOrigin {
        case .trained(let state), .loaded(_, let state): status.testedIteration = state.currentIteration
        case .setup, .failure, .probe: break
        }
        status.log.begin()
        try openLoggers(isRepeated: false) { _ in .added }
    }

    private func openLoggers(isRepeated: Bool, _ start: (String) throws -> LoggedRun.Start) throws {
        guard !status.loggers.isEmpty, let place = status.options.logs.file else { return status.loggers.close() }
        let environment = EnvironmentDescription.current
        let logger = status.log.logger
        try status.loggers.open(isRepeated: isRepeated) { id in
            LoggedRun(
                name: place.name ?? model.saveName, folder: place.folder, start: try start(id), environment: environment
            ) { message in
                Console.printWarning(message)
                logger.warning("\(message)")
            }
        }
    }

    /// Runs what an earlier run did at this place, too, if `isRepeated`: what it draws, says and logs leaves no traces.
    func repeating(if isRepeated: Bool, _ body: () throws -> Void) throws {
        guard isRepeated else { return try body() }
        try keepingRandomState(if: true) { try status.whileRepeating(body) }
    }

    // MARK: What is logged by itself

    /// Logs what is known after a step: losses, learning rates, the norm of clipped gradients, and the time of a step.
    func logStep() throws {
        guard !status.loggers.isEmpty else { return }
        for (name, value) in model.lastLosses.sorted(by: { $0.key < $1.key }) { log("train/\(name)", value) }
        for (name, rate) in learningRates { log(name, rate) }
        if let norm = model.gradientNorm { log("gradient_norm", try norm.item().double) }
        log("step_time", state.averageIterTime)
    }

    /// Logs what a validation cycle or a test found.
    ///
    /// - Parameter phase: `validation` or `test`.
    func logScores(_ scores: Scores, of phase: String) {
        for (name, value) in scores.numbers.sorted(by: { $0.key < $1.key }) { log("\(phase)/\(name)", value) }
    }

    private func log(_ name: String, _ value: Double) {
        status.loggers.add(LogRecord(name: name, step: status.loggedStep, value: .scalar(value)))
    }

    /// The learning rates by the names under which they are logged. A group without a rate has none.
    private var learningRates: [(name: String, rate: Double)] {
        let optimizers = model.optimizersOfRun
        var rates: [(name: String, rate: Double)] = []
        for (name, optimizer) in optimizers {
            let groups = optimizer.parameterGroups
            let base = optimizers.count == 1 ? "learning_rate" : "learning_rate/\(name)"
            for (number, group) in groups.enumerated() where !group.learningRate.isNaN {
                rates.append((name: groups.count == 1 ? base : "\(base)/\(number)", rate: group.learningRate))
            }
        }
        return rates
    }

    /// Logs what the training is configured with: the options of optimizers and schedulers, and those of the trainer that
    /// change what is learned.
    private func logHyperparameters() {
        guard !status.loggers.isEmpty else { return }
        var values: [String: HyperparameterValue] = [
            "seed": .number(Double(status.options.seed)),
            "batches_per_step": .number(Double(status.options.accumulation.batches)),
        ]
        if let options = data.trainDataLoader?.options { values["batch_size"] = .number(Double(options.batchSize)) }
        if let precision = model.mixedPrecision { values["precision"] = .text("\(precision.dtype)") }
        for (name, value) in model.setupOptions.values {
            values[name.description] =
                switch value {
                case .int(let number): .number(Double(number))
                case .double(let number): .number(number)
                case .bool(let flag): .bool(flag)
                default: .text(value.optionText)
                }
        }
        status.loggers.add(
            LogRecord(name: "hyperparameters", step: 0, value: .hyperparameters(values, metrics: [:])))
    }
}
