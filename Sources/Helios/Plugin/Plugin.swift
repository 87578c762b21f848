import Foundation

/// Something that trainings have in common and no model should have to write: it looks on, and may change what happens.
///
/// A plug-in has the hooks of a `Model`; each is called before the model's. It is registered with `Trainer.register`,
/// and its state is in the checkpoints.
/// ```swift
/// final class StopAtAccuracy: Plugin {
///     private var isReached = false
///     init() { super.init(id: "stop-at-accuracy") }
///
///     override func onScores(_ scores: Scores, state: TrainingState) {
///         isReached = scores["accuracy", default: 0] > 0.99
///     }
///
///     override func shouldTrainingStop() -> Bool { isReached }
///
///     override func stateDict() -> StateDict { ["is_reached": .bool(isReached)] }
///     override func loadStateDict(_ state: StateDict) throws { isReached = try state.bool("is_reached") }
/// }
/// ```
/// One that changes batches is a `BatchPlugin`.
open class Plugin {
    /// The name under which it is registered and its state is saved.
    public let id: String

    /// Whether several processes train together. Set by the trainer before `configure`.
    public internal(set) final var isDistributed = false
    /// Where the tensors of a checkpoint are put. Set by the trainer before `setup`.
    public internal(set) final var mapLocation: Device = .cpu
    /// Where the model's tensors lie. Set by the trainer before `setup`.
    public internal(set) final var device: Device = .cpu
    /// The number of this process among those that train together, from 0. Set by the trainer before `configure`.
    public internal(set) final var rank = 0
    /// The trainer that it is registered with.
    public internal(set) final weak var trainer: (any RunContext)?
    /// The model that is trained or tested. Set by the trainer before `configure`.
    public internal(set) final weak var model: (any AnyModel)?

    /// Whether the default `shouldTrainingStop`, which never ends a training, was called.
    final var hasDefaultStopVote = false

    /// A plug-in that registers under a name.
    public init(id: String) {
        self.id = id
    }

    // MARK: Setting up

    /// What it does that no other plug-in may do too. Nothing by default; must not change once it is registered.
    open var overrides: PluginOverrides { [] }

    /// Changes the options of the run that begins. Called before everything else but `DataModule.prepareData`.
    ///
    /// The plug-ins are asked in their order, each with what the ones before it made of the trainer's options. From
    /// then on `Trainer.options` has the result; the next run begins with the trainer's own options again.
    open func configure(_ options: inout TrainerOptions) throws {}

    /// Changes the model before its `setup`: its name, say.
    open func configure(_ model: any AnyModel) throws {}

    /// Creates what it needs. Called before the data and the model are set up.
    open func setup() throws {}

    /// Cleans up, when training or testing is over, also when it failed (perhaps before `setup`).
    open func teardown() throws {}

    /// The state for a checkpoint; empty by default.
    open func stateDict() throws -> StateDict { [:] }

    /// Restores what `stateDict` gave. Called after the model has been restored, for testing too.
    open func loadStateDict(_ state: StateDict) throws {}

    // MARK: Training

    /// Called once, before the first epoch.
    open func onTrainingStart() throws {}

    /// Called at the start of each epoch, the first being 1; after a resume, for the epoch that is resumed too
    /// (`Trainer.isResumingEpoch`).
    open func onTrainingEpochStart(currentEpoch: Int) throws {}

    /// Called before each training step.
    open func onTrainingBatchStart(state: TrainingState) throws {}

    /// Called after each training step.
    open func onTrainingBatchEnd(state: TrainingState, shouldLog: Bool) throws {}

    /// Called at the end of each epoch.
    open func onTrainingEpochEnd(currentEpoch: Int) throws {}

    /// Called once, after the last epoch.
    open func onTrainingEnd() throws {}

    // MARK: Validation

    /// Called at the start of each validation cycle, the first being 0.
    open func onValidationStart(validationCycle: Int) throws {}

    /// Called at the end of each validation cycle, before the model's `onValidationEnd`.
    open func onValidationEnd(validationCycle: Int) throws {}

    /// Called after each validation cycle with what it found: the model's `validationScores`, and its `metrics`.
    ///
    /// The state counts the cycle as over. A checkpoint that is due comes after it.
    open func onScores(_ scores: Scores, state: TrainingState) throws {}

    /// Called before everything that is computed without training: a validation cycle (the sanity check too), a
    /// test, a prediction.
    ///
    /// - Parameter phase: `valid`, `test` or `predict`.
    open func onEvaluationStart(_ phase: BatchPhase) throws {}

    /// Called when that is over, whatever ended it: its last batch, an interruption, or an error (then also if
    /// `onEvaluationStart` was not reached).
    ///
    /// What was changed for the evaluation is changed back here: after `onValidationEnd` and `onTestingEnd`, which an
    /// interruption leaves out.
    open func onEvaluationEnd(_ phase: BatchPhase) throws {}

    // MARK: Decisions

    /// Whether training should stop now. False by default.
    ///
    /// Asked whenever `Model.shouldTrainingStop` is, before the model: after each training batch and, when training by
    /// epoch, at the end of each epoch; when training by iteration, before and after the validation and the checkpoint
    /// of a batch. Once a plug-in says so, no other is asked. A resumed run may ask before its first step, so the
    /// answer must depend on `Trainer.state`, or on something that is saved.
    open func shouldTrainingStop() throws -> Bool {
        hasDefaultStopVote = true
        return false
    }

    // MARK: Checkpoints

    /// A checkpoint of this step that the plug-in wants besides those that are due. None by default.
    ///
    /// Asked when a checkpoint could be due: after each epoch when training by epoch, after each iteration otherwise.
    /// Saved only if the trainer has a checkpoint folder.
    open func extraCheckpoint(state: TrainingState) throws -> ExtraCheckpoint? { nil }

    /// Called when the checkpoint that `extraCheckpoint` wanted has been saved.
    open func onExtraCheckpointSaved(_ file: URL) throws {}

    // MARK: What is shown

    /// Numbers for the lines that say how training goes, behind losses and scores. None by default.
    ///
    /// Asked for each such line: after an epoch, a validation cycle when training by iteration.
    open var progressItems: [String: Double] { [:] }

    /// The best value so far of a score that the plug-in watches, for the live view; `nil` if it watches none.
    var bestScore: (name: String, value: Double)? { nil }

    // MARK: Testing

    /// Called at the start of testing.
    open func onTestingStart() throws {}

    /// Called at the end of testing.
    open func onTestingEnd() throws {}
}

/// A checkpoint that a plug-in wants, in a folder of its own inside the model's checkpoint folder.
///
/// Training never resumes from it by itself: that is what the checkpoints in the folder above are for.
public struct ExtraCheckpoint: Sendable, Hashable {
    /// The folder inside the model's checkpoint folder.
    public var folder: String
    /// The name of the file, without the extension.
    public var name: String

    /// A checkpoint of a name in a folder.
    public init(folder: String, name: String) {
        self.folder = folder
        self.name = name
    }
}

/// A plug-in that changes batches before the model sees them.
///
/// Which ones is said by `overrides`: the others are not asked for.
open class BatchPlugin<Batch: Sendable>: Plugin {
    /// What the training step gets for a batch, which is on the device already.
    open func processTrainingBatch(_ batch: Batch, state: TrainingState) throws -> Batch { batch }

    /// What the validation step gets for a batch, which is on the device already.
    open func processValidationBatch(_ batch: Batch, step: Int) throws -> Batch { batch }

    /// What the test step gets for a batch, which is on the device already.
    open func processTestingBatch(_ batch: Batch, step: Int) throws -> Batch { batch }
}

/// A run whose plug-ins can be asked for.
public protocol PluginContext: RunContext {
    /// The plug-ins, in the order in which they were registered.
    var plugins: [Plugin] { get }
}

extension RunContext {
    /// The plug-ins of the run, in the order in which they were registered.
    public var plugins: [Plugin] { (self as? any PluginContext)?.plugins ?? [] }

    /// The plug-in that was registered under a name.
    public func plugin(_ id: String) -> Plugin? {
        plugins.first { $0.id == id }
    }
}

extension Plugin {
    /// Logs a value for the loggers of the trainer, see `Model.log(_:_:step:)`.
    ///
    /// - Parameters:
    ///   - name: what the value is called. A slash makes a group, as in `weights/fc`.
    ///   - value: a number, or what a member of `LoggedValue` makes: images, a histogram, a text.
    ///   - step: the step that it belongs to; the iteration (`TrainingState.currentIteration`) by default.
    public final func log(_ name: String, _ value: LoggedValue, step: Int? = nil) {
        trainer?.log(name, value, step: step)
    }

    /// Logs a number for the loggers of the trainer.
    public final func log(_ name: String, _ value: Double, step: Int? = nil) {
        trainer?.log(name, .scalar(value), step: step)
    }
}

/// What only one plug-in of a trainer may do, since two would work against each other.
public struct PluginOverrides: OptionSet, Sendable, Hashable {
    public let rawValue: Int

    public init(rawValue: Int) {
        self.rawValue = rawValue
    }

    /// Changes the batches of the training.
    public static let trainingBatch = PluginOverrides(rawValue: 1)
    /// Changes the batches of the validation.
    public static let validationBatch = PluginOverrides(rawValue: 2)
    /// Changes the batches of the test.
    public static let testingBatch = PluginOverrides(rawValue: 4)
    /// Decides when training stops. (Any plug-in may vote for a stop; this one claims that no other does.)
    public static let trainingStop = PluginOverrides(rawValue: 8)
    /// Gives the networks other weights for validation, testing and prediction.
    public static let evaluationWeights = PluginOverrides(rawValue: 16)
}

extension PluginOverrides: CustomStringConvertible {
    private static let names: [(PluginOverrides, String)] = [
        (.trainingBatch, "the training batch"), (.validationBatch, "the validation batch"),
        (.testingBatch, "the test batch"), (.trainingStop, "the end of training"),
        (.evaluationWeights, "the weights of the evaluation"),
    ]

    public var description: String {
        PluginOverrides.names.filter { contains($0.0) }.map(\.1).joined(separator: ", ")
    }
}
