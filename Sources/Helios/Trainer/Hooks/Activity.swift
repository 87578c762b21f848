/// What a run is doing: a hook of the model, the plug-ins or the data module, or a part of the trainer's own work.
///
/// The raw value is what a user reads: in the log if it failed, and in the table of times.
enum Activity: String, CaseIterable {
    case prepareData, configure
    case pluginSetup = "the plug-ins' setup"
    case dataSetup = "the data module's setup"
    case setup
    case loadCheckpoint = "loading the checkpoint"
    case loadForTesting
    case banner = "append(toBanner:)"

    case onTrainingStart, train, onTrainingEpochStart
    case nextBatch = "waiting for data"
    case batchToDevice, processBatch, onTrainingBatchStart, trainStep, onTrainingBatchEnd
    case onTrainingEpochEnd, onTrainingEnd

    case sanityCheck = "the validation before the training"
    case validation
    case onValidationStart, eval, onValidationBatchStart, validStep, onValidationBatchEnd, onValidationEnd
    case onScores, haveMetricsImproved

    case onEvaluationStart, onEvaluationEnd

    case shouldTrainingStop, shouldAdvanceDatasetPhase, shouldSaveCheckpoint, extraCheckpoint
    case saveCheckpoint = "saving the checkpoint"
    case onExtraCheckpointSaved

    case onTestingStart, onTestingBatchStart, testStep, onTestingBatchEnd, onTestingEnd
    case onPredictionStart, predictStep, onPredictionEnd
}

extension Activity {
    /// Whether it is about a batch of the training that is not over.
    var isOfTrainingBatch: Bool {
        switch self {
        case .nextBatch, .batchToDevice, .processBatch, .onTrainingBatchStart, .trainStep, .onTrainingBatchEnd: true
        default: false
        }
    }
}
