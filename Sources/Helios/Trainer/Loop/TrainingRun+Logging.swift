import Foundation

// How the run's logs begin, and what is logged without any code in the model.
extension TrainingRun {
    /// The state of the logs at this moment, to which a run that resumes from a checkpoint cuts them back.
    func logState() throws -> StateDict {
        var state = try status.loggers.stateDict()
        var root = status.log.stateDict() ?? ["log_file": StateValue.none]
        if !status.loggers.isEmpty { root["hyperparameters"] = status.loggers.settings }
        state["root"] = .dictionary(root)
        return state
    }

    /// Begins the logs of a training.
    ///
    /// - Parameter resumed: what the checkpoint has of the logs that the training resumes from; `nil` if it begins.
    func beginLogs(resuming resumed: StateDict?) throws {
        guard plan.writesFiles else { return }
        let root = try resumed.map { try $0["root"] == nil ? [:] : $0.dictionary("root") }
        try status.log.begin(resuming: root)
        // What the run is configured with is what the hooks log before its first step: if that was logged before, only
        // loggers that the checkpoint does not know get it.
        logHyperparameters()
        let newcomers = status.loggers.ids.filter { resumed?[$0] == nil }
        let resumption = root.map {
            LoggerQueue.Resumption(settings: $0["hyperparameters"], newcomers: Set(newcomers))
        }
        try openLoggers(resuming: resumption) { id in
            guard let resumed else { return .new }
            // A logger that the checkpoint does not know begins now.
            return .resumed(try resumed[id] == nil ? [:] : resumed.dictionary(.string(id)))
        }
    }

    /// Lets a test or a prediction add to the logs.
    func continueLogs() throws {
        guard plan.writesFiles else { return }
        switch model.weightOrigin {
        case .trained(let state), .loaded(_, let state): status.testedIteration = state.currentIteration
        case .setup, .failure, .probe: break
        }
        // The files of the loggers are beside the log, and another run that writes it writes them, too.
        guard !status.log.isLeftToOther else { return status.loggers.close() }
        try status.log.begin()
        try openLoggers(resuming: nil) { _ in .added }
    }

    private func openLoggers(
        resuming resumption: LoggerQueue.Resumption?, _ start: (String) throws -> LoggedRun.Start
    ) throws {
        guard !status.loggers.isEmpty, ranks.isFirst, let place = status.options.logs.file else {
            return status.loggers.close()
        }
        let environment = EnvironmentDescription.current
        let logger = status.log.logger
        try status.loggers.open(resuming: resumption) { id in
            LoggedRun(
                name: place.name ?? model.saveName, folder: place.folder, start: try start(id), environment: environment
            ) { message in
                Console.printWarning(message)
                logger.warning("\(message)")
            }
        }
    }

    /// Runs `body`; if an earlier run has already done so (`isRepeated`), what it draws, says and logs leaves no trace.
    func repeating(if isRepeated: Bool, _ body: () throws -> Void) throws {
        guard isRepeated else { return try body() }
        try keepingRandomState(if: true) { try status.whileRepeating(body) }
    }

    // MARK: What is logged automatically

    /// Logs what is known after a step: losses, learning rates, the norm of clipped gradients, and the time of a step.
    func logStep() throws {
        guard !status.loggers.isEmpty else { return }
        for (name, value) in model.lastLosses.sorted(by: { $0.key < $1.key }) { log("train/\(name)", value) }
        for (name, rate) in learningRates { log(name, rate) }
        for (name, optimizer) in model.optimizersOfRun {
            guard let norm = model.gradientNorms[ObjectIdentifier(optimizer)] else { continue }
            log(curve("gradient_norm", of: name), try norm.item().double)
        }
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

    /// What a curve of an optimizer is called: it has the optimizer's name if there are several.
    private func curve(_ name: String, of optimizer: String) -> String {
        model.optimizersOfRun.count == 1 ? name : "\(name)/\(optimizer)"
    }

    /// The learning rates by the names under which they are logged.
    private var learningRates: [(name: String, rate: Double)] {
        LearningRate.all(of: model.optimizersOfRun).map { rate in
            let base = curve("learning_rate", of: rate.optimizer)
            return (name: rate.group.map { "\(base)/\($0)" } ?? base, rate: rate.value)
        }
    }

    /// Logs what the training is configured with: the options of optimizers and schedulers, and those of the trainer
    /// that change what is learned.
    private func logHyperparameters() {
        guard !status.loggers.isEmpty else { return }
        let accumulation = status.options.accumulation
        var values: [String: HyperparameterValue] = [
            "seed": HyperparameterValue(status.options.seed),
            "batches_per_step": accumulation.schedule.isEmpty
                ? .integer(accumulation.batches) : .text(accumulation.text),
        ]
        // The batch size of the first phase, even in a run that resumes in a later one.
        if let loader = data.firstTrainDataLoader { values["batch_size"] = .integer(loader.options.batchSize) }
        if let precision = model.mixedPrecision { values["precision"] = .text("\(precision.dtype)") }
        for (name, value) in model.setupOptions.values {
            values[name.description] =
                switch value {
                case .int(let number): .integer(number)
                case .double(let number): .number(number)
                case .bool(let flag): .bool(flag)
                default: .text(value.optionText)
                }
        }
        let value = LoggedValue.hyperparameters(values, metrics: [:])
        status.loggers.add(LogRecord(name: "hyperparameters", step: state.currentIteration, value: value))
    }
}
