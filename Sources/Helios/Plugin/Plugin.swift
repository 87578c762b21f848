import Foundation

/// Code that several trainings share and that does not belong in a model. A plug-in observes training and can change
/// what happens.
///
/// A plug-in has the same hooks as a `Model`, and each of them is called before the model's. Register it with
/// `Trainer.register`. Checkpoints contain its state.
///
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
/// To change batches, use a `BatchPlugin`.
open class Plugin {
    /// The name under which the plug-in is registered and its state is saved.
    public let id: String

    /// Whether several processes train together. The trainer sets it before `configure`.
    public internal(set) final var isDistributed = false
    /// The device to which the tensors of a checkpoint are loaded. The trainer sets it before `setup`.
    public internal(set) final var mapLocation: Device = .cpu
    /// The device of the model's tensors. The trainer sets it before `setup`.
    public internal(set) final var device: Device = .cpu
    /// The number of this process among those that train together, from 0. The trainer sets it before `configure`.
    public internal(set) final var rank = 0
    /// The trainer with which the plug-in is registered.
    public internal(set) final weak var trainer: (any RunContext)?
    /// The model that is trained or tested. The trainer sets it before `configure`.
    public internal(set) final weak var model: (any AnyModel)?

    /// Whether the default `shouldTrainingStop`, which never ends a training, was called.
    final var hasDefaultStopVote = false

    /// Creates a plug-in with an id.
    public init(id: String) {
        self.id = id
    }

    // MARK: Setting up

    /// What the plug-in does that no other plug-in may also do. Empty by default. It must not change after
    /// registration.
    open var overrides: PluginOverrides { [] }

    /// Changes the options of the run that is about to start. It is called before everything else except
    /// `DataModule.prepareData`.
    ///
    /// The plug-ins are called in order, and each receives the trainer's options as the previous plug-ins have changed
    /// them. From then on, `Trainer.options` contains the result. The next run starts with the trainer's own options
    /// again.
    open func configure(_ options: inout TrainerOptions) throws {}

    /// Changes the model before its `setup`, for example its name.
    open func configure(_ model: any AnyModel) throws {}

    /// Creates what the plug-in needs. It is called before the data and the model are set up.
    open func setup() throws {}

    /// Cleans up when training or testing is over, even if it failed (possibly before `setup`).
    open func teardown() throws {}

    /// Returns the state for a checkpoint. It is empty by default.
    open func stateDict() throws -> StateDict { [:] }

    /// Restores what `stateDict` returned. It is called after the model has been restored, including for testing.
    open func loadStateDict(_ state: StateDict) throws {}

    // MARK: Training

    /// Called once, before the first epoch.
    open func onTrainingStart() throws {}

    /// Called at the start of each epoch. The first epoch is 1. After a resume, it is also called for the epoch that is
    /// resumed (see `Trainer.isResumingEpoch`).
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

    /// Called at the start of each validation cycle. The first cycle is 0.
    open func onValidationStart(validationCycle: Int) throws {}

    /// Called at the end of each validation cycle, before the model's `onValidationEnd`.
    open func onValidationEnd(validationCycle: Int) throws {}

    /// Called after each validation cycle with its results: the model's `validationScores` and its `metrics`.
    ///
    /// The state already counts the cycle as complete. If a checkpoint is due, it is saved afterward.
    open func onScores(_ scores: Scores, state: TrainingState) throws {}

    /// Called before everything that is computed without training: a validation cycle (including the sanity check), a
    /// test, or a prediction.
    ///
    /// - Parameter phase: `valid`, `test`, or `predict`.
    open func onEvaluationStart(_ phase: BatchPhase) throws {}

    /// Called when the evaluation is over, no matter how it ended: after its last batch, or because of an interruption
    /// or an error (in this case even if `onEvaluationStart` was not reached).
    ///
    /// Undo whatever you changed for the evaluation here. It is called after `onValidationEnd` and `onTestingEnd`,
    /// which an interruption skips.
    open func onEvaluationEnd(_ phase: BatchPhase) throws {}

    // MARK: Decisions

    /// Returns whether training should stop now. The default is false.
    ///
    /// It is called whenever `Model.shouldTrainingStop` is called, before the model's: after each training batch and,
    /// when training by epoch, at the end of each epoch; when training by iteration, before and after the validation
    /// and the checkpoint of a batch. As soon as one plug-in returns true, no other is called. A resumed run may call
    /// it before its first step, so the result must depend only on `Trainer.state`, or on something that is saved.
    open func shouldTrainingStop() throws -> Bool {
        hasDefaultStopVote = true
        return false
    }

    // MARK: Checkpoints

    /// Returns a checkpoint of this step that the plug-in requests in addition to those that are due. The default is
    /// none.
    ///
    /// It is called when a checkpoint could be due: after each epoch when training by epoch, and after each iteration
    /// otherwise. The checkpoint is saved only if the trainer has a checkpoint folder.
    open func extraCheckpoint(state: TrainingState) throws -> ExtraCheckpoint? { nil }

    /// Called when the checkpoint that `extraCheckpoint` requested has been saved.
    open func onExtraCheckpointSaved(_ file: URL) throws {}

    // MARK: What is shown

    /// Returns numbers for the progress lines, which show them after the losses and scores. The default is none.
    ///
    /// It is called for each such line: after an epoch, or after a validation cycle when training by iteration.
    open var progressItems: [String: Double] { [:] }

    /// The best value so far of a score that the plug-in watches, for the live view; `nil` if it watches none.
    var bestScore: (name: String, value: Double)? { nil }

    // MARK: Testing

    /// Called at the start of testing.
    open func onTestingStart() throws {}

    /// Called at the end of testing.
    open func onTestingEnd() throws {}
}

/// A checkpoint that a plug-in requests, in a separate folder inside the model's checkpoint folder.
///
/// Training never resumes from it automatically; it uses the checkpoints in the parent folder.
public struct ExtraCheckpoint: Sendable, Hashable {
    /// The folder inside the model's checkpoint folder.
    public var folder: String
    /// The name of the file, without the extension.
    public var name: String

    /// Creates a description of a checkpoint with a name in a folder.
    public init(folder: String, name: String) {
        self.folder = folder
        self.name = name
    }
}

/// A plug-in that changes batches before the model sees them.
///
/// Its `overrides` declare which batches it changes. Its methods for other batches are not called.
open class BatchPlugin<Batch: Sendable>: Plugin {
    /// Returns the batch that the training step receives. The given batch is already on the device.
    open func processTrainingBatch(_ batch: Batch, state: TrainingState) throws -> Batch { batch }

    /// Returns the batch that the validation step receives. The given batch is already on the device.
    open func processValidationBatch(_ batch: Batch, step: Int) throws -> Batch { batch }

    /// Returns the batch that the test step receives. The given batch is already on the device.
    open func processTestingBatch(_ batch: Batch, step: Int) throws -> Batch { batch }
}

/// A run that provides access to its plug-ins.
public protocol PluginContext: RunContext {
    /// The plug-ins, in the order in which they were registered.
    var plugins: [Plugin] { get }
}

extension RunContext {
    /// The plug-ins of the run, in the order in which they were registered.
    public var plugins: [Plugin] { (self as? any PluginContext)?.plugins ?? [] }

    /// Returns the plug-in that was registered with an id.
    public func plugin(_ id: String) -> Plugin? {
        plugins.first { $0.id == id }
    }
}

extension Plugin {
    /// Passes a value to the trainer's loggers; see `Model.log(_:_:step:)`.
    ///
    /// - Parameters:
    ///   - name: the name of the value. A slash creates a group, as in `weights/fc`.
    ///   - value: a number, or a value created by a member of `LoggedValue`, such as images, a histogram, or text.
    ///   - step: the step to which the value belongs; by default, the iteration (`TrainingState.currentIteration`).
    public final func log(_ name: String, _ value: LoggedValue, step: Int? = nil) {
        trainer?.log(name, value, step: step)
    }

    /// Passes a number to the trainer's loggers.
    public final func log(_ name: String, _ value: Double, step: Int? = nil) {
        trainer?.log(name, .scalar(value), step: step)
    }
}

/// What only one plug-in of a trainer may do, because two would interfere with each other.
public struct PluginOverrides: OptionSet, Sendable, Hashable {
    public let rawValue: Int

    public init(rawValue: Int) {
        self.rawValue = rawValue
    }

    /// Changes the training batches.
    public static let trainingBatch = PluginOverrides(rawValue: 1)
    /// Changes the validation batches.
    public static let validationBatch = PluginOverrides(rawValue: 2)
    /// Changes the test batches.
    public static let testingBatch = PluginOverrides(rawValue: 4)
    /// Decides when training stops. (Any plug-in may vote for a stop; this one claims to be the only one that does.)
    public static let trainingStop = PluginOverrides(rawValue: 8)
    /// Gives the networks different weights for validation, testing, and prediction.
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
