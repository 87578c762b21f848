/// What is trained, and how: networks, optimizers, a training step, and hooks for everything that happens around it.
///
/// Override `setup` and `trainStep`; the rest as needed. The trainer calls the hooks in a fixed order (docs/hooks.md);
/// each of them may throw, which ends training with that error.
///
/// ```swift
/// final class Classifier: Model<LabeledBatch> {
///     var network: Network!
///     var optimizer: AdamW!
///
///     override func setup(fastInit: Bool) throws {
///         network = try Network().to(device)
///         if fastInit { return }
///         optimizer = try AdamW(network.parameters(), learningRate: 1e-3)
///     }
///
///     override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws {
///         try minimize(optimizer) { try crossEntropy(network(batch.inputs), batch.targets) }
///     }
/// }
/// ```
/// `minimize` does what most steps are; any other step is written out in `trainStep`, with `lossItems` for the losses.
open class Model<Batch: Sendable> {
    // MARK: State

    /// The name in the files of checkpoints and networks. Not to be changed once training runs.
    public final var saveName: String

    /// Whether several processes train together. Set by the trainer before `setup`.
    public internal(set) var isDistributed = false
    /// Where the weights of a checkpoint are put. Set by the trainer before `setup`.
    public internal(set) var mapLocation: Device = .cpu
    /// Where the model's tensors lie. Set by the trainer before `setup`.
    public internal(set) var device: Device = .cpu
    /// The number of this process among those that train together, from 0. Set by the trainer before `setup`.
    public internal(set) var rank = 0
    /// The trainer that trains the model. Set by it before `setup`.
    public internal(set) weak var trainer: (any RunContext)?

    /// The losses of the current batch, by name: a training step fills them.
    public var lossItems: [String: Tensor] = [:]
    /// Sums of the losses since the last validation, by name: divided by `TrainingState.runningIter`, their mean.
    ///
    /// Reading them waits for the steps that the device is still working on, as with `lastLosses`.
    public final var runningLosses: [String: Double] {
        get {
            lossTable.readPostponedWithoutThrowing()
            return lossTable.running
        }
        set {
            lossTable.readPostponedWithoutThrowing()
            lossTable.running = newValue
        }
    }
    /// The values of the last batch's losses, by name. In the checkpoints.
    public internal(set) final var lastLosses: [String: Double] {
        get {
            lossTable.readPostponedWithoutThrowing()
            return lossTable.last
        }
        set {
            lossTable.readPostponedWithoutThrowing()
            lossTable.last = newValue
        }
    }
    final var lossTable = LossTable()
    /// Whether losses stay on their device until they are read. Set by the trainer before `setup`.
    final var postponesLosses = false
    /// The hooks that this run called and the model does not override.
    final var unwrittenHooks: UnwrittenHooks = []
    /// What validation found, by name: validation steps fill it. In the checkpoints.
    public var validationScores = Scores()
    /// What testing found, by name: test steps fill it.
    public var testScores = Scores()

    /// What the model is judged by, by name; others (the search for hyperparameters, say) read it.
    open var metrics: Scores { [:] }

    /// Which of two scores is the better one, by the names of `validationScores`: of these, the live view shows the
    /// best so far. None by default.
    ///
    /// ```swift
    /// override var scoreModes: [String: MetricMode] { ["accuracy": .max] }
    /// ```
    open var scoreModes: [String: MetricMode] { [:] }

    /// What mixed precision needs; `nil` until `createScaler`.
    public internal(set) var mixedPrecision: MixedPrecision?

    weak var dataModule: DataModule<Batch>?
    /// Whether a step of the optimizer may take several batches. Set by the trainer before `setup`.
    final var accumulates = false
    /// The optimizers among the stored properties, once they have been looked up in this run.
    private final var optimizers: [(name: String, optimizer: Optimizer)]?
    /// The norm that the gradients of an optimizer had before they were last clipped.
    final var gradientNorms: [ObjectIdentifier: Tensor] = [:]
    /// What keeps the ranks' gradients and buffers the same; `nil` if there is one process.
    final var gradientExchange: GradientExchange?
    /// What adds up the gradients of parts of a batch; `nil` unless `deterministic` is `.acrossRanks`.
    final var gradientShards: GradientShards?
    /// What repeats a step that ran out of memory; `nil` unless `outOfMemory` asks for it.
    final var batchSplitting: BatchSplitting?
    /// Looks at a loss before `minimize` differentiates it; `nil` unless `diagnostics` ask for it.
    final var willDifferentiate: ((_ loss: Tensor, _ name: String) throws -> Void)?
    /// What `minimize` has done in the training step that the trainer runs; `nil` outside of one.
    final var stepInProgress: StepInProgress?
    /// Where the weights come from that the networks have now.
    final var weightOrigin = WeightOrigin.setup
    /// Whether the default `loadForTesting`, which loads nothing, was called.
    final var calledDefaultLoadForTesting = false

    /// The tensors that plain properties had after the last setup; `nil` before one.
    final var setupTensors: SetupTensors?
    /// The options that the last setup for a training gave the optimizers and schedulers.
    final var setupOptions = SetupOptions([:])
    /// Properties whose tensors the last default state left out, and those that were warned about.
    final var unsavedTensors: [String] = []
    final var warnedTensors: Set<String> = []

    /// A model; its networks are made in `setup`.
    ///
    /// - Parameter saveName: the name in the files of checkpoints and networks.
    public init(saveName: String) {
        self.saveName = saveName
    }

    // MARK: Setting up, saving and restoring

    /// Creates what training needs: networks, losses, optimizers, schedulers. Must be overridden.
    ///
    /// Called before training or testing, when the device is known.
    /// - Parameter fastInit: create the networks only; there will be no training.
    open func setup(fastInit: Bool) throws {
        throw ConfigurationError("\(type(of: self)) must override setup(fastInit:) and create its networks there")
    }

    /// Loads the networks for a test or a prediction. Called if there is no checkpoint to load.
    ///
    /// Does nothing by default. A model that was neither trained in this process nor loaded must override it, or there
    /// is nothing to test: an empty override says that `setup(fastInit:)` has loaded the weights.
    open func loadForTesting() throws {
        calledDefaultLoadForTesting = true
    }

    /// The state for a checkpoint.
    ///
    /// By default the states of every stored property that is `Stateful` (networks, optimizers, schedulers), and of
    /// arrays, dictionaries and optionals of such, under the property's name; the values of `@Saved` properties; and
    /// tensors in other properties, alone or in optionals, tuples, arrays and dictionaries. What training needs must be
    /// there from `setup` on, so that it can be restored; of a property whose tensors come later (such as
    /// `var hidden: LSTM.State?`) the trainer warns, and `@Saved` saves it. A module without parameters and buffers has
    /// no state.
    ///
    /// An override may add names of its own to what `super` gives, and reads them in `loadStateDict`.
    open func stateDict() throws -> StateDict {
        let (state, unsaved) = try StatefulProperties(of: self).stateDict(since: setupTensors)
        unsavedTensors = unsaved
        return state
    }

    /// Restores the state of a checkpoint; by default what `stateDict` gave by default.
    ///
    /// By default names that an overridden `stateDict` adds are left to the override.
    ///
    /// - Parameter fastInit: restore what testing needs only: the networks, tensors and `@Saved` properties.
    /// - Throws: `StateDictError` for a state that does not fit; by default also if one is missing, or is there and
    ///   the model has no such property.
    open func loadStateDict(_ state: StateDict, fastInit: Bool) throws {
        let missing = try StatefulProperties(of: self).load(
            state, networksOnly: fastInit, device: device, since: setupTensors
        ) {
            Set((try? stateDict().names) ?? [])
        }
        for name in missing {
            trainer?.warn("the checkpoint has no state of the property '\(name)': it stays as setup(fastInit:) left it")
        }
    }

    /// The state of the trained networks, without anything that only training needs.
    ///
    /// By default the network's state dictionary if there is one network, else those of all under their properties'
    /// names. A module counts if it has parameters or buffers: `MSELoss()` does not, and a loss with weights for its
    /// classes does, since those are a buffer, as in PyTorch.
    open func trainedStateDict() throws -> StateDict {
        try StatefulProperties(of: self).networkStateDict()
    }

    /// The name of a checkpoint, with what the model wants to see in it: a loss, a metric.
    ///
    /// - Parameter name: the name so far, with epoch and iteration, without the extension.
    open func appendMetadata(toCheckpointName name: String) throws -> String { name }

    /// The banner that is printed at the start, with what the model wants to see in it.
    open func append(toBanner banner: String) throws -> String { banner }

    // MARK: Training

    /// Switches to training mode; by default every network among the stored properties. Called at the start of training
    /// and after each validation.
    open func train() throws {
        for (_, module) in StatefulProperties(of: self).modules { module.train() }
    }

    /// Called once, before the first epoch.
    open func onTrainingStart() throws {}

    /// Called at the start of each epoch, the first being 1; after a resume, for the epoch that is resumed too.
    open func onTrainingEpochStart(currentEpoch: Int) throws {}

    /// Called before each training step. Clears the losses by default.
    open func onTrainingBatchStart(state: TrainingState) throws {
        lossItems.removeAll(keepingCapacity: true)
    }

    /// Moves a batch to the device, before its step. By default every batch that is `DeviceTransferable`; others stay
    /// where they are, with a warning.
    open func batchToDevice(_ batch: Batch, phase: BatchPhase) throws -> Batch {
        // Batches are made on the CPU: there is nothing to move, and no cast to pay for, if the model is there too.
        guard device != .cpu else { return batch }
        guard let transferable = batch as? any DeviceTransferable else {
            warnOfUnmovedBatch()
            return batch
        }
        if let pinnable = transferable as? any PinnableBatch {
            return try pinnable.toWithoutWaiting(device) as? Batch ?? batch
        }
        return try transferable.to(device) as? Batch ?? batch
    }

    /// One training step: forward and backward pass, the optimizer's step, schedulers; `minimize` does all of it for
    /// most models. Must be overridden.
    ///
    /// - Parameters:
    ///   - batch: on the model's device.
    ///   - state: this step's numbers.
    open func trainStep(_ batch: Batch, state: TrainingState) throws {
        throw ConfigurationError("\(type(of: self)) must override trainStep(_:state:)")
    }

    /// Called after each training step.
    ///
    /// By default reads the losses, adds them to the running losses, and throws `NonFiniteLossError` if one is not a
    /// finite number (unless the precision is `float16`, in which that happens and the scaler skips the step). On a
    /// GPU, on which that would wait for the step, it is done for many steps at a time: when `shouldLog`, on a read of
    /// the losses, before a validation and a checkpoint, and at the end of an epoch. The error names its own iteration.
    ///
    /// - Parameters:
    ///   - state: this step's numbers.
    ///   - shouldLog: whether this step is logged, by `logs: .in(…, every:)`.
    open func onTrainingBatchEnd(state: TrainingState, shouldLog: Bool) throws {
        // In float16 an overflow is expected now and then: the scaler skips the step and lowers the scale.
        let allowsOverflow = mixedPrecision?.dtype == .float16
        if postponesLosses {
            try lossTable.postpone(lossItems, state: state, allowsOverflow: allowsOverflow)
        } else {
            try lossTable.add(lossItems, state: state, allowsOverflow: allowsOverflow)
        }
    }

    /// Called at the end of each epoch.
    open func onTrainingEpochEnd(currentEpoch: Int) throws {}

    /// Called once, after the last epoch.
    open func onTrainingEnd() throws {}

    // MARK: Validation

    /// Switches to evaluation mode; by default every network among the stored properties.
    open func eval() throws {
        for (_, module) in StatefulProperties(of: self).modules { module.eval() }
    }

    /// Called at the start of each validation cycle, the first being 0. Clears the validation scores by default.
    open func onValidationStart(validationCycle: Int) throws {
        validationScores.removeAll()
    }

    /// Called before each validation step, the first being 0.
    open func onValidationBatchStart(step: Int) throws {}

    /// One validation step, without gradients.
    open func validStep(_ batch: Batch, step: Int) throws { unwrittenHooks.insert(.validStep) }

    /// Called after each validation step.
    open func onValidationBatchEnd(step: Int) throws {}

    /// Called at the end of each validation cycle. Clears the running losses by default.
    open func onValidationEnd(validationCycle: Int) throws {
        runningLosses.removeAll()
    }

    // MARK: Decisions

    /// Whether the last validation is better than those before: what early stopping counts by. True by default.
    ///
    /// Asked right after each validation cycle.
    open func haveMetricsImproved() throws -> Bool {
        unwrittenHooks.insert(.haveMetricsImproved)
        return true
    }

    /// Whether training should stop now. False by default.
    ///
    /// Asked after each training batch and, when training by epoch, once more at the end of each epoch. When training
    /// by iteration, it is asked twice for each batch: before and after the validation and the checkpoint that may be
    /// due. A resumed run may ask before its first step, so the answer must depend on `Trainer.state`, `lastLosses`,
    /// `validationScores`, or something that is saved.
    open func shouldTrainingStop() throws -> Bool {
        unwrittenHooks.insert(.shouldTrainingStop)
        return false
    }

    /// Whether to advance to the next training phase of the data module. False by default; must be true once only for
    /// each phase.
    ///
    /// Asked after each epoch when training by epoch, after each batch when training by iteration, unless training was
    /// stopped before. A resumed run may ask before its first step, so the answer must depend on `Trainer.state`,
    /// `lastLosses`, `validationScores`, or something that is saved.
    open func shouldAdvanceDatasetPhase() throws -> Bool {
        unwrittenHooks.insert(.shouldAdvanceDatasetPhase)
        return false
    }

    /// Whether the checkpoint that is due should be saved. True by default.
    open func shouldSaveCheckpoint() throws -> Bool { true }

    // MARK: Testing

    /// Called at the start of testing. Clears the test scores by default.
    open func onTestingStart() throws {
        testScores.removeAll()
    }

    /// Called before each test step, the first being 0.
    open func onTestingBatchStart(step: Int) throws {}

    /// One test step, without gradients.
    open func testStep(_ batch: Batch, step: Int) throws { unwrittenHooks.insert(.testStep) }

    /// Called after each test step.
    open func onTestingBatchEnd(step: Int) throws {}

    /// Called at the end of testing.
    open func onTestingEnd() throws {}

    // MARK: Prediction

    /// Called at the start of prediction.
    open func onPredictionStart() throws {}

    /// What the model predicts for a batch, without gradients. Must be overridden for `Trainer.predict`.
    open func predictStep(_ batch: Batch, step: Int) throws -> Tensor {
        throw ConfigurationError("\(type(of: self)) must override predictStep(_:step:) to predict")
    }

    /// Called at the end of prediction.
    open func onPredictionEnd() throws {}
}

extension Model {
    /// Clears what an earlier training left in the tables.
    func forgetTraining() {
        lossItems.removeAll()
        lossTable = LossTable()
        validationScores.removeAll()
        setupTensors = nil
        warnedTensors = []
        optimizers = nil
        gradientNorms = [:]
    }

    /// The optimizers among the stored properties, which are looked for once in a run: that takes longer than a step.
    final var optimizersOfRun: [(name: String, optimizer: Optimizer)] {
        if let optimizers { return optimizers }
        let found = namedOptimizers()
        optimizers = found
        return found
    }

    /// Takes note of what `setup` made: the tensors, which a checkpoint can restore, and for a training the options of
    /// optimizers and schedulers, which a checkpoint names.
    func noteSetup(withOptions: Bool) throws {
        let properties = StatefulProperties(of: self)
        setupTensors = properties.tensors
        warnAboutUnfoundObjects(of: properties)
        if withOptions { setupOptions = try currentOptions() }
    }

    /// The number of training batches in an epoch: what schedulers are set up by. Known from `setup` on.
    ///
    /// - Throws: `DataError` if there is no training data.
    public func trainStepsPerEpoch() throws -> Int {
        guard let dataModule else {
            throw ConfigurationError("trainStepsPerEpoch is known from setup(fastInit:) on, not before")
        }
        return try dataModule.trainStepsPerEpoch()
    }
}
