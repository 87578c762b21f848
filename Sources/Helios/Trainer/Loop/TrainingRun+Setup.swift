// What comes before the first hook of a training, a test or a prediction, and after the last.
extension TrainingRun {
    /// What the model was before `setUp`.
    struct Previous {
        /// Where its weights came from.
        let origin: WeightOrigin
        /// The states of the plug-ins that belong to weights that a test uses as they are.
        let plugins: [(plugin: Plugin, state: StateDict?)]
    }

    /// Sets up plug-ins, data and model.
    ///
    /// - Parameter fastInit: for a test or a prediction. Then a model whose weights are tested as they are is not set
    ///   up again, and its plug-ins keep their states.
    func setUp(fastInit: Bool) throws -> Previous {
        if plan.writesFiles { status.lastCheckpoint = nil }
        let keepsWeights = fastInit && model.weightOrigin.isTested
        let previous = Previous(
            origin: model.weightOrigin,
            plugins: keepsWeights
                ? try status.plugins.map { ($0, $0.model === model ? try $0.stateDict() : nil) } : [])
        data.trainer = hooks.trainer
        data.seed = status.options.seed
        data.isDistributed = ranks.areSeveral
        model.isDistributed = ranks.areSeveral
        model.rank = ranks.rank
        try hooks.run(.prepareData) { try ranks.onEachMachine { try data.prepareData() } }
        try configure(fastInit: fastInit)
        try environment.prepare(status.options)
        let device = status.options.device
        try hooks.setUpPlugins(device: device)

        data.reset()
        data.limits = plan.limits
        data.limits.part = try batchPart()
        data.limits.rankCount = ranks.count
        try hooks.run(.dataSetup, data.setup)
        status.hasValidationData = data.validDataLoader != nil

        model.trainer = hooks.trainer
        model.dataModule = data
        if keepsWeights, model.device != device {
            for (_, network) in model.namedNetworks() { try network.to(device) }
        }
        model.device = device
        model.mapLocation = device
        model.unwrittenHooks = []
        // A probe looks at the loss of each step.
        model.postponesLosses = !plan.isProbe && device != .cpu
        model.accumulates = status.options.accumulation.most > 1
        if !fastInit { model.forgetTraining() }
        if !keepsWeights {
            model.mixedPrecision = nil
            // Until the training has ended well.
            if !fastInit { model.weightOrigin = plan.writesFiles ? .failure : .probe }
            if !plan.writesFiles { warnOfLostWeights(previous.origin) }
            try hooks.setup(fastInit: fastInit)
            try model.noteSetup(withOptions: !fastInit)
        }
        try environment.attach(
            to: model, status.options, times: hooks.times, isTraining: !fastInit, shardCount: shardCount)
        if !fastInit {
            try repeatStepsInParts()
            if status.options.diagnostics.contains(.anomalies) { watchForAnomalies() }
        }
        return previous
    }

    /// Lets `minimize` repeat steps that run out of memory, if the options say so. The search for a batch size must see
    /// that error.
    private func repeatStepsInParts() throws {
        guard let least = status.options.outOfMemory.least, !plan.isProbe, let networks = environment.networks else {
            return
        }
        let splitting = BatchSplitting(least: least, device: model.device, networks) { [status] in
            status.log.warnOnce($0)
        }
        if ranks.areSeveral { try splitting.requireIndependentRanks() }
        model.batchSplitting = splitting
    }

    /// Looks for gradients that are not finite, unless those are expected.
    private func watchForAnomalies() {
        guard model.mixedPrecision?.dtype != .float16 else {
            return status.log.warn(
                "diagnostics: .anomalies looks at nothing in float16, in which gradients that are not finite are expected: "
                    + "the scaler leaves out such a step. Train a few steps in bfloat16 or float32 to find a fault")
        }
        environment.watchForAnomalies(in: model) { [status] in status.state }
    }

    /// Lets the plug-ins change the options, which are fixed from then on.
    private func configure(fastInit: Bool) throws {
        var options = status.options
        try hooks.configure(&options)
        try options.validate()
        guard options.processes == status.options.processes else {
            throw ConfigurationError(
                "a plug-in has changed the number of processes or their timeout, and the processes have joined already: "
                    + "set processes: when the trainer is made")
        }
        try ranks.check(options.device)
        if !ranks.isFirst { options.display = .nothing }
        status.options = options
        if plan.isTraining { try options.requireLength() }
        plan = RunPlan(plan.kind, options)
        data.seed = options.seed
        hooks.measureTimes(options.diagnostics.contains(.profile) && !plan.isProbe)
        progress = ProgressReporter(options, status.plugins, status.log)
        try openLog()
    }

    /// Opens the log file, if the trainer has one and the run writes files. A training holds its lines until it is
    /// known whether it resumes an earlier one.
    func openLog() throws {
        if status.options.checkpoints != nil {
            try CheckpointName.requireFileName(model.saveName, "the model's saveName")
        }
        guard let place = status.options.logs.file, plan.writesFiles, ranks.isFirst else { return }
        let name = place.name ?? model.saveName
        try CheckpointName.requireFileName(name, "the run's name")
        try status.log.open(place.folder.appending(path: "\(name).log"), label: name, isHeld: plan.isTraining)
    }

    /// Cleans up. What fails is told to `failed`, and the rest is still done.
    func teardown(_ failed: (any Error) -> Void) {
        // First, so that a signal does not end the process while a checkpoint is written.
        do { try noteSavedCheckpoint(waiting: true) } catch { failed(error) }
        // Ends the workers, before the data cleans up.
        batches = nil
        keeper?.close()
        environment.restore(failed)
        for plugin in status.plugins {
            do { try plugin.teardown() } catch { failed(error) }
        }
        do { try data.teardown() } catch { failed(error) }
    }

    /// Prints where the time went, if that was asked for.
    func printProfile() {
        guard let times = hooks.times else { return }
        status.log.print("\(TimeTable(times))")
    }

    /// Prints what a run is of.
    ///
    /// - Parameter line: what it starts from; `nil` for nothing.
    func printBanner(_ line: String?) throws {
        let banner = try hooks.append(
            toBanner: Banner.text(
                device: status.options.device, seed: status.options.seed, processCount: ranks.count))
        if status.options.display.contains(.banner) { status.log.console.printLine(banner) }
        status.log.info(banner)
        if let line { status.announce(line) }
    }

    /// Gives the plug-ins back what they had when the weights were trained that a test uses.
    func restorePlugins(_ previous: Previous) throws {
        for (plugin, state) in previous.plugins {
            if let state {
                try plugin.loadStateDict(state)
            } else if plugin.overrides.contains(.evaluationWeights) {
                status.log.warn(
                    "the plug-in '\(plugin.id)' was not there when the model was trained: the weights are used as they "
                        + "are")
            }
        }
    }
}
