/// What one run does: what the trainer's options say, or less of it.
struct RunPlan {
    enum Kind {
        /// What the trainer's options say.
        case full
        /// A few batches of everything: an epoch or so many iterations, with a validation at its end.
        case fastRun(steps: Int)
        /// So many steps of training, and nothing else.
        case trial(steps: Int)
    }

    var totalSteps: StepLimit
    var validFrequency: Int?
    var checkpointFrequency: Int?
    var sanityCheckSteps: Int
    var limits: BatchLimits
    /// Whether there are checkpoints and a log file; a trial writes nothing.
    let writesFiles: Bool

    init(_ kind: Kind, _ trainer: Trainer) {
        totalSteps = trainer.totalSteps
        validFrequency = trainer.validFrequency
        checkpointFrequency = trainer.checkpointFrequency
        sanityCheckSteps = trainer.sanityCheckSteps
        limits = BatchLimits(
            train: trainer.trainBatchLimit, valid: trainer.validBatchLimit, test: trainer.testBatchLimit,
            overfit: trainer.overfitBatches)
        writesFiles = if case .full = kind { true } else { false }
        let isByEpoch = trainer.trainUnit == .epoch
        switch kind {
        case .full:
            return
        case .fastRun(let steps):
            totalSteps = isByEpoch ? 1 : .steps(steps)
            validFrequency = isByEpoch ? 1 : steps
            limits.train = steps
            limits.valid = steps
            limits.test = steps
        case .trial(let steps):
            totalSteps = isByEpoch ? .infinite : .steps(steps)
            validFrequency = nil
        }
        checkpointFrequency = nil
        sanityCheckSteps = 0
    }
}
