import Foundation

// Validation, testing and prediction.
extension TrainingRun {
    /// A validation cycle, and what early stopping counts by it.
    ///
    /// - Returns: what interrupted it; then the state is that of before, and the cycle is to be run again.
    func validate() throws -> Interruption? {
        try settleLosses()
        if let loader = data.validationLoader {
            let random = try RandomState.current(seed: trainer.options.seed, device: trainer.options.device)
            let scores = model.validationScores
            if let interruption = try hooks.run(.validation, { try validate(loader, limit: nil) }) {
                try random.restore(device: trainer.options.device)
                model.validationScores = scores
                return interruption
            }
        }
        progress.endValidation(model.validationScores)
        state.validationCycles += 1
        state.runningIter = 0
        try hooks.onScores(state: state)
        state.earlyStopCount = try hooks.haveMetricsImproved() ? 0 : state.earlyStopCount + 1
        try checkEarlyStopping()
        return nil
    }

    private func validate(_ loader: DataLoader<Batch>, limit: Int?) throws -> Interruption? {
        let cycle = state.validationCycles
        return try evaluation(.valid) {
            try hooks.eval()
            try hooks.onValidationStart(validationCycle: cycle)
            progress.beginValidation(steps: min(loader.batchCount, limit ?? .max))
            try evaluate(loader, phase: .valid) { batch, step in
                try hooks.validate(batch, step: step)
                progress.validationStep()
                return interruption == nil && step + 1 != limit
            }
            try hooks.train()
            if let interruption { return interruption }
            try hooks.onValidationEnd(validationCycle: cycle)
            warnOfUnwrittenValidation()
            return nil
        }
    }

    /// Does `body` between the plug-ins' `onEvaluationStart` and `onEvaluationEnd`; the latter comes also where it fails.
    private func evaluation<Result>(_ phase: BatchPhase, _ body: () throws -> Result) throws -> Result {
        let result: Result
        do {
            try hooks.onEvaluationStart(phase)
            result = try body()
        } catch {
            hooks.onFailedEvaluationEnd(phase) { trainer.logger.error("ending the evaluation failed too: \($0)") }
            throw error
        }
        try hooks.onEvaluationEnd(phase)
        return result
    }

    /// A few batches of validation before a new training, which leave nothing behind.
    func sanityCheck() throws {
        guard plan.sanityCheckSteps > 0, let loader = data.validationLoader else { return }
        trainer.isSanityChecking = true
        defer { trainer.isSanityChecking = false }
        try keepingRandomState(if: true) {
            _ = try hooks.run(.sanityCheck) { try validate(loader, limit: plan.sanityCheckSteps) }
        }
        progress.end()
        model.forgetTraining()
    }

    /// Gives every batch to `body`, on the model's device and without gradients, until it answers false.
    private func evaluate(
        _ loader: DataLoader<Batch>, phase: BatchPhase, _ body: (_ batch: Batch, _ step: Int) throws -> Bool
    ) throws {
        try noGrad {
            let batches = try loader.batches(epoch: 0)
            var step = 0
            evaluated = (phase, step)
            while let batch = try next(of: batches), try body(hooks.batchToDevice(batch, phase: phase), step) {
                step += 1
                evaluated = (phase, step)
            }
        }
        // Not where it fails: the message is to say with which batch.
        evaluated = nil
    }

    // MARK: Testing and prediction

    func test(checkpoint: CheckpointChoice?) throws {
        try setUp(fastInit: true)
        try loadTrained(checkpoint, what: "testing")
        try test()
    }

    private func test() throws {
        guard let loader = data.testDataLoader else {
            trainer.warn("there are no test data: set them in \(type(of: data)).setup()")
            return
        }
        try evaluation(.test) {
            try hooks.onTestingStart()
            progress.beginTesting(steps: loader.batchCount)
            try hooks.eval()
            try evaluate(loader, phase: .test) { batch, step in
                try hooks.test(batch, step: step)
                progress.testStep()
                return true
            }
            progress.end()
            try hooks.onTestingEnd()
            warnOfUnwrittenTest()
        }
    }

    func predict(checkpoint: CheckpointChoice?) throws -> [Tensor] {
        try setUp(fastInit: true)
        try loadTrained(checkpoint, what: "predicting with")
        guard let loader = data.predictionDataLoader else {
            throw DataError("there is nothing to predict for: call setPrediction in \(type(of: data)).setup()")
        }
        var predictions: [Tensor] = []
        try evaluation(.predict) {
            try hooks.onPredictionStart()
            progress.beginPrediction(steps: loader.batchCount)
            try hooks.eval()
            try evaluate(loader, phase: .predict) { batch, step in
                predictions.append(try hooks.predictStep(batch, step: step))
                progress.testStep()
                return true
            }
            progress.end()
            try hooks.onPredictionEnd()
        }
        return predictions
    }

    func fastRun() throws -> FitResult {
        let result = try fit()
        if case .interrupted = result.outcome { return result }
        // There and back, so that a state that cannot be saved or restored is found.
        let saved = try checkpoint(at: .step).stateDict()
        try hooks.run(.loadCheckpoint) { try Checkpoint(saved).restore(model, fastInit: false) }
        if data.testDataLoader != nil { try test() }
        trainer.print("fast run: everything works")
        return result
    }
}
