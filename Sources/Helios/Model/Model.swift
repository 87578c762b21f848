/// What is trained, and how: networks, optimizers, a training step, and hooks for everything that happens around a
/// step.
///
/// Override `setup` and `trainStep`, and other methods as needed. The trainer calls the hooks in a fixed order
/// (docs/hooks.md). Each of them may throw, which ends training with that error.
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
/// `minimize` covers most training steps. For any other step, write out the code in `trainStep`, and set `lossItems` to
/// the losses.
open class Model<Batch: Sendable> {
    // MARK: State

    /// The name used in the file names of checkpoints and networks. Don't change it while training runs.
    public final var saveName: String

    /// Whether several processes train together. The trainer sets it before `setup`.
    public internal(set) var isDistributed = false
    /// The device to which the weights of a checkpoint are loaded. The trainer sets it before `setup`.
    public internal(set) var mapLocation: Device = .cpu
    /// The device of the model's tensors. The trainer sets it before `setup`.
    public internal(set) var device: Device = .cpu
    /// The number of this process among those that train together, from 0. The trainer sets it before `setup`.
    public internal(set) var rank = 0
    /// The trainer that trains the model. It sets itself before `setup`.
    public internal(set) weak var trainer: (any RunContext)?

    /// The losses of the current batch, by name. The training step sets them.
    public var lossItems: [String: Tensor] = [:]
    /// The sums of the losses since the last validation, by name. Divide them by `TrainingState.runningIter` to get the
    /// means.
    ///
    /// Like reading `lastLosses`, reading them waits for the steps that the device is still computing.
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
    /// The values of the last batch's losses, by name. They are saved in checkpoints.
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
    /// The results of validation, by name. Validation steps set them, and they are saved in checkpoints.
    public var validationScores = Scores()
    /// The results of testing, by name. Test steps set them.
    public var testScores = Scores()

    /// The values by which others judge the model, such as a search for hyperparameters, by name.
    open var metrics: Scores { [:] }

    /// Whether higher or lower values are better, for names in `validationScores`. The live view shows the best value
    /// so far of these scores. Empty by default.
    ///
    /// ```swift
    /// override var scoreModes: [String: MetricMode] { ["accuracy": .max] }
    /// ```
    open var scoreModes: [String: MetricMode] { [:] }

    /// The state of mixed precision; `nil` until you call `createScaler`.
    public internal(set) var mixedPrecision: MixedPrecision?

    weak var dataModule: DataModule<Batch>?
    /// Whether an optimizer step may take several batches. The trainer sets it before `setup`.
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

    /// Creates a model. Its networks are created in `setup`.
    ///
    /// - Parameter saveName: the name used in the file names of checkpoints and networks.
    public init(saveName: String) {
        self.saveName = saveName
    }

    // MARK: Setting up, saving and restoring

    /// Creates what training needs: networks, losses, optimizers, and schedulers. You must override this method.
    ///
    /// It is called before training or testing, when the device is known.
    ///
    /// - Parameter fastInit: whether to create only the networks, because there will be no training.
    open func setup(fastInit: Bool) throws {
        throw ConfigurationError("\(type(of: self)) must override setup(fastInit:) and create its networks there")
    }

    /// Loads the networks for a test or a prediction. It is called if there is no checkpoint to load.
    ///
    /// The default implementation does nothing. Override this method if the model was neither trained in this process
    /// nor loaded; otherwise there is nothing to test. An empty override means that `setup(fastInit:)` has already
    /// loaded the weights.
    open func loadForTesting() throws {
        calledDefaultLoadForTesting = true
    }

    /// Returns the state for a checkpoint.
    ///
    /// By default, this includes the states of all stored properties that are `Stateful` (networks, optimizers,
    /// schedulers), and of arrays, dictionaries, and optionals of these, under the names of the properties; the values
    /// of `@Saved` properties; and the tensors in other properties, alone or in optionals, tuples, arrays, and
    /// dictionaries. Everything that training needs must exist after `setup`, so that it can be restored. If the
    /// tensors of a property are created later (as in `var hidden: LSTM.State?`), the trainer warns about the property;
    /// mark it `@Saved` to save it. A module without parameters and buffers has no state.
    ///
    /// An override may add names to the result of `super`, and must then read them in `loadStateDict`.
    open func stateDict() throws -> StateDict {
        let (state, unsaved) = try StatefulProperties(of: self).stateDict(since: setupTensors)
        unsavedTensors = unsaved
        return state
    }

    /// Restores the state of a checkpoint. By default, it restores what the default `stateDict` returned.
    ///
    /// If an overridden `stateDict` adds names, the default implementation leaves them to the override of this method.
    ///
    /// - Parameter fastInit: whether to restore only what testing needs: the networks, tensors, and `@Saved`
    ///   properties.
    /// - Throws: `StateDictError` for a state that does not fit. The default implementation also throws it if a state
    ///   is missing, or if the model has no property for a state.
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

    /// Returns the state of the trained networks, without anything that only training needs.
    ///
    /// By default, this is the state dictionary of the network if there is only one, and otherwise those of all
    /// networks under the names of their properties. A module counts as a network if it has parameters or buffers.
    /// `MSELoss()` does not, but a loss with class weights does, because these are a buffer, as in PyTorch.
    open func trainedStateDict() throws -> StateDict {
        try StatefulProperties(of: self).networkStateDict()
    }

    /// Returns the name of a checkpoint, to which the model can add something, such as a loss or a metric.
    ///
    /// - Parameter name: the name so far, which contains the epoch and the iteration but not the extension.
    open func appendMetadata(toCheckpointName name: String) throws -> String { name }

    /// Returns the banner that is printed at the start, to which the model can add something.
    open func append(toBanner banner: String) throws -> String { banner }

    // MARK: Training

    /// Switches to training mode. By default, it switches every network among the stored properties. It is called at
    /// the start of training and after each validation.
    open func train() throws {
        for (_, module) in StatefulProperties(of: self).modules { module.train() }
    }

    /// Called once, before the first epoch.
    open func onTrainingStart() throws {}

    /// Called at the start of each epoch. The first epoch is 1. After a resume, it is also called for the epoch that is
    /// resumed.
    open func onTrainingEpochStart(currentEpoch: Int) throws {}

    /// Called before each training step. The default implementation clears the losses.
    open func onTrainingBatchStart(state: TrainingState) throws {
        lossItems.removeAll(keepingCapacity: true)
    }

    /// Moves a batch to the device before its step. By default, it moves every batch that is `DeviceTransferable`.
    /// Other batches stay where they are, with a warning.
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

    /// Performs one training step: the forward and backward pass, the optimizer step, and the schedulers. For most
    /// models, `minimize` does all of this. You must override this method.
    ///
    /// - Parameters:
    ///   - batch: the batch, on the model's device.
    ///   - state: the counters of this step.
    open func trainStep(_ batch: Batch, state: TrainingState) throws {
        throw ConfigurationError("\(type(of: self)) must override trainStep(_:state:)")
    }

    /// Called after each training step.
    ///
    /// The default implementation reads the losses, adds them to the running losses, and throws a `NonFiniteLossError`
    /// if one of them is not a finite number (unless the precision is `float16`, in which this is expected and the
    /// scaler skips the step). On a GPU, reading a loss would wait for the step. Therefore the losses of many steps are
    /// read together: if `shouldLog` is true, when the losses are accessed, before a validation and a checkpoint, and
    /// at the end of an epoch. The error contains the iteration in which it occurred.
    ///
    /// - Parameters:
    ///   - state: the counters of this step.
    ///   - shouldLog: whether this step is logged, as determined by `logs: .in(…, every:)`.
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

    /// Switches to evaluation mode. By default, it switches every network among the stored properties.
    open func eval() throws {
        for (_, module) in StatefulProperties(of: self).modules { module.eval() }
    }

    /// Called at the start of each validation cycle. The first cycle is 0. The default implementation clears the
    /// validation scores.
    open func onValidationStart(validationCycle: Int) throws {
        validationScores.removeAll()
    }

    /// Called before each validation step. The first step is 0.
    open func onValidationBatchStart(step: Int) throws {}

    /// Performs one validation step, without gradients.
    open func validStep(_ batch: Batch, step: Int) throws { unwrittenHooks.insert(.validStep) }

    /// Called after each validation step.
    open func onValidationBatchEnd(step: Int) throws {}

    /// Called at the end of each validation cycle. The default implementation clears the running losses.
    open func onValidationEnd(validationCycle: Int) throws {
        runningLosses.removeAll()
    }

    // MARK: Decisions

    /// Returns whether the last validation is better than all previous ones. This determines when early stopping ends
    /// training. The default is true.
    ///
    /// It is called right after each validation cycle.
    open func haveMetricsImproved() throws -> Bool {
        unwrittenHooks.insert(.haveMetricsImproved)
        return true
    }

    /// Returns whether training should stop now. The default is false.
    ///
    /// It is called after each training batch and, when training by epoch, once more at the end of each epoch. When
    /// training by iteration, it is called twice for each batch: before and after the validation and the checkpoint
    /// that may be due. A resumed run may call it before its first step, so the result must depend only on
    /// `Trainer.state`, `lastLosses`, `validationScores`, or something that is saved.
    open func shouldTrainingStop() throws -> Bool {
        unwrittenHooks.insert(.shouldTrainingStop)
        return false
    }

    /// Returns whether to advance to the next training phase of the data module. The default is false. The result must
    /// be true only once for each phase.
    ///
    /// It is called after each epoch when training by epoch, and after each batch when training by iteration, unless
    /// training was stopped before. A resumed run may call it before its first step, so the result must depend only on
    /// `Trainer.state`, `lastLosses`, `validationScores`, or something that is saved.
    open func shouldAdvanceDatasetPhase() throws -> Bool {
        unwrittenHooks.insert(.shouldAdvanceDatasetPhase)
        return false
    }

    /// Returns whether to save the checkpoint that is due. The default is true.
    open func shouldSaveCheckpoint() throws -> Bool { true }

    // MARK: Testing

    /// Called at the start of testing. The default implementation clears the test scores.
    open func onTestingStart() throws {
        testScores.removeAll()
    }

    /// Called before each test step. The first step is 0.
    open func onTestingBatchStart(step: Int) throws {}

    /// Performs one test step, without gradients.
    open func testStep(_ batch: Batch, step: Int) throws { unwrittenHooks.insert(.testStep) }

    /// Called after each test step.
    open func onTestingBatchEnd(step: Int) throws {}

    /// Called at the end of testing.
    open func onTestingEnd() throws {}

    // MARK: Prediction

    /// Called at the start of prediction.
    open func onPredictionStart() throws {}

    /// Returns the model's prediction for a batch, without gradients. You must override this method to use
    /// `Trainer.predict`.
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

    /// Returns the number of training batches in an epoch, which you need to set up schedulers. It is known from
    /// `setup` on.
    ///
    /// - Throws: `DataError` if there is no training data.
    public func trainStepsPerEpoch() throws -> Int {
        guard let dataModule else {
            throw ConfigurationError("trainStepsPerEpoch is known from setup(fastInit:) on, not before")
        }
        return try dataModule.trainStepsPerEpoch()
    }
}
