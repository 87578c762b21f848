/// What a run needs of the process and of the model's parts while it lasts: seeds, determinism, threads, signal
/// handlers, hooks on layers and optimizers. `restore` puts back what was there before.
final class RunEnvironment {
    /// Times the batches of the training.
    var batchTimer = AverageTimer()
    /// Measures the time since the last validation.
    var validationClock = ValidationClock()
    /// Counts the optimizers' steps in a training.
    private(set) var stepWatch: StepWatch?

    /// Takes from the model what only the run needs.
    private var giveBack: () -> Void = {}
    /// The networks of a training; `nil` in other runs.
    private(set) var networks: RunNetworks?
    private let ranks: Ranks
    private var agreedInterruption: Interruption?
    private var threads: ThreadControl?
    private var warnings: WarningCapture?
    private var monitor: InterruptionMonitor?
    private var nanGuard: NaNGuard?
    private var anomalyWatch: AnomalyWatch?
    private var optimizerTimers: OptimizerTimers?
    private let wasDeterministic = LibTorch.isDeterministic
    private let flushedDenormals = LibTorch.flushesDenormals

    init(_ ranks: Ranks) {
        self.ranks = ranks
    }

    /// Looks out for what ends a training from outside, from now to the end of the run.
    func watchForInterruptions(_ status: RunStatus) {
        monitor = InterruptionMonitor(status)
    }

    /// What asks the training to end; `nil` if nothing does. If several processes train, it is what they last agreed
    /// on.
    var interruption: Interruption? { ranks.areSeveral ? agreedInterruption : monitor?.interruption }

    /// Agrees with the other ranks on what asks the training to end.
    ///
    /// - Parameters:
    ///   - topic: where the ranks are.
    ///   - iterationTime: the average time of an iteration on this rank. All get rank 0's.
    ///   - hash: a number that the ranks compare.
    /// - Returns: the `hash` of each rank.
    func agree(_ topic: RankTopic, iterationTime: inout Double, hash: Double) throws -> [Double] {
        let code = Double(monitor?.interruption?.code ?? 0)
        let rows = try ranks.exchange(topic, [code, iterationTime, hash])
        iterationTime = rows[0][1]
        agreedInterruption = rows.lazy.compactMap { Interruption(code: Int($0[0])) }.first
        return rows.map { $0[2] }
    }

    /// Lets what libtorch warns of into the log, each warning once, instead of into the middle of a progress bar.
    func captureWarnings(_ log: RunLog) {
        warnings = WarningCapture { log.warnOnce($0) }
    }

    /// Gives the process what the options say: the seed, determinism, the number of threads, denormal numbers.
    func prepare(_ options: TrainerOptions) throws {
        monitor?.watchSignals()
        try manualSeed(options.seed)
        try LibTorch.setDeterministic(options.deterministic.usesDeterministicOperations)
        // The number of threads changes sums, and processes that share a machine have fewer.
        let isFixed = options.deterministic.shardCount != nil && options.threads == .unchanged
        threads = try ThreadControl(isFixed ? .count(1) : options.threads)
        if options.flushDenormals { try LibTorch.setFlushesDenormals(true) }
    }

    /// Puts hooks on the layers and optimizers of a model that was set up.
    ///
    /// - Parameters:
    ///   - times: takes the times of the optimizers' steps, if they are wanted.
    ///   - isTraining: whether the run trains.
    ///   - shardCount: into how many shards each training batch is cut; `nil` if it is not.
    func attach<Batch>(
        to model: Model<Batch>, _ options: TrainerOptions, times: ActivityTimes?, isTraining: Bool, shardCount: Int?
    ) throws {
        if options.diagnostics.contains(.nanGuard) { nanGuard = NaNGuard(model) }
        if let times { optimizerTimers = OptimizerTimers(model, times) }
        guard isTraining else { return }
        stepWatch = StepWatch(model)
        let networks = RunNetworks { [weak model] in model?.namedNetworks() ?? [] }
        self.networks = networks
        giveBack = { [weak model] in
            model?.willDifferentiate = nil
            model?.batchSplitting = nil
            model?.gradientShards = nil
            model?.gradientExchange?.remove()
            model?.gradientExchange = nil
            model?.mixedPrecision?.scaler.willReadGradients = nil
        }
        if let world = ranks.world { try GradientExchange.shareModels(networks.all, of: world) }
        if let shardCount {
            model.gradientShards = GradientShards(
                ranks, count: shardCount, seed: options.seed, device: options.device, networks)
        } else if let world = ranks.world {
            let exchange = GradientExchange(
                world, networks, model.optimizersOfRun.map(\.optimizer), accumulates: model.accumulates,
                outlook: { [unowned self] in (monitor?.interruption != nil, batchTimer.average) })
            model.gradientExchange = exchange
            model.mixedPrecision?.scaler.willReadGradients = { [unowned exchange] in try exchange.average($0) }
        }
    }

    /// Looks for gradients that are not finite in each step that `runStep` runs. Called after `attach`, so that it sees
    /// the gradients that the ranks have averaged.
    func watchForAnomalies<Batch>(in model: Model<Batch>, state: @escaping () -> TrainingState) {
        anomalyWatch = AnomalyWatch(model, state: state)
    }

    /// Runs a training step.
    @inline(__always)
    func runStep(_ step: () throws -> Void) throws {
        guard let anomalyWatch else { return try step() }
        try anomalyWatch.watch(step)
    }

    /// Puts back what was there before. What fails is told to `failed`, and the rest is still put back.
    func restore(_ failed: (any Error) -> Void) {
        monitor = nil
        warnings?.release()
        warnings = nil
        nanGuard?.remove()
        anomalyWatch?.remove()
        anomalyWatch = nil
        optimizerTimers?.remove()
        stepWatch?.remove()
        giveBack()
        do {
            if LibTorch.flushesDenormals != flushedDenormals { try LibTorch.setFlushesDenormals(flushedDenormals) }
        } catch {
            failed(error)
        }
        do { try threads?.restore() } catch { failed(error) }
        do { try LibTorch.setDeterministic(wasDeterministic) } catch { failed(error) }
    }
}

/// Gives a run the number of threads that its trainer asks for, and the process back its own afterwards.
final class ThreadControl {
    private let asked: ThreadCount
    private let previous = LibTorch.threadCount

    init(_ asked: ThreadCount) throws {
        self.asked = asked
        if case .count(let count) = asked { try LibTorch.setThreadCount(count) }
    }

    /// Gives the process back what it had.
    func restore() throws {
        if asked != .unchanged { try LibTorch.setThreadCount(previous) }
    }
}
