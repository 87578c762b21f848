import Foundation

// What the trainer notes of a model from one call to the next.

/// Where the weights come from that a model's networks have: whether a test may use them as they are.
enum WeightOrigin {
    /// `setup(fastInit:)`, and perhaps `loadForTesting`: each test calls both again.
    case setup
    /// A training in this process, which ended in this state.
    case trained(TrainingState)
    /// A checkpoint that an earlier test or prediction loaded.
    case loaded(URL, TrainingState)
    /// A training or a restore that failed: the weights may be those of half a step.
    case failure
    /// A fast run, or the search for a learning rate or a batch size.
    case probe
}

extension WeightOrigin {
    /// Whether a test without a checkpoint uses the weights, and does not set the model up again.
    var isTested: Bool {
        switch self {
        case .trained, .loaded: true
        case .setup, .failure, .probe: false
        }
    }

    var isTraining: Bool {
        if case .trained = self { true } else { false }
    }
}

extension TrainingState {
    /// For messages: how far the training was.
    var place: String { "epoch \(globalEpoch), iteration \(currentIteration)" }
}

/// Hooks of a model that the trainer called and the model does not override, though something depends on them.
struct UnwrittenHooks: OptionSet {
    let rawValue: Int

    static let validStep = UnwrittenHooks(rawValue: 1)
    static let testStep = UnwrittenHooks(rawValue: 2)
    static let haveMetricsImproved = UnwrittenHooks(rawValue: 4)
    /// For a batch that is not `DeviceTransferable`, and is to go to another device.
    static let batchToDevice = UnwrittenHooks(rawValue: 8)
    static let shouldTrainingStop = UnwrittenHooks(rawValue: 16)
    /// Like the one before, it has the same answer on all ranks if it is not overridden.
    static let shouldAdvanceDatasetPhase = UnwrittenHooks(rawValue: 32)
}
