// Warnings about what would have no effect, before hours of training are spent without it.
extension TrainingRun {
    /// Warns of options that change nothing in this training, and of a validation that is missing.
    func warnOfUnusedOptions(isResumed: Bool) {
        guard plan.writesFiles else { return }
        if let message = unusedValidation { status.log.warnOnce(message) }
        for message in status.options.unusedOptions(iterations: iterationCount, isResumed: isResumed) {
            status.log.warnOnce(message)
        }
    }

    /// How many iterations the training has; `nil` if its end is open, or another phase of the data may change that.
    private var iterationCount: Int? {
        guard let count = plan.length.count else { return nil }
        guard plan.length.unit == .epoch else { return count }
        guard data.trainPhaseCount == 1, let batches = data.trainDataLoader?.batchCount else { return nil }
        let (iterations, isTooLarge) = count.multipliedReportingOverflow(by: batches)
        return isTooLarge ? nil : iterations
    }

    private var unusedValidation: String? {
        guard let validation = status.options.validation else {
            return data.validDataLoader == nil
                ? nil : "there is validation data, and without validation: .every(…) nothing is validated"
        }
        guard data.validDataLoader != nil else {
            return "there is no validation data for validation: \(validation.interval.text): call setValidation in "
                + "\(type(of: data)).setup()"
        }
        guard let count = plan.length.count,
            validation.interval.cycles(in: count, iterations: iterationCount) == 0
        else { return nil }
        switch validation.interval {
        case .units(let units):
            return "nothing is validated: validation is every \(units) \(plan.length.unit)s, and training takes only "
                + "\(count)"
        default:
            return "nothing is validated: validation is \(validation.interval.text), and training takes only "
                + "\(iterationCount ?? count) iterations"
        }
    }

    /// Warns if validation data went through a model that does nothing with them.
    func warnOfUnwrittenValidation() {
        guard model.unwrittenHooks.contains(.validStep), model.validationScores.isEmpty, model.metrics.isEmpty else {
            return
        }
        status.log.warnOnce(
            "nothing is validated: \(type(of: model)) does not override validStep(_:step:), and there is validation data"
        )
    }

    /// Warns if test data went through a model that does nothing with them.
    func warnOfUnwrittenTest() {
        guard model.unwrittenHooks.contains(.testStep), model.testScores.isEmpty else { return }
        status.log.warnOnce(
            "nothing is tested: \(type(of: model)) does not override testStep(_:step:), and there is test data")
    }

    /// Warns, or throws, if early stopping counts by an answer that is always the same.
    func checkEarlyStopping() throws {
        guard status.options.validation?.stopAfter != nil,
            model.unwrittenHooks.contains(.haveMetricsImproved)
        else { return }
        let message =
            "stopAfter never ends this training: \(type(of: model)) does not override haveMetricsImproved(), "
            + "which says that every validation cycle is an improvement"
        guard data.validDataLoader != nil else {
            throw ConfigurationError("\(message), and there is no validation data")
        }
        status.log.warnOnce(message)
    }

    /// Warns if the model was trained in this process and starts from new weights now.
    ///
    /// - Parameter origin: where the weights came from that the model had before.
    func warnOfLostWeights(_ origin: WeightOrigin) {
        guard origin.isTraining else { return }
        status.log.warn(
            "the model was trained before in this process, and starts again from new weights: to continue a training, "
                + "give the trainer a checkpoint folder; to keep its weights, use another model")
    }

    /// Warns of training data and a length that make no sense together; throws if there is no training data.
    func checkTrainingData() throws {
        let loader = try data.requiredTrainLoader()
        if let minimum = plan.length.minimum, let iterations = iterationCount, minimum.amount.unit == .iteration,
            minimum.amount.count > iterations
        {
            throw ConfigurationError(
                "\(minimum.text) is more than the training has: \(iterations) iterations")
        }
        if case .fraction = plan.validationInterval, loader.batchCount == nil { throw unknownBatchCount }
        let shape = try EpochLayout(loader)
        if loader.options.pinMemory, status.options.device.kind != .cuda {
            status.log.warnOnce(
                "pinMemory: true has no effect: it is for a CUDA device, and this training is on \(status.options.device)"
            )
        }
        if let sampleCount = shape.sampleCount, shape.batchSize > sampleCount {
            status.log.warn("the batch size is larger than the training data (\(shape)): an epoch is one batch")
        }
    }

    /// Warns once of a training that nothing ends, and of a minimum that no stop needs. After the first batch, plug-ins and model have been asked whether to
    /// stop, so it is known which of them always say no.
    func warnOfMissingEnd() {
        if let minimum = plan.length.minimum, plan.writesFiles, status.options.validation?.stopAfter == nil,
            hooks.alwaysVoteToContinue
        {
            status.log.warnOnce(
                "\(minimum.text) has no effect: there is no stopAfter, and neither \(type(of: model)) nor a plug-in "
                    + "overrides shouldTrainingStop(), so that nothing would end the training before")
        }
        guard plan.length.count == nil, plan.length.timeLimit == nil, plan.writesFiles,
            status.options.validation?.stopAfter == nil, hooks.alwaysVoteToContinue
        else { return }
        status.log.warnOnce(
            "nothing but an interruption ends this training: it has no number of \(plan.length.unit)s, no timeLimit, and "
                + "no stopAfter, and neither \(type(of: model)) nor a plug-in overrides shouldTrainingStop()")
    }
}
