/// What one run does: what the trainer's options say, or less.
struct RunPlan {
    enum Kind {
        /// A training as the trainer's options say.
        case training
        /// A test or a prediction.
        case evaluation
        /// A few batches of everything: an epoch, or a few iterations, with a validation at the end.
        case fastRun(limit: Int)
        /// Some steps of training and nothing else, with another batch size if it is given.
        case probe(batchSize: Int?)
    }

    let kind: Kind
    var length: TrainerOptions.Length
    /// When validations run; `nil` for never.
    var validationInterval: TrainerOptions.Validation.Interval?
    var checkpointFrequency: Int?
    var sanityCheckBatches: Int
    var limits: BatchLimits
    /// Whether there are checkpoints and a log file; a probe writes nothing.
    let writesFiles: Bool
    /// Whether this is only a few steps of training.
    let isProbe: Bool

    /// Whether this is a training whose checkpoints and logs stay.
    var isTraining: Bool { if case .training = kind { true } else { false } }

    init(_ kind: Kind, _ options: TrainerOptions) {
        self.kind = kind
        // A run without a length trains nothing, or what its kind says.
        length = options.length ?? TrainerOptions.Length(unit: options.unit, count: 0)
        validationInterval = options.validation?.interval
        checkpointFrequency = options.checkpoints?.every
        sanityCheckBatches = options.validation?.sanityCheck ?? 0
        limits = BatchLimits(
            valid: options.validation?.limit, test: options.data.test,
            accumulation: options.accumulation.remainder == .drop ? options.accumulation : nil)
        switch options.data.training {
        case .all: break
        case .first(let batches): limits.train = batches
        case .overfit(let batches): limits.overfit = batches
        }
        writesFiles =
            switch kind {
            case .training, .evaluation: true
            case .fastRun, .probe: false
            }
        isProbe = if case .probe = kind { true } else { false }
        switch kind {
        case .training, .evaluation:
            return
        case .fastRun(let limit):
            length.minimum = nil
            let isByEpoch = options.unit == .epoch
            length.count = isByEpoch ? 1 : limit
            validationInterval = .units(isByEpoch ? 1 : limit)
            // Fewer would be less than a step.
            let batches = max(limit, limits.accumulation?.batches(inEpoch: 1) ?? 0)
            // It sees no other epoch.
            if let accumulation = limits.accumulation {
                limits.accumulation = .batches(accumulation.batches(inEpoch: 1), remainder: .drop)
            }
            limits.train = min(limits.train ?? batches, batches)
            limits.valid = min(limits.valid ?? limit, limit)
            limits.test = min(limits.test ?? limit, limit)
        case .probe(let batchSize):
            length.minimum = nil
            validationInterval = nil
            limits.batchSize = batchSize
            limits.accumulation = nil
        }
        checkpointFrequency = nil
        sanityCheckBatches = 0
    }
}
