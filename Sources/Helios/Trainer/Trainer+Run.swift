import TorchDistributed

extension Trainer {
    /// Does a run of the model between opening the log and closing it.
    func run<Batch, Result>(
        _ what: String, _ kind: RunPlan.Kind, _ model: Model<Batch>, _ data: DataModule<Batch>,
        _ body: (TrainingRun<Batch>) throws -> Result
    ) throws -> Result {
        try ProcessTurn.take("the \(what) of '\(model.saveName)'", device: options.device) {
            guard !isRunning else {
                throw ConfigurationError(
                    "the \(what) was started in a hook of this trainer's own run: do it when that is over, or with "
                        + "another trainer, model and data module")
            }
            isRunning = true
            let madeWith = options
            defer {
                isRunning = false
                status.options = madeWith
            }
            try joinRanks(what, kind)
            return try runAlone(what, kind, model, data, body)
        }
    }

    private func runAlone<Batch, Result>(
        _ what: String, _ kind: RunPlan.Kind, _ model: Model<Batch>, _ data: DataModule<Batch>,
        _ body: (TrainingRun<Batch>) throws -> Result
    ) throws -> Result {
        let run = TrainingRun(status, for: self, kind, model, data)
        status.beginRun()
        defer {
            status.loggers.close()
            log.close()
        }
        let result: Result
        do {
            run.environment.captureWarnings(log)
            if run.plan.writesFiles, status.ranks.isFirst { status.loggers.hold() }
            try run.openLog()
            result = try body(run)
        } catch {
            let error = status.ranks.fail(with: error)
            log.console.endProgress()
            log.error("\(what) failed in \(run.place): \(error)")
            let checkpoint = options.checkpoints?.onError == .save ? run.saveAfterError(error) : nil
            // The first error is the one to tell; that cleaning up then fails too is its consequence.
            run.teardown { log.error("cleaning up after that failed too: \($0)") }
            guard let checkpoint else { throw error }
            throw TrainingError(cause: error, checkpoint: checkpoint)
        }
        var failure: (any Error)?
        run.teardown { failure = failure ?? $0 }
        if let failure {
            log.error("cleaning up after \(what) failed: \(failure)")
            throw failure
        }
        run.printProfile()
        return result
    }

    /// Joins the other processes of the run, if there are any; each of them comes here.
    private func joinRanks(_ what: String, _ kind: RunPlan.Kind) throws {
        if case .probe = kind { try requireOneProcess(what) }
        let ranks = try Ranks.join(options.processes)
        status.ranks = ranks
        log.isShown = ranks.isFirst
        try ranks.check(options.device)
        if !ranks.isFirst { status.options.display = .nothing }
    }

    private func requireOneProcess(_ what: String) throws {
        let count = try World.current?.size ?? LaunchVariables.read()?.info.size ?? options.processes.count ?? 1
        guard count > 1 else { return }
        throw ConfigurationError(
            "the \(what) tries something out in one process, and there are \(count): do it in a program of its own, "
                + "without processes: and without a launcher")
    }
}
