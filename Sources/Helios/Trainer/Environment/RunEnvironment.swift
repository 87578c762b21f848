/// What a run needs of the process and of the model's parts while it lasts: seeds, determinism, threads, signal handlers,
/// hooks on layers and optimizers. `restore` puts back what was there before.
final class RunEnvironment {
    /// Times the batches of the training.
    var batchTimer = AverageTimer()
    /// Counts the optimizers' steps if gradients are accumulated.
    private(set) var accumulationWatch: AccumulationWatch?

    private var threads: ThreadControl?
    private var warnings: WarningCapture?
    private var monitor: InterruptionMonitor?
    private var nanGuard: NaNGuard?
    private var optimizerTimers: OptimizerTimers?
    private let wasDeterministic = LibTorch.isDeterministic

    /// Looks out for what ends a training from outside, from now to the end of the run.
    func watchForInterruptions(_ status: RunStatus) {
        monitor = InterruptionMonitor(status)
    }

    /// What asks the training to end; `nil` if nothing does.
    var interruption: Interruption? { monitor?.interruption }

    /// Lets what libtorch warns of into the log, each warning once, instead of into the middle of a progress bar.
    func captureWarnings(_ log: RunLog) {
        warnings = WarningCapture { log.warnOnce($0) }
    }

    /// Gives the process what the options say: the seed, determinism, the number of threads.
    func prepare(_ options: TrainerOptions) throws {
        monitor?.watchSignals()
        try manualSeed(options.seed)
        try LibTorch.setDeterministic(options.deterministic)
        threads = try ThreadControl(options.threads)
    }

    /// Puts hooks on the layers and optimizers of a model that was set up.
    ///
    /// - Parameters:
    ///   - times: takes the times of the optimizers' steps, if they are wanted.
    ///   - isTraining: whether the run trains.
    func attach<Batch>(to model: Model<Batch>, _ options: TrainerOptions, times: ActivityTimes?, isTraining: Bool) {
        if options.diagnostics.contains(.nanGuard) { nanGuard = NaNGuard(model) }
        if let times { optimizerTimers = OptimizerTimers(model, times) }
        if isTraining, options.accumulation.batches > 1 { accumulationWatch = AccumulationWatch(model) }
    }

    /// Puts back what was there before. What fails is told to `failed`, and the rest is still put back.
    func restore(_ failed: (any Error) -> Void) {
        monitor = nil
        warnings?.release()
        warnings = nil
        nanGuard?.remove()
        optimizerTimers?.remove()
        accumulationWatch?.remove()
        do { try threads?.restore() } catch { failed(error) }
        do { try LibTorch.setDeterministic(wasDeterministic) } catch { failed(error) }
    }
}
