// What would have no effect, and is said before hours of training are spent without it.
extension TrainingRun {
    /// Warns of options that change nothing in this training.
    func warnOfUnusedOptions() {
        guard plan.writesFiles else { return }
        for message in unusedValidationOptions + unusedCheckpointOptions { trainer.warnOnce(message) }
    }

    private var unusedValidationOptions: [String] {
        guard data.validDataLoader != nil else {
            let options = [
                ("validFrequency", trainer.validFrequency), ("earlyStopCycles", trainer.earlyStopCycles),
                ("validBatchLimit", trainer.validBatchLimit),
                ("sanityCheckSteps", trainer.sanityCheckSteps > 0 ? trainer.sanityCheckSteps : nil),
            ]
            .filter { $0.1 != nil }.map(\.0)
            guard !options.isEmpty else { return [] }
            return [
                "there is no validation data for \(options.joined(separator: ", ")): call setValidation in "
                    + "\(type(of: data)).setup()"
            ]
        }
        guard let frequency = trainer.validFrequency else {
            guard trainer.sanityCheckSteps == 0 else { return [] }
            return ["there is validation data, and without validFrequency nothing is validated"]
        }
        guard let steps = trainer.totalSteps.count, frequency > steps else { return [] }
        return [
            "nothing is validated: validFrequency is \(frequency) \(trainer.trainUnit)s, and training takes only \(steps)"
        ]
    }

    private var unusedCheckpointOptions: [String] {
        guard trainer.checkpointRoot == nil else { return [] }
        let options = [
            ("checkpointRetention", trainer.checkpointRetention != .all),
            ("checkpointWriting", trainer.checkpointWriting != .sync), ("onResume", trainer.onResume != .keep),
            ("saveOnError", trainer.saveOnError),
        ]
        .filter(\.1).map(\.0)
        return options.isEmpty
            ? [] : ["no checkpoints are saved without checkpointRoot: \(options.joined(separator: ", ")) has no effect"]
    }

    /// Warns if validation data went through a model that makes nothing of them.
    func warnOfUnwrittenValidation() {
        guard model.unwrittenHooks.contains(.validStep), model.validationScores.isEmpty, model.metrics.isEmpty else {
            return
        }
        trainer.warnOnce(
            "nothing is validated: \(type(of: model)) does not override validStep(_:step:), and there is validation data"
        )
    }

    /// Warns if test data went through a model that makes nothing of them.
    func warnOfUnwrittenTest() {
        guard model.unwrittenHooks.contains(.testStep), model.testScores.isEmpty else { return }
        trainer.warnOnce(
            "nothing is tested: \(type(of: model)) does not override testStep(_:step:), and there is test data")
    }

    /// Warns, or throws, if early stopping counts by an answer that is always the same.
    func checkEarlyStopping() throws {
        guard trainer.earlyStopCycles != nil, model.unwrittenHooks.contains(.haveMetricsImproved) else { return }
        let message =
            "earlyStopCycles never ends this training: \(type(of: model)) does not override haveMetricsImproved(), "
            + "which says that every validation cycle is an improvement"
        guard data.validDataLoader != nil else {
            throw ConfigurationError("\(message), and there is no validation data")
        }
        trainer.warnOnce(message)
    }
}
